"""One's own profile: who one is, to whom one shows it, a photo, being in the directory or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import network_members, person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.errors import EditConflictError
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.throttle import Limit
from app.directory.forms import PhotoForm, ProfileForm, filled_from
from app.directory.operations import answer_about_directory, save_profile, set_photo, split_subjects
from app.directory.photos import ACCEPT, keep_photo
from app.directory.queries import subjects_suggested_to
from app.directory.views.door import blueprint
from app.library.receiving import FileRefusedError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

REFUSED, CONFLICT = 422, 409
PHOTOS = Limit("photo", free=20, first=timedelta(seconds=10))
YES, NO = "oui", "non"


@blueprint.route("/moi/profil", methods=["GET", "POST"])
@signed_in
def profile_page() -> ResponseReturnValue:
    """Show and change what one says of oneself."""
    if request.method == "GET":
        return _page(_begun())
    form = ProfileForm(data=filled_from(person()))
    form.offer(person())
    if not form.validate():
        return _page(form), REFUSED
    try:
        with transaction():
            seen = number_in(form.seen_version.data) or 0
            save_profile(person(), form.profile(), split_subjects(form.subjects.data or ""), seen)
            drop_draft(person(), request.path)
    except EditConflictError as conflict:
        form.seen_version.data = str(person().edit_version)
        return _page(form, problem=str(conflict.message)), CONFLICT
    flash(_("Votre profil est enregistré."))
    return redirect(url_for("directory.profile_page"))


@blueprint.post("/moi/profil/photo")
@signed_in
def send_photo() -> ResponseReturnValue:
    """Take a photo of oneself, or remove the one there is."""
    sent, form = request.files.get("photo"), PhotoForm()
    if "retirer" in request.form:
        with transaction():
            set_photo(person(), None)
        flash(_("Votre photo est retirée."))
        return redirect(url_for("directory.profile_page"))
    if sent is None or not sent.filename:
        return _refused(form, _("Choisissez une photo sur votre appareil."))
    PHOTOS.take(str(person().id))
    try:
        sha256 = keep_photo(sent.stream, sent.filename)  # type: ignore[arg-type]
    except FileRefusedError as refusal:
        return _refused(form, str(refusal.message))
    with transaction():
        set_photo(person(), sha256)
    flash(_("Votre photo est enregistrée."))
    return redirect(url_for("directory.profile_page"))


@blueprint.post("/moi/annuaire")
@network_members
def answer_directory() -> ResponseReturnValue:
    """Keep whether one wants to be in the directory."""
    listed = request.form.get("figurer") == YES
    with transaction():
        answer_about_directory(person(), listed=listed)
    flash(_("Vous figurez dans l'annuaire.") if listed else _("Vous ne figurez pas dans l'annuaire."))
    return redirect(safe_next(request.form.get("next")) or url_for("directory.profile_page"))


def _refused(photo_form: PhotoForm, sentence: str) -> ResponseReturnValue:
    photo_form.photo.errors = [sentence]
    return _page(_begun(), photo_form=photo_form), REFUSED


def _begun() -> ProfileForm:
    """Return the form as the profile stands, under what this person was typing."""
    form = ProfileForm(formdata=None, data=filled_from(person()))
    form.offer(person())
    form.resume(draft_for(person(), url_for("directory.profile_page")))
    return form


def _page(form: ProfileForm, *, problem: str = "", photo_form: PhotoForm | None = None) -> str:
    return render_template(
        "directory/profile.html",
        form=form,
        problem=problem,
        photo_form=photo_form or PhotoForm(formdata=None),
        accept=ACCEPT,
        suggested=subjects_suggested_to(person()),
    )
