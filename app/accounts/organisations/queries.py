"""Finding organisations: the list of the administration, one of them, its people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from app.accounts.models import Organisation, OrganisationDomain, User
from app.accounts.queries import holds
from app.core.db import sort_key
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.core.text import one_line
from app.extensions import db

PER_PAGE = 20
LONGEST_SEARCH = 100
BY_NAME, BY_PEOPLE, BY_SIZE, BY_AGE = "nom", "personnes", "population", "adhesion"
MEMBERS, OTHERS = "oui", "non"


@dataclass(frozen=True)
class Wanted:
    """What is asked of the list: words of the name, code or domain, kind, country, region, member or not; the order."""

    words: str = ""
    kind: str = ""
    country: str = ""
    region: str = ""
    member: str = ""
    order: str = BY_NAME

    @property
    def narrows(self) -> bool:
        """Whether anything but the order was asked."""
        return any((self.words, self.kind, self.country, self.region, self.member))


def _people_number() -> Any:
    """Return the number of open accounts of an organisation, as a column."""
    of_it = (User.organisation_id == Organisation.id) & User.disabled_at.is_(None)
    return select(func.count()).select_from(User).where(of_it).correlate(Organisation).scalar_subquery()


def organisations_wanted(wanted: Wanted) -> Select[Any]:
    """Return the query of the organisations asked for, in the order asked for."""
    query = select(Organisation)
    if words := one_line(wanted.words)[:LONGEST_SEARCH]:
        query = query.where(_has(words))
    for column, value in ((Organisation.kind, wanted.kind), (Organisation.country, wanted.country.upper())):
        query = query.where(column == value) if value else query
    if wanted.region:
        query = query.where(Organisation.region == wanted.region)
    if wanted.member in {MEMBERS, OTHERS}:
        query = query.where(Organisation.is_member.is_(wanted.member == MEMBERS))
    return query.order_by(*_order(wanted.order))


def _has(words: str) -> Any:
    domain = words.casefold().rpartition("@")[2]
    holders = select(OrganisationDomain.organisation_id).where(
        OrganisationDomain.domain.contains(domain, autoescape=True)
    )
    return or_(
        holds(words, Organisation.sort_key), Organisation.insee_code == words.upper(), Organisation.id.in_(holders)
    )


def _order(order: str) -> tuple[Any, ...]:
    name = (Organisation.sort_key, Organisation.id)
    first: dict[str, tuple[Any, ...]] = {
        BY_PEOPLE: (_people_number().desc(),),
        BY_SIZE: (func.coalesce(Organisation.population, -1).desc(),),
        BY_AGE: (Organisation.joined_on.is_(None), Organisation.joined_on),
    }
    return (*first.get(order, ()), *name)


def organisations_page(wanted: Wanted, number: int) -> Page[Organisation]:
    """Return one page of the organisations asked for, with their domains."""
    query = organisations_wanted(wanted).options(selectinload(Organisation.domains))
    return paginate(query, number, PER_PAGE)


def people_numbers(places: Iterable[Organisation]) -> dict[int, int]:
    """Return how many open accounts each of these organisations has, in one statement."""
    ids = [place.id for place in places]
    query = select(User.organisation_id, func.count()).where(User.organisation_id.in_(ids), User.disabled_at.is_(None))
    counted = db.session.execute(query.group_by(User.organisation_id))
    return {place: number for place, number in counted if place is not None}


def organisation_called(public_id: str) -> Organisation:
    """Return an organisation by its public id. Raises NotFoundError."""
    found: Organisation | None = db.session.scalar(
        select(Organisation).where(Organisation.public_id == public_id).options(selectinload(Organisation.domains))
    )
    if found is None:
        raise NotFoundError
    return found


def people_of_organisation(place: Organisation, number: int) -> Page[User]:
    """Return the accounts of an organisation, open ones first, in the order of names."""
    query = select(User).where(User.organisation_id == place.id)
    return paginate(query.order_by(User.disabled_at.is_not(None), User.sort_key, User.id), number, PER_PAGE)


def person_of_organisation(place: Organisation, public_id: str) -> User:
    """Return one of its people. Raises NotFoundError."""
    found: User | None = db.session.scalar(
        select(User).where(User.organisation_id == place.id, User.public_id == public_id)
    )
    if found is None:
        raise NotFoundError
    return found


def referents_of(place: Organisation) -> list[User]:
    """Return the people who may invite colleagues of an organisation."""
    query = select(User).where(User.organisation_id == place.id, User.is_referent.is_(True), User.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(User.sort_key)))


def countries_present() -> list[str]:
    """Return the codes of the countries organisations come from."""
    return list(db.session.scalars(select(Organisation.country).distinct().order_by(Organisation.country)))


def regions_present() -> list[str]:
    """Return the regions organisations lie in."""
    query = select(Organisation.region).where(Organisation.region.is_not(None)).distinct()
    return sorted((region for region in db.session.scalars(query) if region), key=sort_key)


def how_many() -> int:
    """Return how many organisations are recorded."""
    return db.session.scalar(select(func.count()).select_from(Organisation)) or 0
