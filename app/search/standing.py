"""How the index stands, for those who run the site: what it holds, how late it is, what last went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from app.core.jobs import QUEUED, Job
from app.core.queues import queued_since
from app.extensions import db
from app.search.engine import Health, IndexUnavailableError
from app.search.engines import outgrown
from app.search.operations import engine
from app.search.rebuilding.alone import somebody_rebuilds
from app.search.rebuilding.plan import Plan

LONGEST_LAG = timedelta(minutes=5)
LONGEST_ERROR = 300
WORK = ("search.index", "search.rebuild")
_NOISE = ("(Background on this error", "[SQL:", "[parameters:")


@dataclass(frozen=True)
class Trouble:
    """What last went wrong and is not mended: which work, its error in one line, when it is tried again (if it is)."""

    work: str
    error: str
    again_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """The state of the index at a moment; ``lag`` is how long the oldest change has waited."""

    engine: str
    health: Health
    outgrown: bool
    generation: str
    stored_bytes: int
    lag: timedelta
    waiting: int
    trouble: Trouble | None
    rebuild: Plan | None
    is_rebuilding: bool
    rebuild_waits: bool

    @property
    def is_late(self) -> bool:
        """Whether changes wait longer than they should."""
        return self.lag >= LONGEST_LAG


def standing() -> Standing:
    """Look at the index; never raises for a broken one."""
    name, health, plan = current_app.config["SETTINGS"].search_engine, engine().health(), Plan.kept()
    generation, size = _place()
    under_way = plan is not None and plan.is_under_way
    return Standing(
        engine=name,
        health=health,
        outgrown=outgrown(name, health),
        generation=generation,
        stored_bytes=size,
        lag=queued_since("search.index"),
        waiting=_queued("search.index"),
        trouble=_trouble(),
        rebuild=plan,
        is_rebuilding=under_way and somebody_rebuilds(),
        rebuild_waits=_queued("search.rebuild") > 0 or under_way,
    )


def _place() -> tuple[str, int]:
    generation = engine().in_use()
    try:
        return generation, engine().stored_bytes(generation) if generation else 0
    except (OSError, IndexUnavailableError):
        return generation, 0


def _queued(name: str) -> int:
    waiting = select(func.count(Job.id)).where(Job.state == QUEUED, Job.name == name)
    return db.session.scalar(waiting) or 0


def _trouble() -> Trouble | None:
    """Return the last error of work not done since: what is done at last forgets it."""
    query = select(Job).where(Job.name.in_(WORK), Job.error.is_not(None)).order_by(Job.id.desc()).limit(1)
    found = db.session.scalar(query)
    if found is None:
        return None
    again = found.run_at if found.state == QUEUED else None
    return Trouble(found.name, one_line_of(found.error or ""), again)


def one_line_of(error: str) -> str:
    """Return what a traceback ends with, without the values of a statement: they may be anybody's words."""
    lines = [line.strip() for line in error.splitlines() if line.strip() and not line.strip().startswith(_NOISE)]
    return lines[-1][:LONGEST_ERROR] if lines else ""
