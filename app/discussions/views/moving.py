"""Moving a discussion into another space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.discussions.addresses import thread_url
from app.discussions.moving import SECTION, move_thread
from app.discussions.permissions import can_move_thread
from app.discussions.queries import thread_for
from app.discussions.views.blueprints import blueprint
from app.discussions.views.thread import ID
from app.spaces.moving import prepare_move

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route(f"/discussions/{ID}/deplacer", methods=["GET", "POST"])
@signed_in
def move_page(public_id: str) -> ResponseReturnValue:
    """Ask where to, say who will stop and begin to read, then move the discussion."""
    me, thread = person(), thread_for(person(), public_id)
    can_move_thread.require(me, thread)
    move = prepare_move(me, thread, SECTION, request.values.get("vers", ""), request.values.get("lecteurs", ""))
    if request.method == "GET" or move.target is None:
        page = render_template("discussions/move.html", thread=thread, move=move, back=thread_url(thread, page=1))
        return page, 200 if request.method == "GET" else 422
    with transaction():
        move_thread(me, thread, move.target, move.audience)
    flash(_("La discussion est dans l'espace « %(space)s ».", space=thread.space.name))
    return redirect(thread_url(thread, page=1))
