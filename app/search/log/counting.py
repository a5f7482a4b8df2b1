"""The work behind the log: how many things any member finds for what was asked, and what is too old forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from app.core.db import transaction
from app.core.jobs import enqueue, job
from app.extensions import db
from app.search.audience import catalogue
from app.search.catalogue import Allowed
from app.search.engine import IndexUnavailableError
from app.search.log.keeping import days_kept, oldest_kept
from app.search.log.models import SearchAsked
from app.search.operations import engine
from app.search.query import parse
from app.search.rules import rules
from app.search.sources import scope_of
from app.search.widening import terms_for

AT_ONCE = 500


@job("search.count_asked", queue="slow", every=timedelta(minutes=10))
def count_asked(_payload: dict[str, Any]) -> None:
    """Count what any member finds for the words not counted yet, and for those that found nothing."""
    uncounted = or_(SearchAsked.hits.is_(None), SearchAsked.hits == 0)
    query = select(SearchAsked.words).where(uncounted).group_by(SearchAsked.words)
    every = db.session.scalars(query.order_by(SearchAsked.words)).all()
    for start in range(0, len(every), AT_ONCE):
        found = {words: _found_by_any_member(words) for words in every[start : start + AT_ONCE]}
        with transaction() as session:
            for words, hits in found.items():
                rows = update(SearchAsked).where(SearchAsked.words == words).values(hits=hits)
                session.execute(rows.execution_options(synchronize_session=False))


def count_asked_soon() -> None:
    """Have what found nothing counted again, in the present transaction: a rule has changed."""
    enqueue("search.count_asked", {}, key="search.count_asked")


def _found_by_any_member(words: str) -> int | None:
    """Count what the whole network reads and nothing more: what closed spaces hold is never counted in the log."""
    allowed = Allowed.to(catalogue(), scope_of(None))
    try:
        return engine().search(terms_for(parse(words).query, rules()), allowed, limit=0).total
    except IndexUnavailableError:
        return None


@job("search.forget_asked", every=timedelta(days=1))
def forget_asked(_payload: dict[str, Any]) -> None:
    """Forget searches older than the setting allows; all of them when it allows none."""
    with transaction() as session:
        old = SearchAsked.day < oldest_kept() if days_kept() else SearchAsked.times > 0
        session.execute(delete(SearchAsked).where(old).execution_options(synchronize_session=False))
