"""The journal: who did what, to what, when; read, narrowed and given away, never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template, request, url_for

from app.accounts.confirming import confirmed_to_download
from app.admin.journal_export import MOST_EXPORTED, heads, rows_of
from app.admin.journal_filter import Wanted, families
from app.core.access import administrators, person
from app.core.audit import record
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.journal import lines_of
from app.core.navigation import Tab
from app.core.paging import page_number, paginate
from app.core.slots import fill
from app.core.tables import csv_answer
from app.core.throttle import Limit

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LINES_PER_PAGE = 50
EXPORTS = Limit("export journal", free=20, first=timedelta(minutes=1))
blueprint = Blueprint("admin_journal", __name__, url_prefix="/administration/journal")


@fill("admin.tabs", order=60)
def journal_tab() -> Tab:
    """Return the last tab."""
    url = url_for("admin_journal.journal_page")
    return Tab(url, _("Journal"), active=request.path == url)


@blueprint.get("")
@administrators
def journal_page() -> ResponseReturnValue:
    """Show the journal, newest first."""
    wanted = Wanted.of(request.args)
    page = paginate(wanted.query(), page_number(), LINES_PER_PAGE)
    return render_template(
        "admin/journal.html",
        wanted=wanted,
        page=page,
        lines=lines_of(page.items, person()),
        families=families(),
        months=current_app.config["SETTINGS"].journal_months,
    )


@blueprint.post("/export")
@administrators
@confirmed_to_download
def export_journal() -> ResponseReturnValue:
    """Give the lines asked for as a CSV file; that is written in the journal too."""
    me, wanted = person(), Wanted.of(request.form)
    EXPORTS.take(str(me.id))
    rows = list(rows_of(wanted, me, MOST_EXPORTED))
    with transaction():
        record("journal.exported", person(), None, rows=len(rows))
    return csv_answer("journal", heads(), rows)
