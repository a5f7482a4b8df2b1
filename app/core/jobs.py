"""Background jobs: rows written with the change that wants them, taken by workers under a lease.

A job is at-least-once: a worker that dies loses its lease and another takes the job again, so a handler may run twice
without harm. The lease pattern is the one of message queues with a visibility timeout.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Select,
    String,
    Text,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime, is_writing, transaction
from app.extensions import db

NORMAL = 50
URGENT = 10
BULK = 90
#: « slow »: what takes seconds and nobody waits for.
QUEUES = ("slow", "default", "files", "outside")  # « outside »: what waits for other machines
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
LONGEST_ERROR = 2000
AT_ONCE = 100

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"


class Job(db.Model):
    """One piece of work to do, doing or done."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_next", "state", "queue", "priority", "run_at"),
        # One queued job for a key; a running one does not count, because it may already have read the old state.
        Index(
            "uq_job_key_queued",
            "key",
            unique=True,
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
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


class Lease(db.Model):
    """A name that one owner holds until a moment: work that must not run twice at once."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(80))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
    kind = KINDS[name]
    if not is_writing():
        message = "enqueue() outside of transaction()"
        raise RuntimeError(message)
    values = {
        "queue": kind.queue,
        "name": name,
        "payload": json.dumps(payload, sort_keys=True),
        "key": key,
        "priority": priority,
        "state": QUEUED,
        "run_at": run_at or now(),
        "attempts": 0,
        "created_at": now(),
    }
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(Job).values(values)
    if key is not None:
        least = func.min if dialect == "sqlite" else func.least
        sooner = {
            "priority": least(Job.priority, priority),
            "run_at": least(Job.run_at, literal(values["run_at"], UtcDateTime())),
        }
        statement = statement.on_conflict_do_update(
            index_elements=["key"], index_where=text("state = 'queued'"), set_=sooner
        )
    db.session.execute(statement)


def enqueue_all(name: str, wanted: Mapping[str, dict[str, Any]]) -> None:
    """Add several jobs of one kind, their payloads by key, as ``enqueue`` does: one statement for each hundred."""
    kind, moment = KINDS[name], now()
    if not is_writing():
        message = "enqueue_all() outside of transaction()"
        raise RuntimeError(message)
    rows = [
        {
            "queue": kind.queue,
            "name": name,
            "payload": json.dumps(payload, sort_keys=True),
            "key": key,
            "priority": NORMAL,
            "state": QUEUED,
            "run_at": moment,
            "attempts": 0,
            "created_at": moment,
        }
        for key, payload in wanted.items()
    ]
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(rows), AT_ONCE):
        statement = insert(Job).values(rows[start : start + AT_ONCE])
        where = text("state = 'queued'")
        db.session.execute(statement.on_conflict_do_nothing(index_elements=["key"], index_where=where))


def claim(queue: str, owner: str) -> list[Job]:
    """Take the next work of a queue: one job, or a batch of one kind. Call inside ``transaction()``.

    Jobs whose lease has run out are taken again; a kind with a named lease is taken only while the lease is free.
    """
    moment = now()
    first = db.session.scalar(
        _next_jobs(queue, moment, _kinds_held(owner, moment)).limit(1).with_for_update(skip_locked=True)
    )
    if first is None:
        return []
    kind = KINDS[first.name]
    jobs = [first]
    if kind.batch > 1:
        more = _next_jobs(queue, moment, set()).where(Job.name == first.name, Job.id != first.id)
        jobs += db.session.scalars(more.limit(kind.batch - 1).with_for_update(skip_locked=True)).all()
    if kind.lease and not take_lease(kind.lease, owner, kind.timeout):
        return []
    for taken in jobs:
        taken.state, taken.lease_owner, taken.lease_until = RUNNING, owner, moment + kind.timeout
        taken.attempts += 1
    return jobs


def _next_jobs(queue: str, moment: datetime, without: set[str]) -> Select[Job]:
    ready = or_(
        and_(Job.state == QUEUED, Job.run_at <= moment),
        and_(Job.state == RUNNING, Job.lease_until < moment),
    )
    names = [name for name in KINDS if name not in without]
    return select(Job).where(Job.queue == queue, ready, Job.name.in_(names)).order_by(Job.priority, Job.run_at, Job.id)


def anything_ready(queue: str) -> bool:
    """Tell whether a queue has work, without writing, so that an idle worker takes no write lock."""
    return db.session.scalar(_next_jobs(queue, now(), set()).limit(1)) is not None


def _kinds_held(owner: str, moment: datetime) -> set[str]:
    """Return the kinds whose named lease somebody else holds now."""
    held = set(db.session.scalars(select(Lease.name).where(Lease.until > moment, Lease.owner != owner)))
    return {kind.name for kind in KINDS.values() if kind.lease in held}


def take_lease(name: str, owner: str, duration: timedelta) -> bool:
    """Hold a named lease, or say that somebody else does. Call inside ``transaction()``."""
    moment = now()
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    db.session.execute(insert(Lease).values(name=name).on_conflict_do_nothing())
    taken = db.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.until.is_(None), Lease.until <= moment, Lease.owner == owner))
        .values(owner=owner, until=moment + duration)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def release_lease(name: str, owner: str) -> None:
    """Give a named lease back. Call inside ``transaction()``."""
    held = (Lease.name == name) & (Lease.owner == owner)
    db.session.execute(
        update(Lease).where(held).values(owner=None, until=None).execution_options(synchronize_session=False)
    )


def prolong(jobs: list[int], owner: str, kind: JobKind) -> None:
    """Say that work still goes on: push the leases further. Call inside ``transaction()``."""
    until = now() + kind.timeout
    mine = Job.id.in_(jobs) & (Job.lease_owner == owner)
    db.session.execute(update(Job).where(mine).values(lease_until=until).execution_options(synchronize_session=False))
    if kind.lease:
        take_lease(kind.lease, owner, kind.timeout)


def take_back(worker: str) -> None:
    """Free what a dead worker held before its leases run out. Call inside ``transaction()``.

    A job that has used up its attempts is not lost, but waits longer each time: perhaps it is what kills.
    """
    moment = now()
    for one in db.session.scalars(select(Job).where(Job.state == RUNNING, _owned_by(Job.lease_owner, worker))):
        kind = KINDS.get(one.name)
        beyond = one.attempts - kind.max_attempts if kind else 0
        pause = min(FIRST_RETRY * 2 ** min(beyond, 20), LONGEST_RETRY) if beyond >= 0 else timedelta()
        one.lease_until = moment - timedelta(seconds=1) + pause
    db.session.execute(
        update(Lease)
        .where(_owned_by(Lease.owner, worker))
        .values(owner=None, until=None)
        .execution_options(synchronize_session=False)
    )


def _owned_by(column: Any, worker: str) -> ColumnElement[bool]:
    owned: ColumnElement[bool] = column.startswith(f"{worker}-", autoescape=True)
    return owned


def succeed(jobs: list[int], owner: str) -> None:
    """Mark jobs done, if this owner still holds them. Call inside ``transaction()``.

    What they were about is forgotten at once: a mail that left holds links, which are kept nowhere, and names people.
    """
    mine = Job.id.in_(jobs) & (Job.lease_owner == owner)
    done = {"state": DONE, "finished_at": now(), "lease_until": None, "error": None, "payload": "{}"}
    db.session.execute(update(Job).where(mine).values(**done).execution_options(synchronize_session=False))


def fail(jobs: list[int], owner: str, error: str, *, permanent: bool = False) -> None:
    """Queue jobs again later, or mark them failed after the last attempt. Call inside ``transaction()``.

    The wait doubles at each attempt from 5 s to at most an hour.
    """
    for one in db.session.scalars(select(Job).where(Job.id.in_(jobs), Job.lease_owner == owner)):
        one.error, one.lease_until, one.lease_owner = error[-LONGEST_ERROR:], None, None
        if permanent or one.attempts >= KINDS[one.name].max_attempts:
            one.state, one.finished_at = FAILED, now()
        elif one.key and _queued_with(one.key):
            one.state, one.finished_at = DONE, now()  # a younger job for the same key does the work
        else:
            one.state = QUEUED
            one.run_at = now() + min(FIRST_RETRY * 2 ** min(one.attempts - 1, 20), LONGEST_RETRY)


def _queued_with(key: str) -> bool:
    return db.session.scalar(select(Job.id).where(Job.key == key, Job.state == QUEUED).limit(1)) is not None


def queue_periodic() -> None:
    """Queue the periodic jobs that are due. Call inside ``transaction()``.

    A clock set back does not queue again until the interval has passed; a jump ahead queues once.
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
        elif run.queued_at <= moment < run.queued_at + kind.every or moment < run.queued_at:
            continue
        run.queued_at = moment
        enqueue(kind.name, {}, key=f"periodic:{kind.name}", priority=BULK)


def failed_jobs(limit: int = 100) -> list[Job]:
    """Return the jobs that were given up, newest first."""
    return list(db.session.scalars(select(Job).where(Job.state == FAILED).order_by(Job.id.desc()).limit(limit)))


def retry(job_ids: list[int] | None = None) -> int:
    """Queue given-up jobs again (all of them when no id is given); return how many. Call inside ``transaction()``."""
    wanted = select(Job).where(Job.state == FAILED)
    if job_ids:
        wanted = wanted.where(Job.id.in_(job_ids))
    count = 0
    for one in db.session.scalars(wanted).all():
        if one.key and _queued_with(one.key):
            one.state = DONE
            continue
        one.state, one.attempts, one.run_at, one.finished_at = QUEUED, 0, now(), None
        db.session.flush()
        count += 1
    return count


@job("jobs.purge", every=timedelta(hours=12))
def purge_jobs(_payload: dict[str, Any]) -> None:
    """Forget jobs that were done a week ago."""
    with transaction():
        purge_done()


def purge_done(older_than: timedelta = timedelta(days=7)) -> None:
    """Delete finished jobs after a while. Call inside ``transaction()``."""
    db.session.execute(delete(Job).where(Job.state == DONE, Job.finished_at < now() - older_than))


def counts(name: str | None = None) -> dict[str, int]:
    """Return how many jobs are in each state, of one kind or of all."""
    of_kind = () if name is None else (Job.name == name,)
    return dict(db.session.execute(select(Job.state, func.count()).where(*of_kind).group_by(Job.state)).all())


def queued_since(name: str) -> timedelta:
    """Return how long ago the oldest job of a kind that is not done was wanted, whether tried already or not."""
    oldest = db.session.scalar(select(func.min(Job.created_at)).where(Job.state == QUEUED, Job.name == name))
    return now() - oldest if oldest is not None else timedelta()


def waiting_since(prefix: str = "") -> timedelta:
    """Return how long the oldest job that is ready has waited for a worker; ``prefix``: of those named so."""
    ready = Job.state == QUEUED, Job.run_at <= now(), Job.name.startswith(prefix, autoescape=True)
    oldest = db.session.scalar(select(func.min(Job.run_at)).where(*ready))
    return now() - oldest if oldest is not None else timedelta()
