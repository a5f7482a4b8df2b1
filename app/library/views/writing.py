"""Sharing and changing a resource: one form, several files, and nothing typed or sent is ever lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft, keep_draft
from app.core.errors import DomainError, EditConflictError, wants_json
from app.core.forms import number_in
from app.core.i18n import format_time, ngettext
from app.core.i18n import gettext as _
from app.library.addresses import resource_url
from app.library.files import received_for
from app.library.forms import DEFAULT_KIND, ResourceForm, filled_from, form_class
from app.library.kinds import kind_of
from app.library.lines import DETACH, ORDER, REMOVE
from app.library.models import Resource
from app.library.operations import edit_resource, remove_file, share_resource
from app.library.permissions import can_add_resource, can_edit_resource
from app.library.queries import attachment_of, has_just_shared, resource_for
from app.library.views.desk import ATTACH, CHOOSE, LATER, TAKE, Desk, members, opened, page_of
from app.library.views.doors import library, space_library
from app.library.views.sending import answer_upload
from app.spaces.blueprint import render_space_page
from app.spaces.models import Audience, Space, Visibility
from app.spaces.queries import turnout

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

CONFLICT, REFUSED = 409, 422


@space_library.route("/ressources/nouvelle", methods=["GET", "POST"])
@signed_in
def new_resource(space: Space) -> ResponseReturnValue:
    """Share a resource in a space."""
    can_add_resource.require(person(), space)
    if request.method == "POST" and wants_json():
        return answer_upload(request.path)
    desk = opened(space, _draft(space))
    if _is_publishing(desk):
        published = _publish(space, desk)
        if published is not None:
            return published
    return _form_page(space, desk), desk.status


@library.route("/ressources/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@signed_in
def change_resource(public_id: str) -> ResponseReturnValue:
    """Change a resource: its words, its audience, its files."""
    resource = resource_for(person(), public_id)
    can_edit_resource.require(person(), resource)
    if request.method == "POST" and wants_json():
        return answer_upload(request.path)
    desk = opened(resource.space, {**filled_from(resource), **draft_for(person(), request.path)})
    if request.method == "POST" and DETACH in request.form:
        _detach(resource, request.form[DETACH], desk.form)
    if _is_publishing(desk):
        changed = _change(resource, desk)
        if changed is not None:
            return changed
    return _form_page(resource.space, desk, resource), desk.status


@library.post("/ressources/<string(length=10):public_id>/modifier/brouillon")
@signed_in
def keep_change(public_id: str) -> ResponseReturnValue:
    """Keep what is being typed to change a resource."""
    resource = resource_for(person(), public_id)
    can_edit_resource.require(person(), resource)
    return _kept(url_for("library.change_resource", public_id=public_id))


@space_library.post("/ressources/nouvelle/brouillon")
@signed_in
def keep_new(space: Space) -> ResponseReturnValue:
    """Keep what is being typed to share a resource."""
    can_add_resource.require(person(), space)
    return _kept(url_for("space_library.new_resource", slug=space.slug))


def _draft(space: Space) -> dict[str, Any]:
    """Return what was being typed; not what the page sent as a draft while it was being published."""
    kept = draft_for(person(), request.path)
    return {} if has_just_shared(person(), space, str(kept.get("title", ""))) else kept


def _kept(form: str) -> Response:
    kind = kind_of(request.form.get("kind") or DEFAULT_KIND)
    typed = form_class(kind)().typed
    with transaction():
        moment = keep_draft(person(), form, {**draft_for(person(), form), **typed})
    return jsonify(saved=_("Brouillon enregistré à %(time)s", time=format_time(moment)))


def _detach(resource: Resource, public_id: str, form: ResourceForm) -> None:
    """Take a file away at once; the words being typed go on from the version this makes."""
    was_current = form.seen_version.data == str(resource.edit_version)
    with transaction():
        remove_file(person(), attachment_of(resource, public_id))
        if was_current:
            form.seen_version.data = str(resource.edit_version)
        keep_draft(person(), request.path, form.typed)
    flash(_("Le fichier est retiré de la ressource."))


def _is_publishing(desk: Desk) -> bool:
    """Tell whether the form is to be published and may be; say in ``desk`` why not."""
    if request.method != "POST" or request.form.keys() & {ATTACH, REMOVE, DETACH, LATER, CHOOSE, TAKE}:
        if desk.problems:
            desk.status = REFUSED
        return False
    if desk.form.validate() and not desk.problems:
        return True
    desk.status = REFUSED
    return False


def _publish(space: Space, desk: Desk) -> ResponseReturnValue | None:
    details = desk.form.details(keep_lang="" if received_for(person(), request.path) else "fr")
    try:
        with transaction():
            resource = share_resource(person(), space, details, form=request.path, order=request.form.getlist(ORDER))
            drop_draft(person(), request.path)
    except DomainError as error:
        _say(desk, error)
        return None
    flash(_published(resource, space))
    return redirect(resource_url(resource))


def _change(resource: Resource, desk: Desk) -> ResponseReturnValue | None:
    details = desk.form.details(keep_lang=resource.lang)
    seen = number_in(desk.form.seen_version.data) or 0
    try:
        with transaction():
            edit_resource(person(), resource, details, seen, form=request.path, order=request.form.getlist(ORDER))
            drop_draft(person(), request.path)
    except DomainError as error:
        _say(desk, error)
        return None
    flash(_("La ressource est modifiée."))
    return redirect(resource_url(resource))


def _say(desk: Desk, error: DomainError) -> None:
    """Show a refusal above the form, with everything typed in it; other errors have their own page."""
    if error.status not in {CONFLICT, REFUSED}:
        raise error
    desk.problems.append(str(error.message))
    desk.status, desk.in_conflict = error.status, isinstance(error, EditConflictError)


def _published(resource: Resource, space: Space) -> str:
    people = turnout(space)
    everybody = resource.audience == Audience.NETWORK or space.visibility == Visibility.OPEN
    readers = members() + people.guests if everybody else people.people
    return ngettext(
        "Ressource publiée. %(num)s personne peut la lire.",
        "Ressource publiée. %(num)s personnes peuvent la lire.",
        readers,
    )


def _form_page(space: Space, desk: Desk, resource: Resource | None = None) -> str:
    if resource is not None:
        return render_template("library/edit.html", **page_of(desk, resource))
    return render_space_page("library/new.html", space, **page_of(desk))
