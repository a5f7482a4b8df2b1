"""The list of all people, as those who run the network search it."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import contains_eager

from app.accounts.models import Organisation, User, UserKind
from app.core.clock import now
from app.core.db import sort_key
from app.core.i18n import lazy_gettext as _l
from app.core.paging import Page, paginate
from app.core.text import one_line
from app.extensions import db
from app.spaces.models import Membership, Role, Space

PEOPLE_PER_PAGE = 20
LONGEST_WORDS = 200
DORMANT_AFTER = timedelta(days=365)
EXPORTED_AT_ONCE = 500


class Group(enum.StrEnum):
    """People who have something in common, as the list can be narrowed to them."""

    ADMINISTRATORS = "administrateurs"
    FACILITATORS = "animateurs"
    MEMBERS = "membres"
    GUESTS = "invites"
    REFERENTS = "referents"
    CLOSED = "fermes"
    DORMANT = "inactifs"


GROUP_NAMES = {
    Group.ADMINISTRATORS: _l("Administrateurs"),
    Group.FACILITATORS: _l("Animateurs"),
    Group.MEMBERS: _l("Membres"),
    Group.GUESTS: _l("Invités"),
    Group.REFERENTS: _l("Référents"),
    Group.CLOSED: _l("Comptes fermés"),
    Group.DORMANT: _l("Sans connexion depuis un an"),
}


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to: words of a name, a city or an address, a group, a space (its public id)."""

    words: str = ""
    group: str = ""
    space: str = ""

    @classmethod
    def of(cls, words: str, group: str, space: str) -> Wanted:
        """Return what an address asks for; an unknown group is none."""
        known = group if group in set(Group) else ""
        return cls(one_line(words)[:LONGEST_WORDS], known, one_line(space)[:10])

    @property
    def arguments(self) -> dict[str, str]:
        """What stands in the address of the list."""
        asked = {"q": self.words, "role": self.group, "espace": self.space}
        return {name: value for name, value in asked.items() if value}


@dataclass
class Places:
    """Where one person takes part: how many spaces, how many of them they run, when the last of their places ends."""

    spaces: int = 0
    run: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    user: User
    places: Places = field(default_factory=Places)


def runs_now() -> ColumnElement[bool]:
    """Return the condition that a membership has not come to its end and its space is not deleted."""
    living = select(Space.id).where(Space.deleted_at.is_(None))
    unexpired = or_(Membership.expires_at.is_(None), Membership.expires_at > now())
    return and_(unexpired, Membership.space_id.in_(living))


def is_open() -> ColumnElement[bool]:
    """Return the condition that an account is open."""
    return User.disabled_at.is_(None)


def is_dormant() -> ColumnElement[bool]:
    """Return the condition that an open account was not used for a year."""
    last = func.coalesce(User.last_seen_at, User.created_at)
    return and_(is_open(), last < now() - DORMANT_AFTER)


def _in_group(group: str) -> ColumnElement[bool]:
    if group == Group.CLOSED:
        return User.disabled_at.is_not(None)
    if group == Group.FACILITATORS:
        running = select(Membership.user_id).where(Membership.role == Role.FACILITATOR, runs_now())
        return and_(is_open(), User.kind == UserKind.MEMBER, User.id.in_(running))
    conditions = {
        Group.ADMINISTRATORS: User.is_admin.is_(True),
        Group.MEMBERS: User.kind == UserKind.MEMBER,
        Group.GUESTS: User.kind == UserKind.GUEST,
        Group.REFERENTS: User.is_referent.is_(True),
        Group.DORMANT: is_dormant(),
    }
    return and_(is_open(), conditions[Group(group)])


def _named(words: str) -> Iterator[ColumnElement[bool]]:
    """Give one condition for each word: in the name, the city or the address, without accents or letter case."""
    for word in sort_key(words).split():
        yield or_(
            User.sort_key.contains(word, autoescape=True),
            Organisation.sort_key.contains(word, autoescape=True),
            User.email.contains(word, autoescape=True),
        )


def people_wanted(wanted: Wanted) -> Select[Any]:
    """Return the query of the people asked for, by name; erased accounts name nobody and are never among them."""
    query = (
        select(User)
        .outerjoin(User.organisation)
        .options(contains_eager(User.organisation))
        .where(User.erased_at.is_(None), *_named(wanted.words))
    )
    if wanted.group:
        query = query.where(_in_group(wanted.group))
    if wanted.space:
        in_space = select(Membership.user_id).join(Membership.space).where(Space.public_id == wanted.space, runs_now())
        query = query.where(User.id.in_(in_space))
    return query.order_by(User.sort_key, User.id)


def places_of(user_ids: Sequence[int]) -> dict[int, Places]:
    """Return where some people take part, in one statement."""
    query = select(Membership.user_id, Membership.role, Membership.expires_at)
    found: dict[int, Places] = {}
    for user_id, role, end in db.session.execute(query.where(Membership.user_id.in_(user_ids), runs_now())):
        places = found.setdefault(user_id, Places())
        places.spaces += 1
        places.run += role == Role.FACILITATOR
        if end is not None and (places.until is None or end > places.until):
            places.until = end
    return found


def roster(wanted: Wanted, number: int) -> Page[Row]:
    """Return one page of the list, in three statements whatever the number of rows."""
    page = paginate(people_wanted(wanted), number, PEOPLE_PER_PAGE)
    return Page(_rows(page.items), page.number, page.per_page, page.total)


def everybody(wanted: Wanted) -> Iterator[Row]:
    """Yield all the people asked for, some hundreds at a time."""
    query, offset = people_wanted(wanted), 0
    while batch := db.session.scalars(query.limit(EXPORTED_AT_ONCE).offset(offset)).all():
        yield from _rows(batch)
        offset += EXPORTED_AT_ONCE


def _rows(users: Sequence[User]) -> list[Row]:
    places = places_of([one.id for one in users])
    return [Row(one, places.get(one.id, Places())) for one in users]


def all_spaces() -> list[Space]:
    """Return every living space, by name, private ones as well: only for pages of the administration."""
    return list(db.session.scalars(select(Space).where(Space.deleted_at.is_(None)).order_by(Space.sort_key, Space.id)))


def number_of(*conditions: ColumnElement[bool]) -> int:
    """Return how many open accounts answer some conditions."""
    return db.session.scalar(select(func.count()).select_from(User).where(is_open(), *conditions)) or 0


def organisations_of_guests() -> int:
    """Return from how many organisations the guests come."""
    query = select(func.count(distinct(User.organisation_id))).where(is_open(), User.kind == UserKind.GUEST)
    return db.session.scalar(query) or 0
