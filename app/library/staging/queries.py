"""What is asked of files that wait to be completed: each person sees their own, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import public_ids_in
from app.core.errors import NotFoundError
from app.extensions import db
from app.library.models import ReceivedFile
from app.library.staging.models import StagedResource
from app.spaces.models import Space

#: What nobody touches is forgotten after so long; its person is told a week before.
KEPT, WARNED_BEFORE = timedelta(days=30), timedelta(days=7)


def staged_of(person: User, space: Space, public_ids: Iterable[str] | None = None) -> list[StagedResource]:
    """Return what waits for a person in a space, the oldest first; only some of it when ``public_ids`` says which."""
    mine = (StagedResource.person_id == person.id) & (StagedResource.space_id == space.id)
    if public_ids is not None:
        mine &= StagedResource.public_id.in_(public_ids_in(public_ids))
    return list(db.session.scalars(select(StagedResource).where(mine).order_by(StagedResource.id)))


def staged_for(person: User, space: Space, public_id: str) -> StagedResource:
    """Return one row of this very person in a space. Raises NotFoundError for anybody else."""
    found = staged_of(person, space, [public_id])
    if not found:
        raise NotFoundError
    return found[0]


def count_staged(person: User, space: Space) -> int:
    """Return how many resources wait to be completed by a person in a space."""
    mine = (StagedResource.person_id == person.id) & (StagedResource.space_id == space.id)
    return db.session.scalar(select(func.count()).select_from(StagedResource).where(mine)) or 0


def expiry_of(rows: Sequence[StagedResource]) -> datetime | None:
    """Return when the first of some rows will be forgotten, unless somebody touches it."""
    return min(one.touched_at for one in rows) + KEPT if rows else None


def files_of(rows: Iterable[StagedResource]) -> dict[str, list[ReceivedFile]]:
    """Return the files of some rows by the form they wait for, in the order of their coming: one statement."""
    forms = {one.form: list[ReceivedFile]() for one in rows}
    query = select(ReceivedFile).where(ReceivedFile.form.in_(forms)).order_by(ReceivedFile.id)
    for received in db.session.scalars(query.options(joinedload(ReceivedFile.blob))) if forms else ():
        forms[received.form].append(received)
    return forms
