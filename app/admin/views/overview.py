"""The front page of the administration: how many of what, and where to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from app.core.access import administrators
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
    """Show the figures of the network, each leading to its page."""
    return render_template("admin/overview.html", figures=collect("admin.figures"))
