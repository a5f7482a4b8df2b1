"""The trash of the library: what is in it, for whom, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, delete, func, select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.events import announce
from app.core.jobs import job
from app.core.revisions import Revision
from app.extensions import db
from app.library.bulk import forget_bulk_edits
from app.library.events import ResourcePurged
from app.library.listing import named_with
from app.library.models import Adoption, Resource
from app.library.permissions import can_restore_resource
from app.spaces.models import Space

AT_ONCE = 25  # resources erased in one transaction, so that nobody waits behind them


def kept_for() -> timedelta:
    """Return how long a resource stays in the trash."""
    return timedelta(days=current_app.config["SETTINGS"].trash_days)


def purged_on(resource: Resource) -> datetime | None:
    """Return when a resource of the trash is erased for good."""
    return resource.deleted_at + kept_for() if resource.deleted_at else None


def trash_of(person: User, space: Space | None = None) -> Select[Any]:
    """Return what a person may put back, the last removed first: in a space, or what they shared wherever it was."""
    place = Resource.author_id == person.id if space is None else Resource.space_id == space.id
    query = select(Resource).where(can_restore_resource.where(person), place).options(*named_with())
    return query.order_by(Resource.deleted_at.desc(), Resource.id.desc())


def count_in_trash(person: User, space: Space | None = None) -> int:
    """Return how many resources a person may put back."""
    found = trash_of(person, space).order_by(None).with_only_columns(Resource.id).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def names_of(ids: set[int]) -> dict[int, str]:
    """Return the names of people, by id."""
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


@job("library.purge_trash", every=timedelta(days=1), timeout=600)
def purge_trash(_payload: dict[str, Any]) -> None:
    """Erase what has been in the trash long enough; the sweep then removes the files nothing carries any more."""
    with transaction():
        forget_bulk_edits()
    while True:
        with transaction() as session:
            found = list(session.scalars(select(Resource).where(_is_old()).order_by(Resource.id).limit(AT_ONCE)))
            for resource in found:
                _purge(resource)
        if len(found) < AT_ONCE:
            return


def _is_old() -> ColumnElement[bool]:
    return Resource.deleted_at < now() - kept_for()


def _purge(resource: Resource) -> None:
    """Erase a resource with all that only speaks of it. Its number stays in the journal, without its title."""
    said = select(Adoption.id).where(Adoption.resource_id == resource.id)
    of_adoption = (Revision.subject_type == Adoption.__tablename__) & Revision.subject_id.in_(said)
    of_resource = (Revision.subject_type == Resource.__tablename__) & (Revision.subject_id == resource.id)
    db.session.execute(delete(Revision).where(of_adoption | of_resource).execution_options(synchronize_session=False))
    record("resource.purged", None, resource)
    announce(ResourcePurged(resource.id, now()))
    db.session.delete(resource)
    db.session.flush()
