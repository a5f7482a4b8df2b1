"""The settings of a space: its words, who reads it, its sections, its image; archiving and reopening it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, request, send_file, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.errors import DomainError, EditConflictError, NotFoundError, sentence_of
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.slots import fill, fillers
from app.core.storage import storage
from app.spaces.blueprint import render_space_page
from app.spaces.effects import effect_of
from app.spaces.forms import SWITCHES, WORDS, SettingsForm, filled_from
from app.spaces.models import Space
from app.spaces.permissions import can_run_space
from app.spaces.quotas import UNLIMITED, set_quota, size_in
from app.spaces.running import archive_space, edit_space, reopen_space, take_image, welcome_seen
from app.spaces.views.doors import blueprint
from app.spaces.views.place import panel_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

IMAGE_WIDTH = 1600
WITHOUT = "illimite"


@fill("space.tabs", order=95)
def settings_tab(space: Space) -> Tab | None:
    """Return the tab of the settings, for those who run the space."""
    if not can_run_space(person(), space):
        return None
    here = url_for("spaces.settings_page", slug=space.slug)
    return Tab(here, _("Réglages"), active=request.path == here)


@blueprint.route("/reglages", methods=["GET", "POST"])
@signed_in
def settings_page(space: Space) -> ResponseReturnValue:
    """Show the settings of a space, or change them; a change of readers is announced first."""
    me = person()
    can_run_space.require(me, space)
    form = SettingsForm(data=_kept(space) if request.method == "GET" else None)
    if request.method == "GET":
        return _page(space, form)
    if not form.validate():
        return _page(space, form, status=422)
    effect = effect_of(space, form.visibility.data)
    if effect and request.form.get("confirm") != form.visibility.data:
        return _page(space, form, effect=effect)
    details, seen = form.details(), number_in(form.seen_version.data) or 0
    try:
        with transaction():
            settings = {name: bool(form[name].data) for name in SWITCHES}
            edit_space(space, details, set(form.sections.data or ()), seen, **settings, by=me)
            drop_draft(me, request.path)
    except EditConflictError as error:
        return _page(space, form, conflict=str(error.message), status=error.status)
    except DomainError as error:
        form.visibility.errors = [sentence_of(error)]
        return _page(space, form, status=422)
    flash(_("Les réglages de l'espace sont enregistrés."))
    return redirect(url_for("spaces.settings_page", slug=space.slug))


def _kept(space: Space) -> dict[str, Any]:
    """Return the fields as the space stands, under what this person was typing and the version they were looking at."""
    kept = draft_for(person(), url_for("spaces.settings_page", slug=space.slug))
    return {**filled_from(space), **{name: kept[name] for name in (*WORDS, "seen_version") if name in kept}}


def _page(
    space: Space,
    form: SettingsForm,
    *,
    effect: str = "",
    conflict: str = "",
    status: int = 200,
    image_refused: str = "",
    **limit: str,
) -> ResponseReturnValue:
    if conflict:
        form.seen_version.data = str(space.edit_version)
    page = render_space_page(
        "spaces/settings.html",
        space,
        form=form,
        effect=effect,
        conflict=conflict,
        current=filled_from(space),
        image_refused=image_refused,
        place=panel_of(space, of_settings=True, **limit),
    )
    return page, status


def _refused(space: Space, **sentences: str) -> ResponseReturnValue:
    """Show the settings again as they were being typed, with what was wrong in another form of the page."""
    return _page(space, SettingsForm(formdata=None, data=_kept(space)), status=422, **sentences)


@blueprint.post("/reglages/image")
@signed_in
def image_view(space: Space) -> ResponseReturnValue:
    """Give the space an image of its own, or its plan again."""
    me = person()
    can_run_space.require(me, space)
    sent = request.files.get("image")
    if "remove" not in request.form and (sent is None or not sent.filename):
        return _refused(space, image_refused=_("Choisissez d'abord une image."))
    try:
        sha256 = None if "remove" in request.form or sent is None else _stored(sent.stream, sent.filename or "")
    except DomainError as error:
        return _refused(space, image_refused=str(error.message))
    with transaction():
        take_image(space, sha256, by=me)
    flash(_("L'image de l'espace est changée.") if sha256 else _("L'espace a de nouveau son plan."))
    return redirect(url_for("spaces.settings_page", slug=space.slug))


def _stored(stream: Any, name: str) -> str:
    """Draw the picture anew and store it. Raises DomainError with a sentence."""
    redrawn = next(fillers("picture.redrawn"))
    return storage().put(io.BytesIO(redrawn(stream, name, IMAGE_WIDTH))).sha256


@blueprint.get("/image")
@signed_in
def image(space: Space) -> ResponseReturnValue:
    """Send the image of a space to those who read it; the browser asks each time whether it still may show it."""
    if space.image_sha256 is None:
        raise NotFoundError
    try:
        path = storage().path(space.image_sha256)
    except FileNotFoundError as error:
        current_app.logger.exception("the image of space %s is missing", space.slug)
        raise NotFoundError from error
    answer = send_file(path, mimetype="image/webp", conditional=True, max_age=None, etag=space.image_sha256)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@blueprint.post("/reglages/place")
@signed_in
def quota_view(space: Space) -> ResponseReturnValue:
    """Give the space a limit of its own, none at all, or the site's again: for administrators."""
    me, typed = person(), request.form.get("quota", "").strip()
    can_run_space.require(me, space)
    try:
        with transaction():
            set_quota(space, UNLIMITED if WITHOUT in request.form else size_in(typed or "default"), by=me)
    except DomainError as error:
        return _refused(space, typed=typed, refused=sentence_of(error))
    flash(_("La place de l'espace est changée."))
    return redirect(url_for("spaces.settings_page", slug=space.slug))


@blueprint.post("/archiver")
@signed_in
def archive_view(space: Space) -> ResponseReturnValue:
    """Make the space read-only."""
    with transaction():
        archive_space(space, by=person())
    flash(_("L'espace est archivé : on peut tout lire et chercher, plus rien ne s'y ajoute."))
    return redirect(url_for("spaces.space_page", slug=space.slug))


@blueprint.post("/rouvrir")
@signed_in
def reopen_view(space: Space) -> ResponseReturnValue:
    """Let people write again."""
    with transaction():
        reopen_space(space, by=person())
    flash(_("L'espace est rouvert : on peut de nouveau y écrire."))
    return redirect(url_for("spaces.space_page", slug=space.slug))


@blueprint.post("/accueil")
@signed_in
def welcome_view(space: Space) -> ResponseReturnValue:
    """Put the welcome of the space away, for this person."""
    with transaction():
        welcome_seen(space, person())
    return redirect(url_for("spaces.space_page", slug=space.slug))
