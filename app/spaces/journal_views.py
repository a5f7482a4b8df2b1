"""The part of the journal that those who run a space may read: who came and went, what was moderated, who entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for
from sqlalchemy import select

from app.core.access import person, signed_in
from app.core.audit import AuditEntry
from app.core.i18n import gettext as _
from app.core.journal import about_spaces, lines_of
from app.core.navigation import Tab
from app.core.paging import page_number, paginate
from app.core.slots import fill
from app.spaces.blueprint import SpaceBlueprint, render_space_page
from app.spaces.models import Space
from app.spaces.permissions import facilitates

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LINES_PER_PAGE = 50
blueprint = SpaceBlueprint("space_journal", __name__)


@fill("space.tabs", order=96)
def journal_tab(space: Space) -> Tab | None:
    """Return the tab of the journal, for those who run the space and take part in it."""
    if not facilitates(person(), space):
        return None
    here = url_for("space_journal.journal_page", slug=space.slug)
    return Tab(here, _("Journal"), active=request.path == here)


@blueprint.get("/journal")
@signed_in
def journal_page(space: Space) -> ResponseReturnValue:
    """Show the lines about the space and what it holds, newest first, to those who run it."""
    facilitates.require(person(), space)
    query = select(AuditEntry).where(about_spaces([space.id])).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    page = paginate(query, page_number(), LINES_PER_PAGE)
    return render_space_page(
        "spaces/journal.html", space, page=page, lines=lines_of(page.items, person(), inside=space.id)
    )
