"""The background work of search."""

from __future__ import annotations

import errno
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from app.core.clock import now
from app.core.db import transaction
from app.core.events import announce
from app.core.jobs import job, run_at_each_start
from app.search.engine import Health, IndexUnavailableError
from app.search.events import IndexChanged
from app.search.indexing import reindex
from app.search.matching import changes_on_their_way
from app.search.models import SearchChange, audience_version
from app.search.operations import Why, engine, rebuild_soon
from app.search.rebuilding.alone import LEASE, somebody_rebuilds
from app.search.rebuilding.plan import Plan
from app.search.rebuilding.work import is_left_unfinished, rebuild
from app.search.recent import forget_old
from app.search.sources import sources

BATCH = 200
KEPT_CHANGES = 50_000
BETWEEN_COMPARISONS = timedelta(days=1)
WRITER = "search-index"

# A folder that cannot be written stays so until somebody mends it; the waits grow to an hour each.
UNTIL_IT_WORKS = 1_000_000

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
OS_ERROR = re.compile(rf"(?:\(os error|\bOs \{{ code:) (?:{'|'.join(map(str, sorted(NO_ROOM)))})\b|io::Error")
"""How tantivy says the same, in two manners; its threads say no more than the last of these."""
NO_ROOM_THERE = {"53100", "25006"}
"""How PostgreSQL says it: its disk is full, or it takes no writing."""


@job("search.index", queue="default", lease=WRITER, batch=BATCH, timeout=300, max_attempts=UNTIL_IT_WORKS)
def index_changed(payloads: list[dict[str, Any]]) -> None:
    """Bring the things of a batch of jobs up to date in the index; an unusable one is rebuilt, which does the same."""
    try:
        reindex(engine(), [(one["type"], one["id"]) for one in payloads])
    except IndexUnavailableError as error:
        if is_for_want_of_room(error):
            raise  # what is there stays good, and the change enters when there is room again
        with transaction():
            rebuild_soon()  # even should the index be given back meanwhile: these changes are not in it
        return
    _tell()


def _looked_at_anew() -> Health:
    """Look at the index as a process does that has just begun."""
    engine().forget()
    return engine().health()


def is_for_want_of_room(error: BaseException | None) -> bool:
    """Tell whether an error comes from a place that takes no more: full, over its quota, not writable."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return True
        if getattr(error, "sqlstate", None) in NO_ROOM_THERE or OS_ERROR.search(str(error)):
            return True
        error = error.__cause__
    return False


def _tell() -> None:
    with transaction():
        announce(IndexChanged(now()))


@job("search.rebuild", queue="files", lease=LEASE, timeout=1800, max_attempts=UNTIL_IT_WORKS)
def rebuild_all(payload: dict[str, Any]) -> None:
    """Make the whole index anew beside the live one, then swap; or go on with what was left unfinished."""
    if _is_still_wanted(payload):
        rebuild(engine())
        _tell()


def _is_still_wanted(payload: dict[str, Any]) -> bool:
    """Tell whether nobody has done meanwhile what was asked for."""
    why = payload.get("why")
    if why == Why.UNUSABLE:
        return not engine().health().usable
    if why == Why.UNFINISHED:
        return is_left_unfinished()
    if why == Why.OF_ANOTHER_TIME:
        return _is_of_another_time(engine().health())
    last = Plan.kept()
    if last is None or last.finished_at is None:
        return True
    return last.number <= int(payload.get("after", last.number))


@job("search.check", queue="default", every=timedelta(minutes=10))
def check(payload: dict[str, Any]) -> None:  # noqa: ARG001 - a job takes its payload
    """Have an index of no use made anew, an unfinished rebuild gone on with; forget changes and old searches."""
    health = _looked_at_anew()
    abandoned = is_left_unfinished() and not somebody_rebuilds()
    with transaction() as session:
        if not health.usable:
            rebuild_soon(Why.UNUSABLE)
        elif abandoned:
            rebuild_soon(Why.UNFINISHED)
        elif _is_of_another_time(health):
            rebuild_soon(Why.OF_ANOTHER_TIME)
        forget_old()
        session.execute(delete(SearchChange).where(SearchChange.version <= audience_version() - KEPT_CHANGES))


def _is_of_another_time(health: Health) -> bool:
    """Tell whether the index is not the one last made, or holds more or fewer things than there are.

    A copy of one was put back, or of the database; or a disk is there again, with what it held when it went. Nobody can
    count while changes are on their way into it; and what the last rebuild left so, the next would too.
    """
    last = Plan.kept()
    if last is not None and last.finished_at is not None:
        if engine().in_use() != last.generation:
            return True
        if now() - last.finished_at < BETWEEN_COMPARISONS:
            return False
    there = sum(len(list(source.keys())) for source in sources())
    return there != health.parents and not changes_on_their_way() and engine().health().parents == health.parents


run_at_each_start("search.check")
