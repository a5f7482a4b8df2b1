"""What administrators read of the log: words asked often enough to be nobody's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, select

from app.core.audit import describe, record
from app.core.i18n import lazy_gettext as _l
from app.core.paging import Page
from app.extensions import db
from app.search.log.keeping import oldest_kept
from app.search.log.models import SearchAsked

SHOWN_FROM = 3
"""Words asked less often are not shown: they may tell of one person, or of what one closed space speaks of."""

PER_PAGE = 50

describe({"search.log_erased": _l("Recherches faites effacées")})


@dataclass(frozen=True)
class Asked:
    """Words, how often they were asked, the last day, how many things any member finds (None: not counted yet)."""

    words: str
    times: int
    last: date
    hits: int | None


def _totals() -> Select[str, int, date, int | None]:
    times, hits = func.sum(SearchAsked.times), func.max(SearchAsked.hits)
    columns = (SearchAsked.words, times.label("times"), func.max(SearchAsked.day).label("last"), hits.label("hits"))
    return select(*columns).where(SearchAsked.day >= oldest_kept()).group_by(SearchAsked.words)


def asked(number: int, *, nothing_found: bool) -> Page[Asked]:
    """Return one page of the words asked, the most asked first: all of them, or those that find nothing."""
    shown = _totals().having(func.sum(SearchAsked.times) >= SHOWN_FROM)
    if nothing_found:
        shown = shown.having(func.max(SearchAsked.hits) == 0)
    total = db.session.scalar(select(func.count()).select_from(shown.subquery())) or 0
    ordered = shown.order_by(func.sum(SearchAsked.times).desc(), SearchAsked.words)
    rows = db.session.execute(ordered.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return Page([Asked(row.words, row.times, row.last, row.hits) for row in rows], number, PER_PAGE, total)


def too_rare() -> int:
    """Return how many different words were asked too seldom to be shown."""
    rare = _totals().having(func.sum(SearchAsked.times) < SHOWN_FROM)
    return db.session.scalar(select(func.count()).select_from(rare.subquery())) or 0


def erase_log(by: Any) -> None:
    """Forget everything that was noted. Call inside ``transaction()``."""
    db.session.execute(delete(SearchAsked).execution_options(synchronize_session=False))
    record("search.log_erased", by)
