"""The background work of search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from app.core.clock import now
from app.core.db import transaction
from app.core.events import announce
from app.core.jobs import job
from app.search.engine import IndexUnavailableError
from app.search.events import IndexChanged
from app.search.indexing import rebuild, reindex
from app.search.models import SearchChange, audience_version
from app.search.operations import engine, rebuild_soon
from app.search.recent import forget_old

BATCH = 200
KEPT_CHANGES = 50_000
WRITER = "search-index"

# A folder that cannot be written stays so until somebody mends it; the waits grow to an hour each.
UNTIL_IT_WORKS = 1_000_000


@job("search.index", queue="default", lease=WRITER, batch=BATCH, timeout=300)
def index_changed(payloads: list[dict[str, Any]]) -> None:
    """Bring the things of a batch of jobs up to date in the index; an unusable one is rebuilt, which does the same."""
    try:
        reindex(engine(), [(one["type"], one["id"]) for one in payloads])
    except IndexUnavailableError:
        with transaction():
            rebuild_soon()
        return
    _tell()


def _tell() -> None:
    with transaction():
        announce(IndexChanged(now()))


@job("search.rebuild", queue="files", lease="search-rebuild", timeout=1800, max_attempts=UNTIL_IT_WORKS)
def rebuild_all(payload: dict[str, Any]) -> None:  # noqa: ARG001 - a job takes its payload
    """Make the whole index anew beside the live one, then swap."""
    rebuild(engine())
    _tell()


@job("search.check", queue="default", every=timedelta(minutes=10))
def check(payload: dict[str, Any]) -> None:  # noqa: ARG001 - same
    """Have an unusable index rebuilt without hands, and forget what is kept no more: changes read, old searches."""
    usable = engine().health().usable
    with transaction() as session:
        if not usable:
            rebuild_soon()
        forget_old()
        session.execute(delete(SearchChange).where(SearchChange.version <= audience_version() - KEPT_CHANGES))
