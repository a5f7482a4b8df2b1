"""Who sees what, and why: computed by the rules themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.accounts.queries import holds
from app.admin.things import SPACES_PER_PAGE, Thing
from app.core.i18n import gettext as _
from app.core.i18n import join_sentences
from app.core.i18n import lazy_gettext as _l
from app.core.paging import Page, paginate
from app.core.rules import Rule
from app.extensions import db
from app.spaces.models import Membership, Space
from app.spaces.permissions import (
    can_read_space,
    can_run_space,
    can_see_space,
    can_write_in_space,
    exists,
    remember_places,
)

MOST_FOUND = 20
PEOPLE_PER_PAGE = 50

RIGHTS: tuple[tuple[LazyString, Rule], ...] = (
    (_l("voir"), can_see_space),
    (_l("lire"), can_read_space),
    (_l("écrire"), can_write_in_space),
    (_l("animer"), can_run_space),
)

Reasons = tuple[str, ...]


@dataclass(frozen=True)
class SpaceRights:
    """What a person may and may not do in a space, gathered by reason."""

    space: Space
    given: dict[Reasons, list[str]]
    refused: dict[Reasons, list[str]]


@dataclass(frozen=True)
class Reader:
    """A person and the reasons why they read a thing, or do not."""

    user: User
    reasons: Reasons


def named(words: str) -> ColumnElement[bool]:
    """Return the condition of the accounts whose name or address holds these words."""
    return holds(words, User.sort_key, User.email)


def people_found(words: str) -> Page[User]:
    """Return the accounts whose name or address holds these words, by name: the first twenty, and how many in all."""
    if not words:
        return Page([], 1, MOST_FOUND, 0)
    found = select(User).where(named(words), User.erased_at.is_(None)).order_by(User.sort_key, User.id)
    return paginate(found, 1, MOST_FOUND)


def places_of(user: User) -> list[Membership]:
    """Return the memberships of a person, ended ones too, by the name of the space."""
    query = select(Membership).join(Membership.space).where(Membership.user_id == user.id, Space.deleted_at.is_(None))
    loaded = query.options(joinedload(Membership.space), joinedload(Membership.sponsor))
    return list(db.session.scalars(loaded.order_by(Space.sort_key, Space.id)))


def spaces_known(user: User, number: int, *, known: bool = True) -> Page[Space]:
    """Return one page of the living spaces of which a person may know, or may not, by name."""
    rule = exists & (can_see_space if known else ~can_see_space)
    query: Select[tuple[Space]] = select(Space).where(rule.where(user)).order_by(Space.sort_key, Space.id)
    return paginate(query, number, SPACES_PER_PAGE)


def rights_in(user: User, space: Space) -> SpaceRights:
    """Return what a person may do in a space, and why."""
    rights = SpaceRights(space, {}, {})
    for name, rule in RIGHTS:
        why = rule.why(user, space)
        (rights.given if why.holds else rights.refused).setdefault(why.words, []).append(str(name))
    return rights


def readers_and_others(thing: Thing) -> tuple[list[Reader], list[Reader]]:
    """Return who reads a thing and who does not, each with the reasons, by name; a closed account reads nothing."""
    everybody = db.session.scalars(select(User).where(User.erased_at.is_(None)).order_by(User.sort_key, User.id)).all()
    remember_places(everybody)
    readers: list[Reader] = []
    others: list[Reader] = []
    for user in everybody:
        why = thing.rule.why(user, thing.it)
        if not user.is_active:
            others.append(Reader(user, (_("le compte est fermé"),)))
        else:
            (readers if why.holds else others).append(Reader(user, why.words))
    return readers, others


def counted_by_reason(people: list[Reader]) -> list[tuple[str, int]]:
    """Return how many people for each set of reasons, the most frequent first."""
    counts = Counter(join_sentences(one.reasons) for one in people)
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def page_of(people: list[Reader], number: int) -> Page[Reader]:
    """Return one page of a list of people."""
    number = min(number, max(1, -(-len(people) // PEOPLE_PER_PAGE)))
    start = (number - 1) * PEOPLE_PER_PAGE
    return Page(people[start : start + PEOPLE_PER_PAGE], number, PEOPLE_PER_PAGE, len(people))
