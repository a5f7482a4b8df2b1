"""Who may know of a person, and of what they show of themselves: built on the spaces both are in."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from app.accounts.models import ShownTo, User, UserKind
from app.core.db import at_present, cache_of_transaction
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.extensions import db
from app.spaces.models import Membership, Space
from app.spaces.permissions import exists, takes_part

Detail = Literal["email", "phone", "photo"]


def is_running() -> ColumnElement[bool]:
    """Return the condition that a membership has not come to its end."""
    return or_(Membership.expires_at.is_(None), Membership.expires_at > at_present())


def _company(person: User) -> Select[Any]:
    mine = select(Space.id).where((exists & takes_part).where(person))
    return select(Membership.user_id).where(Membership.space_id.in_(mine), is_running())


def company_of(person: User) -> frozenset[int]:
    """Return the ids of those who take part in a space with a person, now; read once a transaction."""
    cache = cache_of_transaction()
    key = f"company:{person.id}"
    if key not in cache:
        cache[key] = frozenset(db.session.scalars(_company(person).distinct()))
    found: frozenset[int] = cache[key]
    return found


def _placed_guests() -> Select[Any]:
    living = select(Space.id).where(Space.deleted_at.is_(None))
    running = select(Membership.user_id).where(Membership.space_id.in_(living), is_running())
    return select(User.id).where(User.kind == UserKind.GUEST, User.id.in_(running))


def _is_placed(_reader: User, person: User) -> bool:
    if person.kind == UserKind.MEMBER:
        return True
    cache = cache_of_transaction()
    if "placed_guests" not in cache:
        cache["placed_guests"] = frozenset(db.session.scalars(_placed_guests()))
    return person.id in cache["placed_guests"]


is_oneself = Rule(
    "is_oneself",
    _l("c'est soi-même"),
    lambda reader, person: person.id == reader.id,
    lambda reader: User.id == reader.id,
    otherwise=_l("c'est quelqu'un d'autre"),
)

has_open_account = Rule(
    "has_open_account",
    _l("le compte est ouvert"),
    lambda _reader, person: person.disabled_at is None and person.erased_at is None,
    lambda _reader: and_(User.disabled_at.is_(None), User.erased_at.is_(None)),
    otherwise=_l("le compte est fermé"),
    of_thing=True,
)

shares_space = Rule(
    "shares_space",
    _l("les deux personnes participent au même espace, à présent"),
    lambda reader, person: person.id in company_of(reader),
    lambda reader: User.id.in_(_company(reader)),
    otherwise=_l("les deux personnes ne participent à aucun même espace, à présent"),
)

is_listed = Rule(
    "is_listed",
    _l("la personne, membre du réseau, a choisi de figurer dans l'annuaire"),
    lambda _reader, person: person.kind == UserKind.MEMBER and person.in_directory,
    lambda _reader: and_(User.kind == UserKind.MEMBER, User.in_directory),
    otherwise=_l("la personne ne figure pas dans l'annuaire"),
    of_thing=True,
)

has_place = Rule(
    "has_place",
    _l("la personne est membre du réseau, ou son invitation court encore"),
    _is_placed,
    lambda _reader: or_(User.kind == UserKind.MEMBER, User.id.in_(_placed_guests())),
    otherwise=_l("l'invitation de la personne a pris fin"),
    of_thing=True,
)

reads_directory = Rule(
    "reads_directory",
    _l("qui lit est membre du réseau"),
    lambda reader, _person: reader.is_member,
    lambda reader: true() if reader.is_member else false(),
    otherwise=_l("qui lit n'est pas membre du réseau"),
)

administers = Rule(
    "administers",
    _l("qui lit administre le site"),
    lambda reader, _person: reader.is_admin and reader.is_member,
    lambda reader: true() if reader.is_admin and reader.is_member else false(),
    otherwise=_l("qui lit n'administre pas le site"),
)

#: Guests neither see the directory nor appear in it.
can_find_person = (has_open_account & reads_directory & is_listed).called(
    _l("la personne se trouve dans l'annuaire"), _l("Trouver quelqu'un dans l'annuaire")
)
can_see_person = (
    is_oneself | has_open_account & (reads_directory & is_listed | shares_space | administers & has_place)
).called(_l("la personne peut être vue"), _l("Voir la page de quelqu'un"))


def shows(reader: User, person: User, detail: Detail) -> bool:
    """Tell whether a person shows one of their details to a reader; an administrator is a reader as any other here."""
    if reader.id == person.id:
        return True
    shown_to = getattr(person, f"{detail}_shown_to")
    if shown_to == ShownTo.SPACES:
        return has_open_account(reader, person) and shares_space(reader, person)
    return shown_to == ShownTo.NETWORK and can_see_person(reader, person)
