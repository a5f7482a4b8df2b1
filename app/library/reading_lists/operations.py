"""What is done with reading lists and pins. Plain functions, inside ``transaction()``; rights are checked again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, delete, func, select, update

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, EditConflictError, NotFoundError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.text import clean_text, one_line, render_markdown
from app.extensions import db
from app.library.models import Resource, Shelf
from app.library.permissions import can_mark_resource
from app.library.reading_lists.models import Pin, ReadingEntry, ReadingList
from app.library.reading_lists.permissions import can_edit_list, can_make_list, can_pin, keeps_list
from app.library.reading_lists.queries import MOST_PINNED, entries_of
from app.search.operations import index_soon
from app.spaces.models import Audience, Space, State

LONGEST_INTRO, LONGEST_WORDS, MOST_ENTRIES = 20_000, 600, 100


def make_list(person: User, space: Space, title: str, intro: str = "") -> ReadingList:
    """Begin a reading list in a space. Raises DomainError without a title, RefusedError."""
    can_make_list.require(person, space)
    reading = ReadingList(space=space, author_id=person.id, audience=Audience.SPACE, state=State.PUBLISHED)
    _write(reading, title, intro)
    reading.published_at = now()
    db.session.add(reading)
    db.session.flush()
    record("list.made", person, reading, space_id=space.id)
    index_soon("reading_list", reading.id)
    return reading


def edit_list(person: User, reading: ReadingList, title: str, intro: str, seen_version: int) -> None:
    """Change what a list says of itself. Raises EditConflictError, DomainError, RefusedError."""
    lock(reading)
    can_edit_list.require(person, reading)
    if reading.edit_version != seen_version:
        raise EditConflictError(
            _l("Quelqu'un d'autre a modifié ce dossier pendant que vous écriviez. Votre texte est gardé.")
        )
    _write(reading, title, intro)
    reading.edit_version += 1
    record("list.edited", person, reading)
    index_soon("reading_list", reading.id)


def write_words(person: User, reading: ReadingList, words: Mapping[int, str]) -> None:
    """Say why each entry is there, by its id; what is of another list, or not read, is passed over.

    Raises RefusedError.
    """
    lock(reading)
    can_edit_list.require(person, reading)
    for entry in entries_of(person, reading):
        if entry.id in words:
            entry.words = clean_text(words[entry.id]).strip()[:LONGEST_WORDS]


def add_to_list(person: User, reading: ReadingList, resource: Resource, words: str = "") -> bool:
    """Add a resource at the end of a list; tell whether it was not there yet. Raises DomainError, RefusedError."""
    lock(reading)
    can_edit_list.require(person, reading)
    can_mark_resource.require(person, resource)
    there = _entries(reading)
    if any(one.resource_id == resource.id for one in there):
        return False
    if len(there) >= MOST_ENTRIES:
        raise DomainError(
            _l("Un dossier porte au plus %(most)s ressources : commencez-en un autre.", most=MOST_ENTRIES)
        )
    position = max((one.position for one in there), default=0) + 1
    words = clean_text(words).strip()[:LONGEST_WORDS]
    entry = ReadingEntry(list_id=reading.id, resource_id=resource.id, position=position, words=words, by_id=person.id)
    db.session.add(entry)
    record("list.added_to", person, reading)
    return True


def take_from_list(person: User, reading: ReadingList, entry_id: int) -> None:
    """Take an entry out of a list. Raises NotFoundError, also for one the person does not read, RefusedError."""
    lock(reading)
    can_edit_list.require(person, reading)
    entry = next((one for one in entries_of(person, reading) if one.id == entry_id), None)
    if entry is None:
        raise NotFoundError
    db.session.delete(entry)
    record("list.taken_from", person, reading)


def move_entry(person: User, reading: ReadingList, entry_id: int, step: int) -> None:
    """Put an entry one place earlier (``step`` -1) or later (1); at an end nothing changes. Raises as above."""
    lock(reading)
    can_edit_list.require(person, reading)
    order = entries_of(person, reading)  # what this person does not see stays where it is
    at = next((n for n, one in enumerate(order) if one.id == entry_id), None)
    if at is None:
        raise NotFoundError
    if 0 <= at + step < len(order):
        one, other = order[at], order[at + step]
        one.position, other.position = other.position, one.position


def remove_list(person: User, reading: ReadingList) -> None:
    """Put a list away; it can be put back. Raises RefusedError."""
    lock(reading)
    can_edit_list.require(person, reading)
    reading.deleted_at, reading.deleted_by_id = now(), person.id
    record("list.removed", person, reading)
    index_soon("reading_list", reading.id)


def restore_list(person: User, reading: ReadingList) -> None:
    """Put a removed list back. Raises RefusedError."""
    lock(reading)
    keeps_list.require(person, reading)
    reading.deleted_at, reading.deleted_by_id = None, None
    record("list.restored", person, reading)
    index_soon("reading_list", reading.id)


def pin(person: User, space: Space, resource: Resource, *, on: bool) -> None:
    """Show a resource first in the library of a space where it stands, or no more. Raises DomainError, RefusedError."""
    lock(space)
    can_pin.require(person, space)
    mine = (Pin.space_id == space.id) & (Pin.resource_id == resource.id)
    db.session.execute(delete(Pin).where(mine))
    if not on:
        record("resource.unpinned", person, resource, space_id=space.id)
        return
    can_mark_resource.require(person, resource)
    if not _stands_in(space, resource):
        raise RefusedError
    if (db.session.scalar(select(func.count()).select_from(Pin).where(_counts(space))) or 0) >= MOST_PINNED:
        raise DomainError(_l("%(most)s ressources sont déjà épinglées : retirez-en une d'abord.", most=MOST_PINNED))
    db.session.add(Pin(space_id=space.id, resource_id=resource.id, by_id=person.id))
    record("resource.pinned", person, resource, space_id=space.id)


def _stands_in(space: Space, resource: Resource) -> bool:
    shelved = select(Shelf.id).where(Shelf.space_id == space.id, Shelf.resource_id == resource.id)
    return resource.space_id == space.id or db.session.scalar(shelved) is not None


def _counts(space: Space) -> ColumnElement[bool]:
    """Return the condition of the pins that still show something: what left the space or is gone takes no place."""
    shelved = select(Shelf.resource_id).where(Shelf.space_id == space.id)
    here = (Resource.space_id == space.id) | Resource.id.in_(shelved)
    shown = select(Resource.id).where(here, Resource.state == State.PUBLISHED, Resource.deleted_at.is_(None))
    return (Pin.space_id == space.id) & Pin.resource_id.in_(shown)


def forget_who_added(person: User) -> None:
    """Forget who put entries and pins there; the lists are their space's and stay."""
    for kind in (ReadingEntry, Pin):
        db.session.execute(update(kind).where(kind.by_id == person.id).values(by_id=None))


def _write(reading: ReadingList, title: str, intro: str) -> None:
    if not one_line(title):
        raise DomainError(_l("Donnez un titre au dossier."))
    reading.title = title
    reading.intro = clean_text(intro).strip()[:LONGEST_INTRO]
    reading.intro_html = render_markdown(reading.intro) if reading.intro else ""


def _entries(reading: ReadingList) -> list[ReadingEntry]:
    query = select(ReadingEntry).where(ReadingEntry.list_id == reading.id)
    return list(db.session.scalars(query.order_by(ReadingEntry.position, ReadingEntry.id)))
