"""Two records of one organisation: noticing them, and making one of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, select, update
from sqlalchemy.orm import selectinload

from app.accounts.models import Organisation, User
from app.accounts.organisations.details import COLUMNS, Details, codes_differ, details_of
from app.core.audit import record
from app.core.db import lock, sort_key
from app.core.errors import DomainError, EditConflictError
from app.core.i18n import lazy_gettext as _l
from app.core.slots import collect
from app.extensions import db

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

MOST_PAIRS = 100
_SHARED = frozenset({"ac", "asso", "co", "com", "edu", "gob", "gouv", "gov", "net", "nom", "org", "tm"})
# What stands before the name of a place in some lists and not in others.
_BEFORE = re.compile(r"^(?:ville|mairie|commune|municipalite|city|stadt|comune)(?: (?:de la|de l|de|du|des|d|of|di))? ")
_SAINTS = re.compile(r"\b(st|ste)\b")


@dataclass(frozen=True)
class Double:
    """Two records that may be one organisation, and why one may think so."""

    one: Organisation
    other: Organisation
    reason: LazyString


def bare_name(name: str) -> str:
    """Return a name without what lists write differently: accents, « Ville de », « St » for « Saint »."""
    folded = _BEFORE.sub("", sort_key(name))
    return _SAINTS.sub(lambda found: {"st": "saint", "ste": "sainte"}[found.group(1)], folded)


def doubles() -> list[Double]:
    """Return the pairs that may be doubles: same name, same code, a domain within a domain of the other.

    Two codes that differ tell two organisations apart, whatever else they have in common.
    """
    places = db.session.scalars(
        select(Organisation).options(selectinload(Organisation.domains)).order_by(Organisation.sort_key)
    ).all()
    found: dict[tuple[int, int], Double] = {}
    for reason, key in (
        (_l("Même nom"), lambda one: [(bare_name(one.name), one.country)]),
        (_l("Même code INSEE"), lambda one: [(one.insee_code, one.kind)] if one.insee_code else []),
        (_l("Domaine commun"), lambda one: [_root(domain.domain) for domain in one.domains]),
    ):
        for pair in _pairs(places, key):
            if not codes_differ(pair[0].insee_code, pair[1].insee_code):
                found.setdefault((pair[0].id, pair[1].id), Double(*pair, reason))
    return list(found.values())[:MOST_PAIRS]


def _pairs(places: Iterable[Organisation], key: Any) -> Iterable[tuple[Organisation, Organisation]]:
    groups: defaultdict[Any, list[Organisation]] = defaultdict(list)
    for one in places:
        for value in dict.fromkeys(key(one)):
            groups[value].append(one)
    for group in groups.values():
        yield from combinations(group[:10], 2)


def _root(domain: str) -> str:
    """Return the last two labels of a domain, three where the last two are shared by many such as « gouv.fr »."""
    labels = domain.split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SHARED else labels[-2:])  # noqa: PLR2004 - a name and the shared pair


def links_to_organisations() -> list[Column[Any]]:
    """Return every column of the database that points to an organisation, whatever feature it belongs to."""
    return [
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if any(key.column is Organisation.__table__.c.id for key in column.foreign_keys)
    ]


def mixed(kept: Details, other: Details, from_other: Iterable[str]) -> Details:
    """Return the facts of one record, but these taken from the other; the domains of both."""
    taken = {name: getattr(other, name) for name in from_other if name in COLUMNS}
    if {"latitude", "longitude"} & set(taken):
        taken |= {"latitude": other.latitude, "longitude": other.longitude}
    domains = tuple(dict.fromkeys((*kept.domains, *other.domains)))
    return Details(**{**kept.__dict__, **taken, "domains": domains})


def merge(
    kept: Organisation,
    other: Organisation,
    from_other: Iterable[str] = (),
    by: User | None = None,
    *,
    versions: tuple[int, int] | None = None,
) -> None:
    """Make one organisation of two: everything that points to the other points to the one kept, and the other goes.

    ``from_other``: the facts to take from it. ``versions``: those the person saw of both; raises EditConflictError
    when one has moved. The name that goes is kept in the journal.
    """
    if kept.id == other.id:
        raise DomainError(_l("Choisissez deux collectivités différentes."))
    lock(kept, other)
    if versions is not None and versions != (kept.edit_version, other.edit_version):
        raise EditConflictError(_l("L'une des deux collectivités a été modifiée entre-temps."))
    details, gone = mixed(details_of(kept), details_of(other), from_other), other.name
    collect("organisation.merging", other, kept)
    before, moved = kept.name, _move(other.id, kept.id)
    db.session.delete(other)
    db.session.flush()
    for name in COLUMNS:
        setattr(kept, name, getattr(details, name))
    kept.edit_version += 1
    db.session.flush()
    record("organisation.merged", by, kept, name=kept.name, names=[before, gone], moved=moved)


def _move(source: int, target: int) -> dict[str, int]:
    """Point every row of the database from one organisation to another; return how many of each table."""
    db.session.flush()
    moved: dict[str, int] = {}
    for column in links_to_organisations():
        pointed = update(column.table).where(column == source).values({column.name: target})
        number = db.session.execute(pointed.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
        if number:
            moved[column.table.name] = moved.get(column.table.name, 0) + number
    db.session.expire_all()
    return moved
