"""The background work of saved searches: looking for what is new, telling it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from app.alerts.matching import MATCH, match, match_soon
from app.alerts.models import SavedSearch
from app.alerts.telling import TELL, queue_due, tell
from app.core.clock import now
from app.core.db import transaction
from app.core.events import listen
from app.core.jobs import job
from app.search.engine import IndexUnavailableError
from app.search.events import IndexChanged

log = logging.getLogger("beffroi.alerts")
KEPT_REMOVED = timedelta(days=30)


@job(MATCH, lease="alerts", every=timedelta(minutes=10), timeout=300)
def look(payload: dict[str, Any]) -> None:
    """Look for what is new in saved searches, some at a time; while the index is away, not at all.

    It is made again without hands, and says so (``IndexChanged``).
    """
    try:
        match(int(payload.get("after", 0)))
    except IndexUnavailableError:
        log.warning("the index is unavailable; saved searches wait for it")


@job(TELL, max_attempts=12)
def tell_one(payload: dict[str, Any]) -> None:
    """Tell one person what was found for them."""
    tell(payload["user_id"])


@job("alerts.tell_due", every=timedelta(minutes=15))
def tell_due(_payload: dict[str, Any]) -> None:
    """Have the daily and weekly mails written when their hour has come, and what stayed behind."""
    with transaction():
        queue_due()


@job("alerts.sweep", every=timedelta(days=1))
def sweep(_payload: dict[str, Any]) -> None:
    """Forget the searches removed a month ago."""
    with transaction() as session:
        session.execute(delete(SavedSearch).where(SavedSearch.removed_at < now() - KEPT_REMOVED))


@listen(IndexChanged)
def look_soon(_event: IndexChanged) -> None:
    """Look for what is new once the index has taken in what changed."""
    match_soon()
