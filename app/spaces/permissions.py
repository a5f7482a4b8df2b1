"""Who may see, read, write and run a space, and read what it holds: every other feature builds on these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.clock import now
from app.core.db import cache_of_transaction
from app.core.rules import Rule
from app.extensions import db
from app.spaces.models import Audience, JoinPolicy, Membership, Role, Space, SpaceEntry, State, Visibility


def memberships_of(person: User) -> dict[int, Membership]:
    """Return the running memberships of a person by space id; read once a transaction."""
    cache = cache_of_transaction()
    key = f"memberships:{person.id}"
    if key not in cache:
        query = select(Membership).where(Membership.user_id == person.id)
        cache[key] = {one.space_id: one for one in db.session.scalars(query)}
    found: dict[int, Membership] = cache[key]
    return {space_id: one for space_id, one in found.items() if one.is_running}


def forget_memberships(person: User) -> None:
    """Read the places of a person again: call after changing them."""
    cache = cache_of_transaction()
    for kept in ("memberships", "entries", "readable", "seen", "mine", "company"):
        cache.pop(f"{kept}:{person.id}", None)


def entries_of(person: User) -> dict[int, SpaceEntry]:
    """Return the running stays of an administrator in spaces not theirs, by space id; read once a transaction."""
    if not (person.is_admin and person.is_member):
        return {}
    cache = cache_of_transaction()
    key = f"entries:{person.id}"
    if key not in cache:
        query = select(SpaceEntry).where(SpaceEntry.user_id == person.id, SpaceEntry.ends_at > now())
        cache[key] = list(db.session.scalars(query.options(joinedload(SpaceEntry.space))))
    return {one.space_id: one for one in cache[key] if one.is_running}


def _running(person: User, *more: ColumnElement[bool]) -> Select[Any]:
    unexpired = or_(Membership.expires_at.is_(None), Membership.expires_at > now())
    return select(Membership.space_id).where(Membership.user_id == person.id, unexpired, *more)


def _member_of_network(person: User) -> ColumnElement[bool]:
    return true() if person.is_member else false()


takes_part = Rule(
    "takes_part",
    "la personne participe à l'espace",
    lambda person, space: space.id in memberships_of(person),
    lambda person: Space.id.in_(_running(person)),
)

facilitates = Rule(
    "facilitates",
    "la personne anime l'espace",
    lambda person, space: (
        person.is_member
        and (found := memberships_of(person).get(space.id)) is not None
        and found.role == Role.FACILITATOR
    ),
    lambda person: and_(
        _member_of_network(person), Space.id.in_(_running(person, Membership.role == Role.FACILITATOR))
    ),
)

is_open_to_members = Rule(
    "is_open_to_members",
    "l'espace est ouvert et la personne est membre du réseau",
    lambda person, space: person.is_member and space.visibility == Visibility.OPEN,
    lambda person: and_(_member_of_network(person), Space.visibility == Visibility.OPEN),
)

is_announced_to_members = Rule(
    "is_announced_to_members",
    "l'espace est annoncé (accès sur demande) et la personne est membre du réseau",
    lambda person, space: person.is_member and space.visibility == Visibility.REQUEST,
    lambda person: and_(_member_of_network(person), Space.visibility == Visibility.REQUEST),
)

exists = Rule(
    "exists",
    "l'espace n'est pas supprimé",
    lambda _person, space: space.deleted_at is None,
    lambda _person: Space.deleted_at.is_(None),
)

is_active = Rule(
    "is_active",
    "l'espace n'est pas archivé",
    lambda _person, space: space.archived_at is None,
    lambda _person: Space.archived_at.is_(None),
)

runs_the_site = Rule(
    "runs_the_site",
    "la personne administre le site et l'espace est ouvert",
    lambda person, space: person.is_admin and person.is_member and space.visibility == Visibility.OPEN,
    lambda person: and_(
        true() if person.is_admin and person.is_member else false(), Space.visibility == Visibility.OPEN
    ),
)

has_entered = Rule(
    "has_entered",
    "la personne administre le site et est entrée dans l'espace, avec un motif et pour un temps",
    lambda person, space: space.id in entries_of(person),
    lambda person: (
        Space.id.in_(
            select(SpaceEntry.space_id).where(
                SpaceEntry.user_id == person.id, SpaceEntry.started_at <= now(), SpaceEntry.ends_at > now()
            )
        )
        if person.is_admin and person.is_member
        else false()
    ),
)

can_read_space = exists & (takes_part | is_open_to_members | has_entered)
can_see_space = exists & (takes_part | is_open_to_members | is_announced_to_members | has_entered)
can_write_in_space = exists & is_active & takes_part
can_moderate_space = exists & (facilitates | runs_the_site | has_entered)
can_run_space = can_moderate_space

admits_freely = Rule(
    "admits_freely",
    "l'espace laisse entrer librement",
    lambda _person, space: space.join_policy == JoinPolicy.FREE,
    lambda _person: Space.join_policy == JoinPolicy.FREE,
)

admits_on_request = Rule(
    "admits_on_request",
    "l'espace laisse entrer sur demande",
    lambda _person, space: space.join_policy == JoinPolicy.REQUEST,
    lambda _person: Space.join_policy == JoinPolicy.REQUEST,
)

may_come_in = exists & is_active & (is_open_to_members | is_announced_to_members) & ~takes_part
can_join_space = may_come_in & admits_freely
can_ask_for_space = may_come_in & admits_on_request


def shows(section: str) -> Rule:
    """Return the rule that a space has not put one of its sections away."""
    return Rule(
        f"shows_{section}",
        f"l'espace montre sa rubrique {section}",
        lambda _person, space: space.shows(section),
        lambda _person: ~cast(Space.hidden_sections, String).contains(f'"{section}"', autoescape=True),
    )


def readable_spaces(person: User) -> Select[Any]:
    """Return the ids of the spaces whose content a person reads, as a subquery."""
    return select(Space.id).where(can_read_space.where(person))


def readable_space_ids(person: User) -> frozenset[int]:
    """Return the ids of the spaces whose content a person reads; read once a transaction."""
    cache = cache_of_transaction()
    key = f"readable:{person.id}"
    if key not in cache:
        cache[key] = frozenset(db.session.scalars(readable_spaces(person)))
    found: frozenset[int] = cache[key]
    return found


def can_read(model: Any) -> Rule:
    """Return the rule of reading for a kind of content.

    Read by those who read its home space and, when its audience is the network, by every member; a draft by its author
    alone; nothing in the trash.
    """

    def test(person: User, thing: Any) -> bool:
        if thing.deleted_at is not None or (thing.state == State.DRAFT and thing.author_id != person.id):
            return False
        if thing.audience == Audience.NETWORK and person.is_member and thing.space.deleted_at is None:
            return True
        return can_read_space(person, thing.space)

    def clause(person: User) -> ColumnElement[bool]:
        living = select(Space.id).where(Space.deleted_at.is_(None))
        for_network = and_(model.audience == Audience.NETWORK, _member_of_network(person), model.space_id.in_(living))
        return and_(
            model.deleted_at.is_(None),
            or_(model.state != State.DRAFT, model.author_id == person.id),
            or_(model.space_id.in_(readable_spaces(person)), for_network),
        )

    return Rule(f"can_read_{model.__tablename__}", "la personne peut lire ce contenu", test, clause)


def in_space(model: Any, rule: Rule) -> Rule:
    """Return a rule of spaces as a rule of a kind of content: asked of the home space."""
    return Rule(
        f"{rule.name} (in its space)",
        rule.sentence,
        lambda person, thing: rule(person, thing.space),
        lambda person: model.space_id.in_(select(Space.id).where(rule.where(person))),
    )


def shown_space(person: User, thing: Any) -> Space | None:
    """Return the home space of a thing if this person may know of it, None otherwise."""
    space: Space = thing.space
    return space if can_see_space(person, space) else None
