"""Publishing many rows at once, one after the other by a job: killed and begun again, each row is published once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import gettext as _
from app.core.i18n import written_for
from app.core.jobs import URGENT, enqueue
from app.extensions import db
from app.library.operations import ResourceDetails
from app.library.permissions import can_add_resource
from app.library.staging.models import StagedPublication, StagedResource
from app.library.staging.operations import publish_row
from app.spaces.models import Space

JOB = "library.publish_staged"
#: So many rows are published while the person waits: each takes about a tenth of a second on a small machine.
AT_ONCE = 10
#: Rows of one job: nobody else's work waits longer behind them.
STEPS = 25
AWAITED, KEPT = timedelta(hours=1), timedelta(days=30)


def begin_publication(
    person: User, space: Space, rows: Mapping[str, ResourceDetails], *, as_draft: bool
) -> StagedPublication:
    """Have rows published soon, as they stand now. Call inside ``transaction()``. Raises RefusedError."""
    can_add_resource.require(person, space)
    said = {public_id: asdict(details) for public_id, details in rows.items()}
    begun = StagedPublication(person_id=person.id, space_id=space.id, as_draft=as_draft, rows=said)
    db.session.add(begun)
    db.session.flush()
    go_on(begun.id)
    return begun


def go_on(publication_id: int) -> None:
    """Have the next rows published soon; somebody waits for it."""
    enqueue(JOB, {"id": publication_id}, key=f"{JOB}:{publication_id}", priority=URGENT)


def work_on(publication_id: int, steps: int = STEPS) -> bool:
    """Publish some of the rows that are left; tell whether there may be more."""
    return all(step(publication_id) for _ in range(steps))


def step(publication_id: int) -> bool:
    """Publish the next row in a transaction that also writes it down; tell whether there may be more."""
    with transaction():
        kept = db.session.get(StagedPublication, publication_id)
        if kept is None:
            return False
        lock(kept)
        left = list(kept.rows)[kept.done :]
        by = kept.person
        if kept.finished_at is not None:
            return False
        if left and by.disabled_at is None and can_add_resource(by, kept.space):
            with written_for(by.language, by.timezone):
                _publish(by, kept, left[0])
            kept.done += 1
            return True
        kept.finished_at = now()
        return False


def _publish(by: User, kept: StagedPublication, public_id: str) -> None:
    """Publish one row; a refusal is kept for its person and undoes nothing of the others."""
    details = ResourceDetails(**kept.rows[public_id])
    try:
        with db.session.begin_nested():
            made = publish_row(by, kept.space, public_id, details, as_draft=kept.as_draft)
        kept.made = {**kept.made, public_id: made.public_id}
    except NotFoundError:
        return  # published meanwhile by another tab, or taken away
    except (DomainError, IntegrityError) as error:
        why = str(error.message) if isinstance(error, DomainError) else _("Cette ligne n'a pas pu être publiée.")
        kept.refused = {**kept.refused, public_id: why}


def publication_for(person: User, space: Space, public_id: str) -> StagedPublication:
    """Return a publication of this very person in a space. Raises NotFoundError for anybody else."""
    query = select(StagedPublication).where(_mine(person, space), StagedPublication.public_id == public_id)
    found: StagedPublication | None = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def running_for(person: User, space: Space) -> list[StagedPublication]:
    """Return the publications of a person in a space that are under way, the oldest first.

    One whose work has failed for good is not: what is left of it can be published again.
    """
    awaited = StagedPublication.finished_at.is_(None) & (StagedPublication.at > now() - AWAITED)
    query = select(StagedPublication).where(_mine(person, space), awaited).order_by(StagedPublication.id)
    return list(db.session.scalars(query))


def refusals_of(person: User, space: Space, rows: Sequence[StagedResource]) -> dict[str, str]:
    """Return why rows were refused when they were last published, unless they were touched since."""
    finished = _mine(person, space) & StagedPublication.finished_at.is_not(None)
    query = select(StagedPublication).where(finished).order_by(StagedPublication.id)
    untouched = {one.public_id: one.touched_at for one in rows}
    return {
        public_id: why
        for one in (db.session.scalars(query) if rows else ())
        for public_id, why in one.refused.items()
        if public_id in untouched and untouched[public_id] <= one.at
    }


def forget_publications() -> None:
    """Forget what was published long ago."""
    db.session.execute(delete(StagedPublication).where(StagedPublication.at < now() - KEPT))


def _mine(person: User, space: Space) -> ColumnElement[bool]:
    return (StagedPublication.person_id == person.id) & (StagedPublication.space_id == space.id)
