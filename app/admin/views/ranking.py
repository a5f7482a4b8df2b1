"""Why results come in their order: what the words give, and what each signal adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal, format_percent
from flask import render_template, request, url_for

from app.admin.views.search_door import blueprint
from app.core.access import administrators, person
from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.paging import Page, page_number
from app.core.slots import fill
from app.search.explaining import explained
from app.search.operations import PER_PAGE
from app.search.signals import MOST
from app.search.state import State

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@fill("search.tools")
def explain_link(arguments: dict[str, Any]) -> Tab | None:
    """Return the way from results to what makes their order, for administrators only."""
    if not person().is_admin:
        return None
    return Tab(url_for("admin_search.ranking_page", **arguments), _("Expliquer ce classement"))


@blueprint.get("/classement")
@administrators
def ranking_page() -> ResponseReturnValue:
    """Explain the order of the results this administrator gets for a question; of nothing they may not read."""
    state = State.of(request.args, page_number())
    total, lines = explained(person(), state)
    page = Page(lines, state.query.page, PER_PAGE, total)
    asking = state.arguments()
    return render_template(
        "admin/ranking.html",
        state=state,
        page=page,
        most=MOST,
        words=" ".join(state.query.words),
        results=url_for("search.results_page", **asking),
        decimal=_decimal,
        share=_share,
        page_address=lambda number: url_for("admin_search.ranking_page", **asking, page=number),
    )


def _decimal(value: float) -> str:
    return str(format_decimal(value, format="#,##0.00", locale=current_language()))


def _share(value: float) -> str:
    """Return what a signal adds, as a percentage of the text's score; a dash for next to nothing."""
    shown = round(value, 4)
    return f"+{format_percent(shown, locale=current_language(), decimal_quantization=False)}" if shown else "–"
