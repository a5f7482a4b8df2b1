"""What is asked about spaces; everything shown to a person begins with what this person may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Organisation, User, UserKind
from app.accounts.queries import normal_email
from app.core.clock import now
from app.core.db import cache_of_transaction, sort_key
from app.core.deciding import undoable, waiting
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.extensions import db
from app.spaces.models import JoinRequest, Membership, Role, Space
from app.spaces.permissions import can_see_space, can_write_in_space, exists, memberships_of

PEOPLE_PER_PAGE = 50
_SLUG = re.compile(r"[a-z0-9-]{1,90}")


def space_by_slug(slug: str) -> Space | None:
    """Return a living space whoever asks: for commands, never for pages."""
    if not _SLUG.fullmatch(slug):
        return None
    return db.session.scalar(select(Space).where(Space.slug == slug, Space.deleted_at.is_(None)))


def space_for(person: User, slug: str) -> Space:
    """Return a space this person may know of.

    Raises NotFoundError, the same for a slug that never existed, a deleted space and one that must stay unknown.
    """
    if not _SLUG.fullmatch(slug):
        raise NotFoundError
    space: Space | None = db.session.scalar(select(Space).where(Space.slug == slug, can_see_space.where(person)))
    if space is None:
        raise NotFoundError
    return space


def spaces_seen_by(person: User) -> list[Space]:
    """Return the spaces this person may know of, by name."""
    return list(db.session.scalars(select(Space).where(can_see_space.where(person)).order_by(Space.sort_key, Space.id)))


def seen_space_ids(person: User) -> frozenset[int]:
    """Return the ids of the spaces this person may know of; read once a transaction."""
    cache = cache_of_transaction()
    key = f"seen:{person.id}"
    if key not in cache:
        cache[key] = frozenset(db.session.scalars(select(Space.id).where(can_see_space.where(person))))
    found: frozenset[int] = cache[key]
    return found


def spaces_of(person: User) -> list[Space]:
    """Return the spaces in which a person takes part, by name; read once a transaction."""
    cache = cache_of_transaction()
    key = f"mine:{person.id}"
    if key not in cache:
        mine = exists.where(person) & Space.id.in_(list(memberships_of(person)))
        cache[key] = list(db.session.scalars(select(Space).where(mine).order_by(Space.sort_key, Space.id)))
    found: list[Space] = cache[key]
    return found


def runs_a_space(person: User) -> bool:
    """Tell whether a person is a facilitator somewhere."""
    return any(one.role == Role.FACILITATOR for one in memberships_of(person).values())


def writable_spaces(person: User) -> list[Space]:
    """Return the spaces in which a person may write, by name."""
    return [one for one in spaces_of(person) if can_write_in_space(person, one)]


def requested_by(person: User) -> set[int]:
    """Return the ids of the spaces that a person has asked to enter and that have not answered yet."""
    return set(db.session.scalars(select(JoinRequest.space_id).where(JoinRequest.user_id == person.id)))


def requests_for(space: Space) -> list[JoinRequest]:
    """Return the requests to enter a space, oldest first, with those just answered."""
    shown = JoinRequest.space_id == space.id, or_(waiting(JoinRequest), undoable(JoinRequest))
    query = select(JoinRequest).where(*shown).options(joinedload(JoinRequest.user))
    return list(db.session.scalars(query.order_by(JoinRequest.created_at, JoinRequest.id)))


def is_present() -> ColumnElement[bool]:
    """Return the condition that a membership runs and its account is open; ``User`` must be joined."""
    return and_(or_(Membership.expires_at.is_(None), Membership.expires_at > now()), User.disabled_at.is_(None))


def _people(space: Space) -> Select[Any]:
    """Return the query of those who take part in a space, with person and organisation loaded in one statement."""
    return (
        select(Membership)
        .join(Membership.user)
        .outerjoin(User.organisation)
        .options(contains_eager(Membership.user).contains_eager(User.organisation))
        .where(Membership.space_id == space.id, is_present())
    )


def people_of(space: Space, number: int) -> Page[Membership]:
    """Return one page of the people of a space: facilitators, members, then guests, by name."""
    rank = case((Membership.role == Role.FACILITATOR, 0), (User.kind == UserKind.GUEST, 2), else_=1)
    return paginate(_people(space).order_by(rank, User.sort_key, User.id), number, PEOPLE_PER_PAGE)


def facilitators_of(space: Space, *, lasting: bool = False) -> list[User]:
    """Return those who run a space, by name; only members of the network can. ``lasting``: those without an end."""
    running = _people(space).where(Membership.role == Role.FACILITATOR, User.kind == UserKind.MEMBER)
    if lasting:
        running = running.where(Membership.expires_at.is_(None))
    return [one.user for one in db.session.scalars(running.order_by(User.sort_key, User.id))]


def _members() -> ColumnElement[bool]:
    return and_(User.kind == UserKind.MEMBER, User.disabled_at.is_(None))


def count_of_members() -> int:
    """Return how many people belong to the network; read once a transaction."""
    cache = cache_of_transaction()
    if "members" not in cache:
        cache["members"] = db.session.scalar(select(func.count()).select_from(User).where(_members())) or 0
    found: int = cache["members"]
    return found


def member_named(words: str) -> User | None:
    """Return the one member of the network of this address, or of this whole name; None when two bear it."""
    same = or_(User.email == normal_email(words), User.sort_key == sort_key(words))
    found = list(db.session.scalars(select(User).where(_members(), same).limit(2)))
    return found[0] if len(found) == 1 else None


def members_of(space: Space) -> list[User]:
    """Return the members of the network who take part in a space, by name."""
    running = _people(space).where(User.kind == UserKind.MEMBER)
    return [one.user for one in db.session.scalars(running.order_by(User.sort_key, User.id))]


@dataclass(frozen=True)
class Turnout:
    """How many take part in a space: members of the network, guests, and the organisations of both."""

    members: int = 0
    guests: int = 0
    organisations: int = 0

    @property
    def people(self) -> int:
        """Members and guests together: those listed on the page of members."""
        return self.members + self.guests


def turnouts(space_ids: Sequence[int]) -> dict[int, Turnout]:
    """Return how many take part in each of some spaces, in one statement."""
    query = (
        select(
            Membership.space_id,
            func.count(case((User.kind == UserKind.MEMBER, 1))),
            func.count(case((User.kind == UserKind.GUEST, 1))),
            func.count(distinct(User.organisation_id)),
        )
        .join(Membership.user)
        .where(Membership.space_id.in_(space_ids), is_present())
        .group_by(Membership.space_id)
    )
    return {row[0]: Turnout(*row[1:]) for row in db.session.execute(query)}


def turnout(space: Space) -> Turnout:
    """Return how many take part in a space; read once a transaction."""
    cache = cache_of_transaction()
    key = f"turnout:{space.id}"
    if key not in cache:
        cache[key] = turnouts([space.id]).get(space.id, Turnout())
    found: Turnout = cache[key]
    return found


def count_of_guests(space: Space) -> int:
    """Return how many guests take part in a space; read once a transaction."""
    cache, key = cache_of_transaction(), f"guests:{space.id}"
    if key not in cache:
        guests = select(func.count(Membership.id)).join(Membership.user).where(Membership.space_id == space.id)
        cache[key] = db.session.scalar(guests.where(User.kind == UserKind.GUEST, is_present())) or 0
    count: int = cache[key]
    return count


def organisations_of(space: Space, limit: int) -> list[Organisation]:
    """Return the first organisations, by name, whose people take part in a space."""
    theirs = (
        select(User.organisation_id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.space_id == space.id)
    ).where(is_present())
    query = select(Organisation).where(Organisation.id.in_(theirs)).order_by(Organisation.sort_key).limit(limit)
    return list(db.session.scalars(query))
