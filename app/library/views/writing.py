"""Sharing and changing a resource: one form, several files, and nothing typed or sent is ever lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.errors import DomainError, RefusedError, wants_json
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.library.addresses import resource_url
from app.library.files import received_and_shown
from app.library.forms import filled_from
from app.library.lines import DETACH
from app.library.models import Resource
from app.library.operations import edit_resource, share_resource
from app.library.permissions import can_add_resource, can_bring_back_resource, can_edit_resource
from app.library.queries import has_just_shared, resource_for
from app.library.views.answering import detach, is_publishing, keep_form, publish_words, say, told_readers
from app.library.views.desk import PREPARE, PREVIEW, Desk, opened, page_of
from app.library.views.doors import library, space_library
from app.library.views.preparing import confide
from app.library.views.previewing import preview_page
from app.library.views.sending import answer_upload
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@space_library.route("/ressources/nouvelle", methods=["GET", "POST"])
@signed_in
def new_resource(space: Space) -> ResponseReturnValue:
    """Share a resource in a space."""
    can_add_resource.require(person(), space)
    if request.method == "POST" and wants_json():
        return answer_upload(request.path)
    desk = opened(space, _draft(space))
    if PREPARE in request.form:
        confided = confide(space, desk)
        if confided is not None:
            return confided
    if is_publishing(desk):
        published = _publish(space, desk)
        if published is not None:
            return published
    return _form_page(space, desk), desk.status


@library.route("/ressources/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@signed_in
def change_resource(public_id: str) -> ResponseReturnValue:
    """Change a resource: its words, its audience, its files."""
    resource = resource_for(person(), public_id)
    if can_bring_back_resource(person(), resource):  # archived meanwhile: the page is still theirs
        raise RefusedError(_("Cette ressource est archivée. Remettez-la en circulation pour la modifier."))
    can_edit_resource.require(person(), resource)
    if request.method == "POST" and wants_json():
        return answer_upload(request.path)
    desk = opened(resource.space, {**filled_from(resource), **draft_for(person(), request.path)}, resource)
    if request.method == "POST" and DETACH in request.form:
        detach(resource, request.form[DETACH], desk.form)
    if is_publishing(desk):
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
    return keep_form(url_for("library.change_resource", public_id=public_id), resource)


@space_library.post("/ressources/nouvelle/brouillon")
@signed_in
def keep_new(space: Space) -> ResponseReturnValue:
    """Keep what is being typed to share a resource."""
    can_add_resource.require(person(), space)
    return keep_form(url_for("space_library.new_resource", slug=space.slug))


def _draft(space: Space) -> dict[str, Any]:
    """Return what was being typed; not what the page sent as a draft while it was being published."""
    kept = draft_for(person(), request.path)
    return {} if has_just_shared(person(), space, str(kept.get("title", ""))) else kept


def _publish(space: Space, desk: Desk) -> ResponseReturnValue | None:
    details = desk.form.details(keep_lang="" if received_and_shown(person(), request.path, desk.shown) else "fr")
    try:
        with transaction():
            resource = share_resource(person(), space, details, form=request.path, shown=desk.shown)
            drop_draft(person(), request.path)
    except DomainError as error:
        say(desk, error)
        return None
    flash(told_readers(resource, space))
    return redirect(resource_url(resource))


def _change(resource: Resource, desk: Desk) -> ResponseReturnValue | None:
    details = desk.form.details(keep_lang=resource.lang)
    seen = number_in(desk.form.seen_version.data) or 0
    try:
        with transaction():
            edit_resource(person(), resource, details, seen, form=request.path, shown=desk.shown)
            drop_draft(person(), request.path)
    except DomainError as error:
        say(desk, error)
        return None
    flash(_("La ressource est modifiée."))
    return redirect(resource_url(resource))


def _form_page(space: Space, desk: Desk, resource: Resource | None = None) -> str:
    if PREVIEW in request.form and not desk.problems:
        return preview_page(space, desk, resource)
    if resource is not None:
        return render_template("library/edit.html", **page_of(desk, resource))
    return render_space_page("library/new.html", space, publish=publish_words(space), **page_of(desk))
