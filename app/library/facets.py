"""Filters on the fields of a kind: kept beside the resources, counted over what the person may read.

Several values of one filter widen it, several filters narrow it; the count of a value is what ticking it would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, true

from app.accounts.models import Organisation, User
from app.accounts.organisations.likeness import LENS, is_like, lens_title, lens_words, lenses_of
from app.accounts.organisations.sizes import BANDS, band_column, band_words
from app.core.db import sort_key
from app.core.i18n import gettext as _
from app.extensions import db
from app.library.kinds import Field, Kind, kind_of
from app.library.models import Resource, resource_facet

#: The filter by the number of inhabitants of the author's authority, as it stands in the address.
SIZE = "taille"
MOST_CHOSEN = 20
MOST_VALUES = 30

#: The values ticked of each filter, as a list's address says: ((name, (value, …)), …).
Chosen = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class FacetGroup:
    """One filter as a page shows it; ``options`` are those of ``components/facet.html``."""

    name: str
    title: str
    options: list[dict[str, Any]]


def keep_facets(resource: Resource) -> None:
    """Keep what a resource is filtered by as its fields say: called wherever they change, in the same transaction."""
    db.session.execute(delete(resource_facet).where(resource_facet.c.resource_id == resource.id))
    pairs = sorted(kind_of(resource.kind).keys_of(resource.fields))
    if pairs:
        rows = [{"resource_id": resource.id, "name": name, "value": value} for name, value in pairs]
        db.session.execute(insert(resource_facet), rows)


def keep_facets_of(resources: Sequence[Resource]) -> None:
    """Keep what several resources are filtered by: two statements."""
    if not resources:
        return
    db.session.execute(delete(resource_facet).where(resource_facet.c.resource_id.in_([one.id for one in resources])))
    rows = [
        {"resource_id": one.id, "name": name, "value": value}
        for one in resources
        for name, value in sorted(kind_of(one.kind).keys_of(one.fields))
    ]
    if rows:
        db.session.execute(insert(resource_facet), rows)


def names_of(kind: Kind) -> list[str]:
    """Return the names of the filters of a kind, as they stand in an address."""
    return [*([SIZE] if kind.compares_places else []), *(field.name for field in kind.facets())]


def condition_of(chosen: Chosen, aside: str = "") -> ColumnElement[bool]:
    """Return what a resource must fulfil for the values ticked, the filter ``aside`` left out."""
    conditions = [_has(name, values) for name, values in chosen if name != aside and values]
    return and_(true(), *conditions)


def _has(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if name == SIZE:
        authors = (
            select(User.id).join(Organisation, User.organisation_id == Organisation.id).where(band_column().in_(values))
        )
        return Resource.author_id.in_(authors)
    matching = (resource_facet.c.name == name) & resource_facet.c.value.in_(values)
    return Resource.id.in_(select(resource_facet.c.resource_id).where(matching))


def _shared_from(place: ColumnElement[bool]) -> ColumnElement[bool]:
    authors = select(User.id).join(Organisation, User.organisation_id == Organisation.id).where(place)
    return Resource.author_id.in_(authors)


def groups_of(kind: Kind, visible: ColumnElement[bool], chosen: Chosen) -> list[FacetGroup]:
    """Return the filters of a kind with their counts: one statement for all, one more for each that is ticked.

    ``visible`` is what the list shows, these filters aside.
    """
    ticked = {name: values for name, values in chosen if values}
    counts = _counted(visible, chosen, [field.name for field in kind.facets()], ticked)
    groups = [_group(field, counts.get(field.name, {}), ticked.get(field.name, ())) for field in kind.facets()]
    if kind.compares_places:
        groups.insert(0, _sizes(visible, chosen, ticked.get(SIZE, ())))
    return [group for group in groups if group.options]


def _counted(
    visible: ColumnElement[bool], chosen: Chosen, names: list[str], ticked: Iterable[str]
) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    free = [name for name in names if name not in set(ticked)]
    for group, aside in ((free, ""), *(([name], name) for name in names if name in set(ticked))):
        if group:
            for name, value, number in db.session.execute(_counting(visible, chosen, group, aside)):
                counts.setdefault(name, {})[value] = number
    return counts


def _counting(visible: ColumnElement[bool], chosen: Chosen, names: list[str], aside: str) -> Any:
    return (
        select(resource_facet.c.name, resource_facet.c.value, func.count())
        .join(Resource, Resource.id == resource_facet.c.resource_id)
        .where(resource_facet.c.name.in_(names), visible, condition_of(chosen, aside))
        .group_by(resource_facet.c.name, resource_facet.c.value)
    )


def _group(field: Field, counts: dict[str, int], ticked: Sequence[str]) -> FacetGroup:
    order = list(field.type.order)

    def rank(value: str) -> tuple[int, str]:
        known = order.index(value) if value in order else len(order)
        return (known if order else -counts.get(value, 0)), sort_key(field.type.key_label(value))

    values = sorted({*counts, *ticked}, key=rank)[:MOST_VALUES]
    options = [
        {"value": one, "label": field.type.key_label(one), "count": counts.get(one, 0), "checked": one in ticked}
        for one in values
    ]
    return FacetGroup(field.name, field.name_on_page, options)


def _sizes(visible: ColumnElement[bool], chosen: Chosen, ticked: Sequence[str]) -> FacetGroup:
    band = band_column().label("band")
    query = (
        select(band, func.count())
        .select_from(Resource)
        .join(User, Resource.author_id == User.id)
        .join(Organisation, User.organisation_id == Organisation.id)
        .where(visible, condition_of(chosen, SIZE))
        .group_by(band)
    )
    counts = {key: number for key, number in db.session.execute(query) if key}
    options = [
        {"value": key, "label": band_words(key), "count": counts.get(key, 0), "checked": key in ticked}
        for key in BANDS
        if counts.get(key) or key in ticked
    ]
    return FacetGroup(SIZE, _("Taille de la collectivité"), options)


def shared_by_like(mine: Organisation | None, lenses: Sequence[str]) -> ColumnElement[bool]:
    """Return what a resource must fulfil to be seen through lenses: who shared it is of an authority like this one."""
    return _shared_from(is_like(mine, lenses))


def lens_group(mine: Organisation | None, visible: ColumnElement[bool], ticked: Sequence[str]) -> FacetGroup | None:
    """Return « cities like mine » with what each lens would leave: one statement; None where it would say nothing.

    ``visible`` is what the list shows, the lenses aside.
    """
    lenses = lenses_of(mine)
    if mine is None or not lenses:
        return None
    counted = [func.count().filter(is_like(mine, [lens])) for lens in lenses]
    query = (
        select(*counted)
        .select_from(Resource)
        .join(User, Resource.author_id == User.id)
        .join(Organisation, User.organisation_id == Organisation.id)
        .where(visible)
    )
    counts = dict(zip(lenses, db.session.execute(query).one(), strict=True))
    options = [
        {"value": lens, "label": lens_words(lens, mine), "count": counts[lens], "checked": lens in ticked}
        for lens in lenses
        if counts[lens] or lens in ticked
    ]
    return FacetGroup(LENS, lens_title(mine), options) if options else None


def label_of(kind: Kind, name: str, value: str) -> str:
    """Return how a ticked value is called above the list."""
    if name == SIZE:
        return band_words(value)
    return next((field.type.key_label(value) for field in kind.facets() if field.name == name), value)


def renew_facets() -> int:
    """Keep the filters of every resource again, after an entry of the registry has changed; return how many."""
    count = 0
    for resource in db.session.scalars(select(Resource).order_by(Resource.id)):
        keep_facets(resource)
        count += 1
    return count
