"""How the index stands, for those who run the site: what it holds, how late it is, what last went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from app.core.jobs import DONE, QUEUED, Job
from app.core.queues import counts, queued_since, reason_of
from app.extensions import db
from app.search.engine import Health, IndexUnavailableError
from app.search.engines import outgrown
from app.search.operations import engine
from app.search.rebuilding.alone import somebody_rebuilds
from app.search.rebuilding.plan import Plan

LONGEST_LAG = timedelta(minutes=5)
WORK = ("search.index", "search.rebuild")


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
        waiting=counts("search.index").get(QUEUED, 0),
        trouble=_trouble(),
        rebuild=plan,
        is_rebuilding=under_way and somebody_rebuilds(),
        rebuild_waits=QUEUED in counts("search.rebuild") or under_way,
    )


def _place() -> tuple[str, int]:
    generation = engine().in_use()
    try:
        return generation, engine().stored_bytes(generation) if generation else 0
    except (OSError, IndexUnavailableError):
        return generation, 0


def _trouble() -> Trouble | None:
    """Return the last error of work not done since: what is done at last, by itself or by a younger job, is mended."""
    failed = Job.name.in_(WORK), Job.error.is_not(None), Job.state != DONE
    found = db.session.scalar(select(Job).where(*failed).order_by(Job.id.desc()).limit(1))
    if found is None:
        return None
    again = found.run_at if found.state == QUEUED else None
    return Trouble(found.name, reason_of(found.error or ""), again)
