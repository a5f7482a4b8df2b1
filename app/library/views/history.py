"""The history of a resource: its changes, one change word by word, an earlier version taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.paging import Page, page_number
from app.library.addresses import resource_url
from app.library.history import change_for, history_of, is_same_text, take_up_again
from app.library.history_words import differences_of, names_of
from app.library.models import Resource
from app.library.permissions import can_edit_resource
from app.library.queries import published_resource_for
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE = 20
CONFLICT = 409


@library.get("/ressources/<string(length=10):public_id>/historique")
@signed_in
def history_page(public_id: str) -> ResponseReturnValue:
    """Show who changed a resource and when; what was changed, to those who keep it."""
    resource = published_resource_for(person(), public_id)
    history = history_of(person(), resource)
    total = len(history.changes)
    number = min(page_number(), max(1, -(-total // PER_PAGE)))
    shown = history.changes[(number - 1) * PER_PAGE : number * PER_PAGE]
    return render_template(
        "library/history.html",
        resource=resource,
        lines=[(one, names_of(one, resource)) for one in shown],
        history=history,
        page=Page(shown, number, PER_PAGE, total),
        address=url_for("library.history_page", public_id=public_id, page="NUMBER").replace("NUMBER", "{n}"),
        back=resource_url(resource),
    )


@library.get("/ressources/<string(length=10):public_id>/historique/<int:n>")
@signed_in
def change_page(public_id: str, n: int) -> ResponseReturnValue:
    """Show one change, field by field and word by word."""
    return _page(published_resource_for(person(), public_id), n)


@library.post("/ressources/<string(length=10):public_id>/historique/<int:n>/reprendre")
@signed_in
def take_up_view(public_id: str, n: int) -> ResponseReturnValue:
    """Write again what the resource said before a change."""
    resource = published_resource_for(person(), public_id)
    try:
        with transaction():
            take_up_again(person(), resource, n, number_in(request.form.get("seen_version")) or 0)
    except DomainError as error:
        if error.status != CONFLICT:
            raise
        return _page(resource, n, _("Elle a changé depuis que vous avez ouvert cette page. Relisez, puis reprenez."))
    flash(_("La version est reprise. Celle d'avant reste dans l'historique."))
    return redirect(resource_url(resource))


def _page(resource: Resource, n: int, problem: str = "") -> ResponseReturnValue:
    change = change_for(person(), resource, n)
    page = render_template(
        "library/change.html",
        resource=resource,
        change=change,
        differences=differences_of(change, person()),
        may_take_up=can_edit_resource(person(), resource) and not is_same_text(change.before, resource),
        problem=problem,
        back=url_for("library.history_page", public_id=resource.public_id),
    )
    return page, CONFLICT if problem else 200
