"""What search must know of spaces: which ones a person reads, and which ones it may name to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.accounts.models import User
from app.extensions import db
from app.search.catalogue import Scope
from app.search.sources import SpaceName
from app.spaces.models import Space, Visibility
from app.spaces.permissions import can_see_space, readable_space_ids
from app.spaces.queries import seen_space_ids


def scope_for(person: User | None) -> Scope:
    """Return what a person may find; for None, what any member finds, who takes part in no space."""
    if person is None:
        is_open = Space.visibility == Visibility.OPEN, Space.deleted_at.is_(None)
        open_to_all = frozenset(db.session.scalars(select(Space.id).where(*is_open)))
        return Scope(None, is_member=True, space_ids=open_to_all)
    return Scope(
        person.id,
        is_member=person.is_member,
        space_ids=readable_space_ids(person),
        shown_space_ids=seen_space_ids(person),
    )


def space_names(person: User, ids: Iterable[int]) -> Mapping[int, SpaceName]:
    """Return the names of those of some spaces that a person may know of."""
    wanted = Space.id.in_(list(ids))
    spaces = db.session.scalars(select(Space).where(wanted, can_see_space.where(person)))
    return {space.id: SpaceName(space.id, space.slug, space.label) for space in spaces}
