"""Taking a resource away, and putting it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.library.addresses import resource_url
from app.library.operations import remove_resource, restore_resource
from app.library.permissions import can_remove_resource
from app.library.queries import resource_for, trashed_resource_for
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@library.route("/ressources/<string(length=10):public_id>/supprimer", methods=["GET", "POST"])
@signed_in
def remove_page(public_id: str) -> ResponseReturnValue:
    """Ask, then put a resource in the trash."""
    resource = resource_for(person(), public_id)
    can_remove_resource.require(person(), resource)
    if request.method == "GET":
        return render_template("library/remove.html", resource=resource)
    with transaction():
        remove_resource(person(), resource, one_line(request.form.get("reason", "")))
    return redirect(url_for("library.restore_page", public_id=public_id))


@library.route("/ressources/<string(length=10):public_id>/retablir", methods=["GET", "POST"])
@signed_in
def restore_page(public_id: str) -> ResponseReturnValue:
    """Say that a resource is in the trash, and put it back."""
    resource = trashed_resource_for(person(), public_id)
    if request.method == "GET":
        return render_template("library/removed.html", resource=resource)
    with transaction():
        restore_resource(person(), resource)
    flash(_("La ressource est rétablie."))
    return redirect(resource_url(resource))
