"""The front page of the administration: how many of what, what waits for a decision, what was done last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from app.admin.waiting import last_lines, waiting_for
from app.core.access import administrators, person
from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry, Tab
from app.core.slots import collect, fill

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin", __name__)


@fill("account.menu", order=90)
def menu_entry() -> NavigationEntry | None:
    """Return the way in, for administrators only."""
    if not current_user.is_admin:
        return None
    return NavigationEntry(url_for("admin.overview_page"), _("Administration"), "key", "/administration")


@fill("admin.tabs", order=10)
def overview_tab() -> Tab:
    """Return the first tab."""
    url = url_for("admin.overview_page")
    return Tab(url, _("Vue d'ensemble"), active=request.path == url)


@blueprint.get("/administration")
@administrators
def overview_page() -> ResponseReturnValue:
    """Show the figures of the network, what waits for a decision and the last lines of the journal."""
    me = person()
    return render_template(
        "admin/overview.html",
        notices=collect("admin.notices"),
        figures=collect("admin.figures"),
        waiting=waiting_for(me),
        lines=last_lines(me),
    )
