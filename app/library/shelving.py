"""A resource shown by the library of another space too: a reference, which gives nobody the right to read it.

Plain functions; those that write are called inside ``transaction()`` and check rights again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import contains_eager

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.extensions import db
from app.library.models import Resource, Shelf
from app.library.permissions import can_add_resource, can_mark_resource, can_take_off_shelf
from app.library.reading_lists.models import Pin
from app.search.models import touch_audience
from app.spaces.models import Space, State
from app.spaces.permissions import can_read_space
from app.spaces.queries import writable_spaces


@dataclass(frozen=True)
class Showing:
    """A space whose library shows a resource beside its own; ``may_end``: the reader may take it off there."""

    space: Space
    by: User | None
    may_end: bool


def shelve(person: User, resource: Resource, space: Space) -> None:
    """Show a resource in the library of another space; said twice it is said once.

    Raises DomainError for its own space and for one put aside, RefusedError for a space the person adds nothing to.
    """
    lock(resource, space)
    can_mark_resource.require(person, resource)
    can_add_resource.require(person, space)
    if resource.space_id == space.id:
        raise DomainError(_l("Elle est déjà dans cet espace."))
    if resource.state != State.PUBLISHED:
        raise DomainError(_l("Une ressource archivée ne rejoint pas d'autre bibliothèque."))
    if _shelf_of(resource, space) is None:
        db.session.add(Shelf(space_id=space.id, resource_id=resource.id, by_id=person.id))
        touch_audience("resource", resource.id)
        record("resource.shelved", person, resource, space_id=space.id)


def take_off_shelf(person: User, resource: Resource, space: Space) -> None:
    """Show a resource no more in the library of a space that is not its own, nor pinned there.

    Raises NotFoundError where it is not shown, or where the person does not read; RefusedError.
    """
    lock(resource, space)
    shelf = _shelf_of(resource, space)
    if shelf is None or not can_read_space(person, space):
        raise NotFoundError
    if not can_take_off_shelf(person, shelf):
        raise RefusedError
    db.session.execute(delete(Pin).where(Pin.space_id == space.id, Pin.resource_id == resource.id))
    db.session.delete(shelf)
    touch_audience("resource", resource.id)
    record("resource.unshelved", person, resource, space_id=space.id)


def showings_of(reader: User, resource: Resource) -> list[Showing]:
    """Return the other spaces whose library shows a resource, by name, among those the reader reads."""
    query = select(Shelf).join(Shelf.space).where(Shelf.resource_id == resource.id, can_read_space.where(reader))
    query = query.where(Shelf.space_id != resource.space_id).order_by(Space.sort_key, Space.id)
    found = db.session.scalars(query.options(contains_eager(Shelf.space))).all()
    people = select(User).where(User.id.in_([one.by_id for one in found if one.by_id]))
    by_id = {one.id: one for one in db.session.scalars(people)} if found else {}
    return [Showing(one.space, by_id.get(one.by_id or 0), can_take_off_shelf(reader, one)) for one in found]


def spaces_to_show_in(person: User, resource: Resource, shown: Sequence[Showing]) -> list[Space]:
    """Return the spaces whose library the person may have show a resource, and does not yet."""
    there = {resource.space_id, *(one.space.id for one in shown)}
    return [one for one in writable_spaces(person) if one.id not in there and can_add_resource(person, one)]


def _shelf_of(resource: Resource, space: Space) -> Shelf | None:
    query = select(Shelf).where(Shelf.resource_id == resource.id, Shelf.space_id == space.id)
    found: Shelf | None = db.session.scalar(query)
    return found
