"""Filters on the fields of a kind: kept beside the resources, counted over what the person may read.

Several values of one filter widen it, several filters narrow it; the count of a value is what ticking it would give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, insert, select, true

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


def facet_labels(kind: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a resource is filtered by as search keeps it in memory."""
    return tuple(facet_label(name, value) for name, value in sorted(kind_of(kind).keys_of(fields)))


def facet_label(name: str, value: str) -> str:
    """Return one value of a filter as search keeps it in memory."""
    return f"{name}:{value}"


def condition_of(chosen: Chosen) -> ColumnElement[bool]:
    """Return what a resource must fulfil for the values ticked."""
    conditions = [_has(name, values) for name, values in chosen if values]
    return and_(true(), *conditions)


def _has(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if name == SIZE:
        return _shared_from(band_column().in_(values))
    matching = (resource_facet.c.name == name) & resource_facet.c.value.in_(values)
    return Resource.id.in_(select(resource_facet.c.resource_id).where(matching))


def _shared_from(place: ColumnElement[bool]) -> ColumnElement[bool]:
    return Resource.author_id.in_(people_of(place))


def shared_by_like(mine: Organisation | None, lenses: Sequence[str]) -> ColumnElement[bool]:
    """Return what a resource must fulfil to be seen through lenses: who shared it is of an authority like this one."""
    return _shared_from(is_like(mine, lenses))


def people_of(place: ColumnElement[bool]) -> Select[Any]:
    """Return the ids of the accounts whose organisation fulfils a condition."""
    return select(User.id).join(Organisation, User.organisation_id == Organisation.id).where(place)


def group_of(field: Field, counts: dict[str, int], ticked: Sequence[str]) -> FacetGroup:
    """Return a filter on a field with the counts of its values, the ticked ones always among them."""
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


def sizes_group(counts: Mapping[str, int], ticked: Sequence[str]) -> FacetGroup:
    """Return the filter by the size of the authority, the smallest first."""
    options = [
        {"value": key, "label": band_words(key), "count": counts.get(key, 0), "checked": key in ticked}
        for key in BANDS
        if counts.get(key) or key in ticked
    ]
    return FacetGroup(SIZE, _("Taille de la collectivité"), options)


def lens_group(mine: Organisation, counts: Mapping[str, int], ticked: Sequence[str]) -> FacetGroup | None:
    """Return « cities like mine » with what each lens would leave; None where it would say nothing."""
    options = [
        {"value": lens, "label": lens_words(lens, mine), "count": counts.get(lens, 0), "checked": lens in ticked}
        for lens in lenses_of(mine)
        if counts.get(lens) or lens in ticked
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
