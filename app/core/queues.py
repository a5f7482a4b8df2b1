"""How the queues stand: what waits, since when, what was given up; and what is done, forgotten after a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import DONE, FAILED, QUEUED, Job, is_queued, job
from app.extensions import db

LONGEST_REASON = 300


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


def failed_jobs(limit: int = 100) -> list[Job]:
    """Return the jobs that were given up, newest first."""
    return list(db.session.scalars(select(Job).where(Job.state == FAILED).order_by(Job.id.desc()).limit(limit)))


def reason_of(error: str) -> str:
    """Return the line of a traceback that names what went wrong; the lines below it, of a database, may hold values."""
    _frames, is_traceback, last = error.rpartition('  File "')
    lines = [line for line in last.splitlines()[1 if is_traceback else 0 :] if line.strip() and not line[0].isspace()]
    return lines[0][:LONGEST_REASON] if lines else ""


def retry(job_ids: list[int] | None = None) -> int:
    """Queue given-up jobs again (all of them when no id is given); return how many. Call inside ``transaction()``."""
    wanted = select(Job).where(Job.state == FAILED)
    if job_ids:
        wanted = wanted.where(Job.id.in_(job_ids))
    count = 0
    for one in db.session.scalars(wanted).all():
        if one.key and is_queued(one.key):
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
