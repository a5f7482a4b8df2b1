"""Who may see, read, write and run a space, and read what it holds: every other feature builds on these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, String, and_, cast, false, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.clock import now
from app.core.db import at_present, cache_of_transaction
from app.core.i18n import lazy_gettext as _l
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


def remember_places(people: Sequence[User]) -> None:
    """Read at once what the rules will ask about many people: their memberships and their stays, in two statements."""
    cache = cache_of_transaction()
    ids = [one.id for one in people]
    for one in people:
        cache[f"memberships:{one.id}"], cache[f"entries:{one.id}"] = {}, []
    for place in db.session.scalars(select(Membership).where(Membership.user_id.in_(ids))):
        cache[f"memberships:{place.user_id}"][place.space_id] = place
    stays = select(SpaceEntry).where(SpaceEntry.user_id.in_(ids), SpaceEntry.ends_at > now())
    for stay in db.session.scalars(stays.options(joinedload(SpaceEntry.space))):
        cache[f"entries:{stay.user_id}"].append(stay)


def _running(person: User, *more: ColumnElement[bool]) -> Select[Any]:
    unexpired = or_(Membership.expires_at.is_(None), Membership.expires_at > at_present())
    return select(Membership.space_id).where(Membership.user_id == person.id, unexpired, *more)


def _member_of_network(person: User) -> ColumnElement[bool]:
    return true() if person.is_member else false()


takes_part = Rule(
    "takes_part",
    _l("la personne participe à l'espace"),
    lambda person, space: space.id in memberships_of(person),
    lambda person: Space.id.in_(_running(person)),
    otherwise=_l("la personne ne participe pas à l'espace"),
)

facilitates = Rule(
    "facilitates",
    _l("la personne anime l'espace"),
    lambda person, space: (
        person.is_member
        and (found := memberships_of(person).get(space.id)) is not None
        and found.role == Role.FACILITATOR
    ),
    lambda person: and_(
        _member_of_network(person), Space.id.in_(_running(person, Membership.role == Role.FACILITATOR))
    ),
    otherwise=_l("la personne n'anime pas l'espace"),
)

is_open_to_members = Rule(
    "is_open_to_members",
    _l("l'espace est ouvert et la personne est membre du réseau"),
    lambda person, space: person.is_member and space.visibility == Visibility.OPEN,
    lambda person: and_(_member_of_network(person), Space.visibility == Visibility.OPEN),
    otherwise=_l("l'espace n'est pas ouvert, ou la personne n'est pas membre du réseau"),
    joined="and",
)

is_announced_to_members = Rule(
    "is_announced_to_members",
    _l("l'espace est sur demande et la personne est membre du réseau"),
    lambda person, space: person.is_member and space.visibility == Visibility.REQUEST,
    lambda person: and_(_member_of_network(person), Space.visibility == Visibility.REQUEST),
    otherwise=_l("l'espace n'est pas sur demande, ou la personne n'est pas membre du réseau"),
    joined="and",
)

exists = Rule(
    "exists",
    _l("l'espace n'est pas supprimé"),
    lambda _person, space: space.deleted_at is None,
    lambda _person: Space.deleted_at.is_(None),
    otherwise=_l("l'espace est supprimé"),
    of_thing=True,
)

is_active = Rule(
    "is_active",
    _l("l'espace n'est pas archivé"),
    lambda _person, space: space.archived_at is None,
    lambda _person: Space.archived_at.is_(None),
    otherwise=_l("l'espace est archivé"),
    of_thing=True,
    said=_l("Cet espace est archivé : on peut tout y lire et chercher, plus rien ne s'y ajoute."),
)

runs_the_site = Rule(
    "runs_the_site",
    _l("la personne administre le site et l'espace est ouvert"),
    lambda person, space: person.is_admin and person.is_member and space.visibility == Visibility.OPEN,
    lambda person: and_(
        true() if person.is_admin and person.is_member else false(), Space.visibility == Visibility.OPEN
    ),
    otherwise=_l("la personne n'administre pas le site, ou l'espace n'est pas ouvert"),
    joined="and",
)

has_entered = Rule(
    "has_entered",
    _l("la personne administre le site et est entrée dans l'espace, avec un motif et pour un temps"),
    lambda person, space: space.id in entries_of(person),
    lambda person: (
        Space.id.in_(
            select(SpaceEntry.space_id).where(
                SpaceEntry.user_id == person.id,
                SpaceEntry.started_at <= at_present(),
                SpaceEntry.ends_at > at_present(),
            )
        )
        if person.is_admin and person.is_member
        else false()
    ),
    otherwise=_l("la personne n'est pas entrée dans l'espace pour l'administrer"),
    joined="and",
)

can_see_space = (exists & (takes_part | is_open_to_members | is_announced_to_members | has_entered)).called(
    _l("la personne sait que l'espace existe"), _l("Savoir qu'un espace existe")
)
can_read_space = (exists & (takes_part | is_open_to_members | has_entered)).called(
    _l("la personne lit l'espace"), _l("Lire un espace")
)
can_write_in_space = (exists & is_active & takes_part).called(
    _l("la personne écrit dans l'espace"), _l("Écrire dans un espace")
)
can_moderate_space = (exists & (facilitates | runs_the_site | has_entered)).called(
    _l("la personne modère l'espace"), _l("Modérer un espace et le régler")
)
can_run_space = can_moderate_space

admits_freely = Rule(
    "admits_freely",
    _l("l'espace laisse entrer librement"),
    lambda _person, space: space.join_policy == JoinPolicy.FREE,
    lambda _person: Space.join_policy == JoinPolicy.FREE,
    otherwise=_l("l'espace ne laisse pas entrer librement"),
    of_thing=True,
)

admits_on_request = Rule(
    "admits_on_request",
    _l("l'espace laisse entrer sur demande"),
    lambda _person, space: space.join_policy == JoinPolicy.REQUEST,
    lambda _person: Space.join_policy == JoinPolicy.REQUEST,
    otherwise=_l("l'espace ne laisse pas entrer sur demande"),
    of_thing=True,
)

may_come_in = (exists & is_active & (is_open_to_members | is_announced_to_members) & ~takes_part).called(
    _l("la personne pourrait entrer dans l'espace"), _l("Être de ceux qui peuvent entrer dans un espace")
)
can_join_space = (may_come_in & admits_freely).called(
    _l("la personne peut entrer dans l'espace d'elle-même"), _l("Entrer de soi-même dans un espace")
)
can_ask_for_space = (may_come_in & admits_on_request).called(
    _l("la personne peut demander à entrer dans l'espace"), _l("Demander à entrer dans un espace")
)


def shows(section: str, name: LazyString) -> Rule:
    """Return the rule that a space has not put one of its sections away; ``name`` is the section in words."""
    return Rule(
        f"shows_{section}",
        _l("l'espace montre sa rubrique « %(section)s »", section=name),
        lambda _person, space: space.shows(section),
        lambda _person: ~cast(Space.hidden_sections, String).contains(f'"{section}"', autoescape=True),
        otherwise=_l("l'espace ne montre pas sa rubrique « %(section)s »", section=name),
        of_thing=True,
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


_READING: dict[Any, Rule] = {}


def can_read(model: Any) -> Rule:
    """Return the rule of reading for a kind of content, the same one each time.

    Read by those who read its home space and, when its audience is the network, by every member; a draft by its author
    alone; nothing in the trash.
    """
    if model not in _READING:
        _READING[model] = _reading_rule(model)
    return _READING[model]


def _reading_rule(model: Any) -> Rule:
    is_kept = Rule(
        "is_kept",
        _l("ce n'est pas à la corbeille"),
        lambda _person, thing: thing.deleted_at is None,
        lambda _person: model.deleted_at.is_(None),
        otherwise=_l("c'est à la corbeille"),
        of_thing=True,
    )
    is_out = Rule(
        "is_out",
        _l("c'est publié"),
        lambda _person, thing: thing.state != State.DRAFT,
        lambda _person: model.state != State.DRAFT,
        otherwise=_l("c'est un brouillon"),
        of_thing=True,
    )
    brought_it = Rule(
        "brought_it",
        _l("la personne en est l'auteur"),
        lambda person, thing: thing.author_id == person.id,
        lambda person: model.author_id == person.id,
        otherwise=_l("la personne n'en est pas l'auteur"),
    )
    place = in_space(model, can_read_space) | _reaches_network(model)
    return (is_kept & (is_out | brought_it) & place).called(
        _l("la personne peut lire ce contenu"), _l("Lire un contenu : ressource ou discussion")
    )


def _reaches_network(model: Any) -> Rule:
    def clause(person: User) -> ColumnElement[bool]:
        living = select(Space.id).where(Space.deleted_at.is_(None))
        return and_(model.audience == Audience.NETWORK, _member_of_network(person), model.space_id.in_(living))

    return Rule(
        "reaches_network",
        _l("c'est partagé avec le réseau et la personne en est membre"),
        lambda person, thing: (
            thing.audience == Audience.NETWORK and person.is_member and thing.space.deleted_at is None
        ),
        clause,
        otherwise=_l("ce n'est pas partagé avec le réseau, ou la personne n'en est pas membre"),
        joined="and",
    )


def in_space(model: Any, rule: Rule) -> Rule:
    """Return a rule of spaces as a rule of a kind of content: asked of the home space."""
    return rule.asked_of(
        f"{rule.name} (in its space)",
        lambda person, thing: rule(person, thing.space),
        lambda person: model.space_id.in_(select(Space.id).where(rule.where(person))),
        lambda person, thing: rule.why(person, thing.space),
    )


def shown_space(person: User, thing: Any) -> Space | None:
    """Return the home space of a thing if this person may know of it, None otherwise."""
    space: Space = thing.space
    return space if can_see_space(person, space) else None
