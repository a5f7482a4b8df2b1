"""What a worker has in hand: jobs claimed under a lease, kept while they run, given up done or failed.

The lease pattern is the one of message queues with a visibility timeout: a worker that dies loses its lease and
another takes the job again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, update

from app.core.clock import now
from app.core.db import UtcDateTime
from app.core.jobs import DONE, FAILED, KINDS, QUEUED, RUNNING, Job, JobKind, is_queued
from app.core.leases import is_owned_by, leases_held_by_others, release_leases_of, take_lease
from app.extensions import db

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
LONGEST_ERROR = 2000


def claim(queue: str, owner: str) -> list[Job]:
    """Take the next work of a queue: one job, or a batch of one kind. Call inside ``transaction()``.

    Jobs whose lease has run out are taken again; a kind with a named lease is taken only while the lease is free.
    """
    moment = now()
    first = db.session.scalar(_next_jobs(queue, moment, _kinds_held(owner)).limit(1).with_for_update(skip_locked=True))
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


def _is_ready(moment: Any, far: Any) -> ColumnElement[bool]:
    """Return the condition of what may be taken at a moment: queued, or held by a lease that has run out.

    What was wanted at once is ready whatever the clock says: it may have been set back since. So is what is to be
    tried again after a moment so ``far`` that no wait leads there.
    """
    tried_before = and_(Job.attempts > 0, Job.run_at > far)
    return or_(
        and_(Job.state == QUEUED, or_(Job.run_at <= moment, Job.run_at <= Job.created_at, tried_before)),
        and_(Job.state == RUNNING, Job.lease_until < moment),
    )


def _next_jobs(queue: str, moment: datetime, without: set[str]) -> Select[Job]:
    names = [name for name in KINDS if name not in without]
    return (
        select(Job)
        .where(Job.queue == queue, _is_ready(moment, moment + LONGEST_RETRY), Job.name.in_(names))
        .order_by(Job.priority, Job.run_at, Job.id)
    )


#: Made once, because an idle worker asks it ten times a second.
_READY = (
    select(Job.id)
    .where(
        Job.queue == bindparam("queue"),
        _is_ready(bindparam("moment", type_=UtcDateTime), bindparam("far", type_=UtcDateTime)),
        Job.name.in_(bindparam("names", expanding=True)),
    )
    .limit(1)
)


def anything_ready(queue: str) -> bool:
    """Tell whether a queue has work, without writing, so that an idle worker takes no write lock."""
    moment = now()
    asked = {"queue": queue, "moment": moment, "far": moment + LONGEST_RETRY, "names": list(KINDS)}
    return db.session.connection().scalar(_READY, asked) is not None


def _kinds_held(owner: str) -> set[str]:
    """Return the kinds whose named lease somebody else holds now."""
    held = leases_held_by_others(owner)
    return {kind.name for kind in KINDS.values() if kind.lease in held}


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
    for one in db.session.scalars(select(Job).where(Job.state == RUNNING, is_owned_by(Job.lease_owner, worker))):
        kind = KINDS.get(one.name)
        beyond = one.attempts - kind.max_attempts if kind else 0
        pause = min(FIRST_RETRY * 2 ** min(beyond, 20), LONGEST_RETRY) if beyond >= 0 else timedelta()
        one.lease_until = moment - timedelta(seconds=1) + pause
    release_leases_of(worker)


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
        elif one.key and is_queued(one.key):
            one.state, one.finished_at = DONE, now()  # a younger job for the same key does the work
        else:
            one.state = QUEUED
            one.run_at = now() + min(FIRST_RETRY * 2 ** min(one.attempts - 1, 20), LONGEST_RETRY)
