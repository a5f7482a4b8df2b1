"""The history of a resource: who changed what, when, and how it read before; as far as each reader may know it.

A revision keeps what some fields were before a change. Going back from the present, each state is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.errors import NotFoundError
from app.core.revisions import Revision, revisions_of
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, as_written, edit_resource
from app.library.permissions import keeps_resource
from app.spaces.models import Audience, Space, fields_of
from app.spaces.permissions import readable_space_ids

State = Mapping[str, Any]
#: What a restored version does not take back: who reads it, where it stands, what became of it.
OWN_LIFE = ("audience",)
BESIDE = ("state", "space_id")


@dataclass(frozen=True)
class Change:
    """One change: by whom, when, what was said before and after; ``n`` numbers it.

    ``is_arrival``: the resource came from a place this reader does not know of.
    """

    n: int
    at: datetime
    by: User | None
    before: State = field(default_factory=dict)
    after: State = field(default_factory=dict)
    is_arrival: bool = False

    @property
    def names(self) -> list[str]:
        """The fields that changed; those of its kind under their own names."""
        own = [
            name
            for name in {**self.before.get("fields", {}), **self.after.get("fields", {})}
            if self.before.get("fields", {}).get(name) != self.after.get("fields", {}).get(name)
        ]
        common = [name for name in self.after if name != "fields" and self.before.get(name) != self.after.get(name)]
        return common + own


@dataclass(frozen=True)
class History:
    """The changes of a resource, the last first; ``begins``: they are told from its beginning on."""

    changes: list[Change]
    begins: bool
    sees_texts: bool


def state_of(resource: Resource) -> dict[str, Any]:
    """Return all that the history follows, as it is now."""
    days = {name: getattr(resource, name) for name in ("review_on", "verified_at")}
    return {
        **as_written(resource),
        **fields_of(resource, *BESIDE),
        **{name: value.isoformat() if value else None for name, value in days.items()},
    }


def history_of(reader: User, resource: Resource) -> History:
    """Return the changes of a resource a person reads, as far back as they could have read it.

    Everybody who reads it learns who changed what and when; how it read before is for those who keep it. What was said
    while it was a draft is its author's; what was said in a space the reader does not read stays there.
    """
    changes, begins = [], True
    for change in _changes(resource):
        if not _was_read(reader, change.before):
            if _moved(change):
                here = {**change.after, "space_id": None}
                changes.append(Change(change.n, change.at, change.by, here, change.after, is_arrival=True))
            begins = False
            break
        if resource.published_at and change.at < resource.published_at and reader.id != resource.author_id:
            break
        changes.append(change)
    return History([one for one in changes if one.names], begins, keeps_resource(reader, resource))


def change_for(reader: User, resource: Resource, n: int) -> Change:
    """Return one change with its texts, for somebody who keeps the resource and read it then. Raises NotFoundError."""
    history = history_of(reader, resource)
    found = next((one for one in history.changes if one.n == n), None)
    if found is None or not history.sees_texts or found.is_arrival:
        raise NotFoundError
    return found


def take_up_again(person: User, resource: Resource, n: int, seen_version: int) -> None:
    """Write again what a resource said before a change, as a new change: who reads it and where it stands stay.

    Call inside ``transaction()``. Raises NotFoundError, RefusedError, EditConflictError.
    """
    before = change_for(person, resource, n).before
    edit_resource(person, resource, details_of_state(before, resource), seen_version)


def details_of_state(said: State, resource: Resource) -> ResourceDetails:
    """Return what a resource said, ready to be said again."""
    texts = {name: said[name] for name in ("kind", "title", "summary", "body", "source", "lang", "fields")}
    kept = {name: getattr(resource, name) for name in OWN_LIFE}
    return ResourceDetails.of(**texts, **kept, dated_on=said.get("dated_on") or None, tags=list(said.get("tags") or ()))


def is_same_text(said: State, resource: Resource) -> bool:
    """Tell whether taking up a version again would change nothing."""
    now_said = as_written(resource)
    return all(said.get(name) == value for name, value in now_said.items() if name not in OWN_LIFE)


def _changes(resource: Resource) -> Iterator[Change]:
    """Yield every change, the last first, with the whole state before and after it."""
    revisions = revisions_of(resource)
    people = _people(revisions)
    after: State = state_of(resource)
    for revision in reversed(revisions):
        kept = {name: value for name, value in revision.fields.items() if name in after}
        before = {**after, **kept}
        yield Change(revision.n, revision.at, people.get(revision.person_id or 0), before, after)
        after = before


def _people(revisions: list[Revision]) -> dict[int, User]:
    ids = {one.person_id for one in revisions if one.person_id}
    query = select(User).where(User.id.in_(ids)).options(joinedload(User.organisation))
    return {one.id: one for one in db.session.scalars(query)} if ids else {}


def _moved(change: Change) -> bool:
    return bool(change.before["space_id"] != change.after["space_id"])


def _was_read(reader: User, state: State) -> bool:
    """Tell whether a person reads what stood in a space, for an audience: today's rights asked of yesterday's place."""
    if state["space_id"] in readable_space_ids(reader):
        return True
    if state["audience"] != Audience.NETWORK or not reader.is_member:
        return False
    space = db.session.get(Space, state["space_id"])
    return space is not None and space.deleted_at is None
