"""Taking a resource away, and putting it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.paging import page_number, paginate
from app.core.text import one_line
from app.library.addresses import resource_url
from app.library.operations import remove_resource, restore_resource
from app.library.permissions import can_remove_resource
from app.library.queries import resource_for, trashed_resource_for
from app.library.trash import kept_for, names_of, purged_on, trash_of
from app.library.views.doors import library, space_library
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space
from app.spaces.permissions import can_moderate_space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE = 20


@library.route("/ressources/<string(length=10):public_id>/supprimer", methods=["GET", "POST"])
@signed_in
def remove_page(public_id: str) -> ResponseReturnValue:
    """Ask, then put a resource in the trash."""
    resource = resource_for(person(), public_id)
    can_remove_resource.require(person(), resource)
    if request.method == "GET":
        return render_template("library/remove.html", resource=resource, days=kept_for().days)
    with transaction():
        remove_resource(person(), resource, one_line(request.form.get("reason", "")))
    return redirect(url_for("library.restore_page", public_id=public_id))


@library.route("/ressources/<string(length=10):public_id>/retablir", methods=["GET", "POST"])
@signed_in
def restore_page(public_id: str) -> ResponseReturnValue:
    """Say that a resource is in the trash, and put it back."""
    resource = trashed_resource_for(person(), public_id)
    if request.method == "GET":
        return render_template("library/removed.html", resource=resource, until=purged_on(resource))
    with transaction():
        restore_resource(person(), resource)
    flash(_("La ressource est rétablie."))
    return redirect(resource_url(resource))


@dataclass(frozen=True)
class TrashLine:
    """One resource of the trash: who removed it, why, until when it can be put back."""

    public_id: str
    title: str
    reason: str
    at: datetime
    by: str
    until: datetime


@space_library.get("/ressources/corbeille")
@signed_in
def space_trash_page(space: Space) -> ResponseReturnValue:
    """List what was removed from a space, for those who run it."""
    can_moderate_space.require(person(), space)
    address = url_for("space_library.space_trash_page", slug=space.slug, page="NUMBER")
    return render_space_page("library/space_trash.html", space, **_trash(space, address))


@library.get("/ressources/supprimees")
@signed_in
def my_trash_page() -> ResponseReturnValue:
    """List what the person shared and that was removed."""
    return render_template("library/trash.html", **_trash(None, url_for("library.my_trash_page", page="NUMBER")))


def _trash(space: Space | None, address: str) -> dict[str, Any]:
    page = paginate(trash_of(person(), space), page_number(), PER_PAGE)
    names = names_of({one.deleted_by_id for one in page.items if one.deleted_by_id})
    lines = [
        TrashLine(
            one.public_id,
            one.title,
            one.deleted_reason,
            one.deleted_at,
            names.get(one.deleted_by_id, ""),
            purged_on(one) or one.deleted_at,
        )
        for one in page.items
    ]
    return {"lines": lines, "page": page, "address": address.replace("NUMBER", "{n}"), "days": kept_for().days}
