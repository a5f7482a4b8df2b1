"""What is searched for, without a name, and what found nothing: for administrators only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.admin.views.search_door import blueprint
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.paging import page_number
from app.search.log.keeping import days_kept
from app.search.log.queries import SHOWN_FROM, asked, erase_log, too_rare

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/journal")
@administrators
def log_page() -> ResponseReturnValue:
    """Show what is searched for most, or what found nothing."""
    nothing_found = request.args.get("quoi") != "tout"
    days = days_kept()
    return render_template(
        "admin/search_log.html",
        page=asked(page_number(), nothing_found=nothing_found) if days else None,
        nothing_found=nothing_found,
        rare=too_rare() if days else 0,
        days=days,
        shown_from=SHOWN_FROM,
    )


@blueprint.post("/journal/effacer")
@administrators
def erase_log_view() -> ResponseReturnValue:
    """Forget what was noted."""
    with transaction():
        erase_log(person())
    flash(_("Les recherches faites sont effacées."))
    return redirect(url_for("admin_search.log_page"))
