"""Drafts that colleagues of one authority prepare together, before anybody else can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.errors import DomainError, wants_json
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.library.addresses import resource_url
from app.library.fields_form import text_of
from app.library.forms import ResourceForm, filled_from
from app.library.lines import DETACH
from app.library.models import Resource
from app.library.operations import edit_resource, prepare_resource
from app.library.publishing import last_words, publish_prepared, take_proposal_back
from app.library.queries import prepared_resource_for
from app.library.views.answering import REFUSED, detach, is_publishing, keep_form, publish_words, say, told_readers
from app.library.views.desk import LATER, PREVIEW, Desk, opened, page_of
from app.library.views.doors import library
from app.library.views.previewing import preview_page
from app.library.views.sending import answer_upload
from app.spaces.models import Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def _saved(resource: Resource) -> str:
    if resource.shared_draft:
        return _("Le brouillon est enregistré : vos collègues voient cette version.")
    return _("Le brouillon est enregistré.")


def readable(form: ResourceForm) -> bool:
    """Tell whether a form may be kept though it is not whole: it has a title, and what is typed can be read."""
    form.validate()
    for one in form:
        if one.name != "title" and not text_of(one).strip():
            one.errors = ()
    return not any(one.errors for one in form)


def confide(space: Space, desk: Desk) -> ResponseReturnValue | None:
    """Make of a form a draft that colleagues complete; None when it says what must be mended first."""
    if not readable(desk.form) or desk.problems:
        desk.status = REFUSED
        return None
    details = desk.form.details(keep_lang="fr")
    with transaction():
        resource = prepare_resource(person(), space, details, form=request.path, shown=desk.shown)
        drop_draft(person(), request.path)
    flash(_("Le brouillon est partagé avec vos collègues."))
    return redirect(url_for("library.prepare_page", public_id=resource.public_id))


@library.route("/ressources/<string(length=10):public_id>/preparation", methods=["GET", "POST"])
@signed_in
def prepare_page(public_id: str) -> ResponseReturnValue:
    """Complete a draft with one's colleagues, and publish it."""
    resource = prepared_resource_for(person(), public_id)
    if request.method == "POST" and wants_json():
        return answer_upload(request.path)
    desk = opened(resource.space, {**filled_from(resource), **draft_for(person(), request.path)}, resource)
    if request.method == "POST" and DETACH in request.form:
        detach(resource, request.form[DETACH], desk.form)
    if request.method == "POST" and LATER in request.form:
        if readable(desk.form) and not desk.problems:
            if _kept(resource, desk, publish=False):
                flash(_saved(resource))
                return redirect(request.path)
        else:
            desk.status = REFUSED
    elif is_publishing(desk) and _kept(resource, desk, publish=True):
        flash(told_readers(resource, resource.space))
        return redirect(resource_url(resource))
    return _page(resource, desk), desk.status


@library.post("/ressources/<string(length=10):public_id>/preparation/brouillon")
@signed_in
def keep_prepared(public_id: str) -> ResponseReturnValue:
    """Keep what is being typed in a draft, for this person alone until they save it."""
    resource = prepared_resource_for(person(), public_id)
    return keep_form(url_for("library.prepare_page", public_id=public_id), resource)


@library.post("/ressources/<string(length=10):public_id>/preparation/reprendre")
@signed_in
def take_back_proposal(public_id: str) -> ResponseReturnValue:
    """Take a proposal back, to go on with it as a draft."""
    resource = prepared_resource_for(person(), public_id)
    with transaction():
        take_proposal_back(person(), resource)
    flash(_("La proposition est reprise : c'est de nouveau un brouillon."))
    return redirect(url_for("library.prepare_page", public_id=public_id))


def _kept(resource: Resource, desk: Desk, *, publish: bool) -> bool:
    details = desk.form.details(keep_lang=resource.lang)
    seen = number_in(desk.form.seen_version.data) or 0
    try:
        with transaction():
            edit_resource(person(), resource, details, seen, form=request.path, shown=desk.shown)
            if publish:
                publish_prepared(person(), resource)
            drop_draft(person(), request.path)
    except DomainError as error:
        say(desk, error)
        return False
    return True


def _page(resource: Resource, desk: Desk) -> str:
    if PREVIEW in request.form and not desk.problems:
        return preview_page(resource.space, desk, resource)
    context: dict[str, Any] = page_of(desk, resource)
    context["publish"] = _("Enregistrer la proposition") if resource.proposed_at else publish_words(resource.space)
    context["answer"] = last_words(resource) if resource.proposed_at is None else None
    return render_template("library/prepare.html", **context)
