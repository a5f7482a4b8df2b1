"""Background jobs: kinds declared by the features, and rows written with the change that wants them.

A job is at-least-once: a worker that dies loses what it had in hand (``claims.py``) and another takes it again, so a
handler may run twice without harm. ``queues.py`` tells how the work stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, Text, func, literal, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime, insert_into, is_writing
from app.extensions import db

NORMAL = 50
URGENT = 10
BULK = 90
#: « slow »: what takes seconds and nobody waits for.
QUEUES = ("slow", "default", "files", "outside")  # « outside »: what waits for other machines
AT_ONCE = 100

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
IS_QUEUED = text("state = 'queued'")
#: One queued job for a key; a running one does not count, because it may already have read the old state.
QUEUED_KEY: dict[str, Any] = {"index_elements": ["key"], "index_where": IS_QUEUED}


class Job(db.Model):
    """One piece of work to do, doing or done."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_next", "state", "queue", "priority", "run_at"),
        Index("uq_job_key_queued", "key", unique=True, sqlite_where=IS_QUEUED, postgresql_where=IS_QUEUED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    payload: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(200))
    priority: Mapped[int] = mapped_column(default=NORMAL)
    state: Mapped[str] = mapped_column(String(10), default=QUEUED)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class PeriodicRun(db.Model):
    """When a periodic job was last queued."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)


Handler = Callable[[Any], None]


@dataclass(frozen=True)
class JobKind:
    """How one kind of job is run. ``batch`` > 1 gives the handler a list of payloads."""

    name: str
    handler: Handler
    queue: str = "default"
    lease: str | None = None
    batch: int = 1
    every: timedelta | None = None
    max_attempts: int = 5
    timeout: timedelta = timedelta(minutes=2)
    at_start: bool = False


KINDS: dict[str, JobKind] = {}


class PermanentFailureError(Exception):
    """Trying again is useless; the job fails at once."""


def job(
    name: str,
    *,
    queue: str = "default",
    lease: str | None = None,
    batch: int = 1,
    every: timedelta | None = None,
    max_attempts: int = 5,
    timeout: float = 120,
) -> Callable[[Handler], Handler]:
    """Declare the handler of a kind of job.

    ``lease`` names work that runs nowhere else meanwhile; ``every`` queues it periodically; ``timeout`` in seconds is
    how long a silent worker keeps it. The handler receives the payload (a list of them when ``batch`` > 1) and runs
    inside an application context, outside of any transaction.
    """

    def declare(handler: Handler) -> Handler:
        KINDS[name] = JobKind(name, handler, queue, lease, batch, every, max_attempts, timedelta(seconds=timeout))
        return handler

    return declare


def run_at_each_start(name: str) -> None:
    """Have a periodic job queued as well, before others, each time a worker starts."""
    KINDS[name] = replace(KINDS[name], at_start=True)


def enqueue(
    name: str,
    payload: dict[str, Any],
    *,
    key: str | None = None,
    priority: int = NORMAL,
    run_at: datetime | None = None,
) -> None:
    """Add a job in the present transaction, unless one with the same key is already queued.

    The one queued then takes the more urgent priority and the earlier moment of the two.

    ``priority``: the lower the sooner. ``run_at``: not before this moment. Raises KeyError for an unknown kind and
    RuntimeError outside of ``transaction()``.
    """
    row = _row(name, payload, key, priority, run_at or now())
    statement = insert_into(Job).values(row)
    if key is not None:
        least = func.min if db.session.get_bind().dialect.name == "sqlite" else func.least
        sooner = {
            "priority": least(Job.priority, priority),
            "run_at": least(Job.run_at, literal(row["run_at"], UtcDateTime())),
        }
        statement = statement.on_conflict_do_update(**QUEUED_KEY, set_=sooner)
    db.session.execute(statement)


def enqueue_all(name: str, wanted: Mapping[str, dict[str, Any]]) -> None:
    """Add several jobs of one kind, their payloads by key, as ``enqueue`` does: one statement for each hundred."""
    moment = now()
    rows = [_row(name, payload, key, NORMAL, moment) for key, payload in wanted.items()]
    for start in range(0, len(rows), AT_ONCE):
        statement = insert_into(Job).values(rows[start : start + AT_ONCE])
        db.session.execute(statement.on_conflict_do_nothing(**QUEUED_KEY))


def _row(name: str, payload: dict[str, Any], key: str | None, priority: int, run_at: datetime) -> dict[str, Any]:
    kind = KINDS[name]
    if not is_writing():
        raise RuntimeError("a job is added outside of transaction()")
    return {
        "queue": kind.queue,
        "name": name,
        "payload": json.dumps(payload, sort_keys=True),
        "key": key,
        "priority": priority,
        "state": QUEUED,
        "run_at": run_at,
        "attempts": 0,
        "created_at": now(),
    }


def is_queued(key: str) -> bool:
    """Tell whether a job with this key waits."""
    return db.session.scalar(select(Job.id).where(Job.key == key, Job.state == QUEUED).limit(1)) is not None


def queue_periodic(*, starting: bool = False) -> None:
    """Queue the periodic jobs that are due, and when a worker is ``starting`` those of each start at once.

    Call inside ``transaction()``. A clock set back does not queue again until the interval has passed, counted from the
    hour it shows now; a jump ahead queues once.
    """
    moment = now()
    last = {run.name: run for run in db.session.scalars(select(PeriodicRun))}
    for kind in KINDS.values():
        if kind.every is None:
            continue
        run = last.get(kind.name)
        if run is None:
            run = PeriodicRun(name=kind.name)
            db.session.add(run)
        elif not (starting and kind.at_start) and moment < run.queued_at + kind.every:
            run.queued_at = min(run.queued_at, moment)
            continue
        run.queued_at = moment
        urgency = URGENT if starting and kind.at_start else BULK
        enqueue(kind.name, {}, key=f"periodic:{kind.name}", priority=urgency)
