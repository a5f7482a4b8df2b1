"""The requests of strangers, decided by administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for

from app.accounts.requests.desk import Desk
from app.accounts.requests.queries import waiting_number
from app.core.access import administrators, person
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.navigation import Figure, Tab
from app.core.slots import fill

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_requests", __name__, url_prefix="/administration/demandes")
DESK = Desk("admin_requests", "layouts/admin.html")


@fill("admin.tabs", order=25)
def requests_tab() -> Tab:
    """Return the tab of the requests, with how many wait."""
    url = url_for("admin_requests.list_page")
    waiting = waiting_number(person())
    return Tab(url, _("Demandes d'accès"), waiting or None, active=request.path.startswith(url))


@fill("admin.figures", order=10)
def requests_figure() -> Figure:
    """Return how many requests wait."""
    waiting = waiting_number(person())
    return Figure(waiting, ngettext("demande à traiter", "demandes à traiter", waiting), DESK.url("list_page"))


@blueprint.get("")
@administrators
def list_page() -> ResponseReturnValue:
    """Show the requests that wait, oldest first."""
    return DESK.list_page()


@blueprint.route("/<string(length=10):public_id>", methods=["GET", "POST"])
@administrators
def request_page(public_id: str) -> ResponseReturnValue:
    """Show a request, choose where the person belongs; accept it."""
    return DESK.request_page(public_id)


@blueprint.route("/<string(length=10):public_id>/refuser", methods=["GET", "POST"])
@administrators
def refuse_page(public_id: str) -> ResponseReturnValue:
    """Refuse a request, with a reason that is sent."""
    return DESK.refuse_page(public_id)


@blueprint.post("/<string(length=10):public_id>/annuler")
@administrators
def take_back(public_id: str) -> ResponseReturnValue:
    """Take a decision back while it has no effect."""
    return DESK.take_back(public_id)
