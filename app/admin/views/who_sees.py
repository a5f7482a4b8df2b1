"""Who sees what, and the way into spaces that are not one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from app.admin.things import closed_spaces
from app.core.access import administrators, person
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.paging import page_number
from app.core.slots import fill
from app.spaces.blueprint import access_fact
from app.spaces.permissions import entries_of, memberships_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PREFIX = "/administration/acces"
blueprint = Blueprint("admin_access", __name__, url_prefix=PREFIX)


@fill("admin.tabs", order=50)
def access_tab() -> Tab:
    """Return the tab of who sees what."""
    return Tab(url_for("admin_access.access_page"), _("Accès"), active=request.path.startswith(PREFIX))


@blueprint.get("")
@administrators
def access_page() -> ResponseReturnValue:
    """List the closed spaces, each with the way in."""
    me = person()
    return render_template(
        "admin/access.html",
        page=closed_spaces(page_number()),
        access_fact=access_fact,
        inside=set(memberships_of(me)) | set(entries_of(me)),
    )
