"""Which members of the network those who run a space may add to it: people they may know of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.accounts.models import Organisation, ShownTo, User, UserKind
from app.accounts.queries import normal_email
from app.core.db import sort_key
from app.extensions import db
from app.spaces.models import Membership, Space
from app.spaces.people import can_see_person, shares_space
from app.spaces.queries import is_present

SHORTEST, MOST_FOUND = 2, 20


def members_to_add(person: User, space: Space, words: str) -> list[User]:
    """Return the members of the network, not in the space yet, that these words name to this person, by name.

    Words are parts of the name or the city of people they may know of, or an address these show them. Whether any other
    address has an account is not told: it is invited, which answers the same for all.
    """
    email, parts = normal_email(words), sort_key(words).split()
    if len("".join(parts)) < SHORTEST:
        return []
    named = and_(can_see_person.where(person), *(_holds(part) for part in parts[:6]))
    query = _outside(space).where(or_(and_(User.email == email, _shows_address_to(person)), named))
    return list(db.session.scalars(query.order_by(User.sort_key, User.id).limit(MOST_FOUND)))


def member_to_add(person: User, space: Space, public_id: str) -> User | None:
    """Return one member who may be added, known to this person; None otherwise."""
    query = _outside(space).where(User.public_id == public_id, can_see_person.where(person))
    found: User | None = db.session.scalar(query)
    return found


def _shows_address_to(person: User) -> ColumnElement[bool]:
    """Return the condition that a member's address is known to this person; administrators manage all of them."""
    if person.is_admin:
        return can_see_person.where(person)
    inside = and_(User.email_shown_to == ShownTo.SPACES, shares_space.where(person))
    return and_(can_see_person.where(person), or_(User.email_shown_to == ShownTo.NETWORK, inside))


def _outside(space: Space) -> Select[Any]:
    inside = select(Membership.user_id).join(User, User.id == Membership.user_id)
    inside = inside.where(Membership.space_id == space.id, is_present())
    return (
        select(User)
        .outerjoin(Organisation, Organisation.id == User.organisation_id)
        .where(User.kind == UserKind.MEMBER, User.disabled_at.is_(None), User.id.not_in(inside))
    )


def _holds(part: str) -> ColumnElement[bool]:
    return or_(User.sort_key.contains(part, autoescape=True), Organisation.sort_key.contains(part, autoescape=True))
