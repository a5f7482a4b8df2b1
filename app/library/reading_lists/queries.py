"""What is asked of reading lists and pins: each reader sees, and counts, what they may read and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import User
from app.core.errors import NotFoundError
from app.extensions import db
from app.library.listing import Wanted, resources_visible_to, shown_with
from app.library.models import Resource
from app.library.permissions import can_mark_resource
from app.library.reading_lists.models import Pin, ReadingEntry, ReadingList
from app.library.reading_lists.permissions import can_edit_list, can_read_list, keeps_list
from app.spaces.models import Space
from app.spaces.permissions import can_read_space

MOST_PINNED = 6


def list_for(person: User, public_id: str) -> ReadingList:
    """Return a reading list this person may read. Raises NotFoundError, whatever the reason."""
    query = select(ReadingList).where(ReadingList.public_id == public_id, can_read_list.where(person))
    found: ReadingList | None = db.session.scalar(query.options(joinedload(ReadingList.space)))
    if found is None:
        raise NotFoundError
    return found


def removed_list_for(person: User, public_id: str) -> ReadingList:
    """Return a removed list that this person may put back. Raises NotFoundError."""
    query = select(ReadingList).where(ReadingList.public_id == public_id, ReadingList.deleted_at.is_not(None))
    found: ReadingList | None = db.session.scalar(query.options(joinedload(ReadingList.space)))
    if found is None or not keeps_list(person, found):
        raise NotFoundError
    return found


def entries_of(person: User, reading: ReadingList) -> list[ReadingEntry]:
    """Return the entries of a list that a person may read, in order: a meeting shows them the same way."""
    query = select(ReadingEntry).join(ReadingEntry.resource).where(ReadingEntry.list_id == reading.id)
    ids = query.with_only_columns(ReadingEntry.resource_id).where(can_mark_resource.where(person))
    shown = select(Resource).where(Resource.id.in_(ids)).options(*shown_with())
    kept = db.session.scalars(shown).all()  # what a line shows, as many statements for one entry as for a hundred
    query = query.where(can_mark_resource.where(person)).options(contains_eager(ReadingEntry.resource))
    entries = list(db.session.scalars(query.order_by(ReadingEntry.position, ReadingEntry.id)))
    del kept  # the session forgets what nothing holds: what was loaded was held until the entries hold it
    return entries


def lists_in(space: Space, person: User) -> list[ReadingList]:
    """Return the reading lists of a space, by title."""
    query = select(ReadingList).where(can_read_list.where(person), ReadingList.space_id == space.id)
    query = query.options(joinedload(ReadingList.author))
    return list(db.session.scalars(query.order_by(ReadingList.sort_key, ReadingList.id)))


def entry_counts(person: User, lists: Sequence[ReadingList]) -> dict[int, int]:
    """Return how many entries of each list a person may read, in one statement."""
    query = select(ReadingEntry.list_id, func.count()).join(ReadingEntry.resource)
    query = query.where(ReadingEntry.list_id.in_([one.id for one in lists]), can_mark_resource.where(person))
    return dict(db.session.execute(query.group_by(ReadingEntry.list_id)).all()) if lists else {}


def lists_kept_by(person: User) -> list[ReadingList]:
    """Return the reading lists a person may change, by title."""
    query = select(ReadingList).where(can_edit_list.where(person)).options(joinedload(ReadingList.space))
    return list(db.session.scalars(query.order_by(ReadingList.sort_key, ReadingList.id)))


def lists_holding(person: User, resource: Resource) -> list[ReadingList]:
    """Return the reading lists that hold a resource, among those a person may read, by title."""
    holding = select(ReadingEntry.list_id).where(ReadingEntry.resource_id == resource.id)
    query = select(ReadingList).where(ReadingList.id.in_(holding), can_read_list.where(person))
    return list(db.session.scalars(query.options(joinedload(ReadingList.space)).order_by(ReadingList.sort_key)))


def pinned_in(space: Space, person: User) -> list[Resource]:
    """Return what is pinned in a space and still stands there, as a person may read it, the first pinned first."""
    if not can_read_space(person, space):
        return []
    pins = (Pin.resource_id == Resource.id) & (Pin.space_id == space.id)
    query = resources_visible_to(person, Wanted(space_id=space.id)).join(Pin, pins)
    return list(db.session.scalars(query.order_by(None).order_by(Pin.at, Resource.id).limit(MOST_PINNED)))


def is_pinned(space: Space, resource: Resource) -> bool:
    """Tell whether a resource is pinned in a space."""
    return db.session.get(Pin, (space.id, resource.id)) is not None
