"""Moving a resource into another space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.library.addresses import resource_url
from app.library.moving import SECTION, move_resource
from app.library.permissions import can_move_resource
from app.library.queries import resource_for
from app.library.quotas import QuotaReachedError
from app.library.views.doors import library
from app.spaces.moving import prepare_move

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@library.route("/ressources/<string(length=10):public_id>/deplacer", methods=["GET", "POST"])
@signed_in
def move_page(public_id: str) -> ResponseReturnValue:
    """Ask where to, say who will stop and begin to read, then move the resource."""
    me, resource = person(), resource_for(person(), public_id)
    can_move_resource.require(me, resource)
    move = prepare_move(me, resource, SECTION, request.values.get("vers", ""), request.values.get("lecteurs", ""))
    if request.method == "GET" or move.target is None:
        page = render_template("library/move.html", resource=resource, move=move, back=resource_url(resource))
        return page, 200 if request.method == "GET" else 422
    try:
        with transaction():
            move_resource(me, resource, move.target, move.audience)
    except QuotaReachedError as error:
        flash(str(error.message), "error")
        return render_template(
            "library/move.html", resource=resource, move=move, back=resource_url(resource)
        ), error.status
    flash(_("La ressource est dans l'espace « %(space)s ».", space=resource.space.name))
    return redirect(resource_url(resource))
