"""The filters offered beside results: the values of each field by name, with how many results each would leave.

Values are counted among what the person may read, so a value that only a closed space has is nowhere. Names follow the
language of filters: a ticked value is a filter like one that was typed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import select

from app.accounts.models import Organisation, User, UserKind
from app.accounts.organisations.sizes import BANDS, band_of, band_words
from app.core.i18n import gettext as _
from app.core.i18n import language_name
from app.extensions import db
from app.search.analysis import fold
from app.search.catalogue import Allowed, Aspect, Facets, Scope
from app.search.columns import Value
from app.search.filters import Beside, words_of_name
from app.search.query import Field, Query
from app.search.results import Facet, FacetValue
from app.search.sources import groups, keywords_of, kind_label, names_of_spaces

MOST_VALUES = 40
"""How many values of one field are offered; ticked ones always are."""

ALL = ""


@dataclass(frozen=True)
class Counted:
    """What the naming of facets needs: who asks, what, and what was counted for them."""

    person: Any
    scope: Scope
    query: Query
    beside: Beside
    allowed: Allowed
    counts: Facets

    def ticked(self, one: Field) -> frozenset[Value]:
        """Return the values that the filters of a field mean to this person."""
        return self.allowed.kept.get(one, frozenset())

    @cached_property
    def people(self) -> Mapping[int, _Writer]:
        """The people who wrote what was found, and those filters name: one statement."""
        ids: set[Value] = set()
        for one in (Field.AUTHOR, Field.CITY):
            ids |= {*self.counts.counts.get(one, {}), *self.ticked(one)}
        column = self.counts.columns.get(Field.CITY)
        sized = self.counts.found.get(Aspect.SIZE)
        if column is not None and sized is not None:
            ids |= set(column.counts(sized))
        return _writers({one for one in ids if isinstance(one, int)})


@dataclass(frozen=True)
class _Writer:
    name: str
    is_guest: bool
    city: str
    band: str


def _writers(ids: Collection[int]) -> Mapping[int, _Writer]:
    home = Organisation.name, Organisation.population
    query = select(User.id, User.name, User.kind, *home).outerjoin(User.organisation)
    rows = db.session.execute(query.where(User.id.in_(ids))) if ids else ()
    return {
        one: _Writer(name, kind == UserKind.GUEST, city or "", band_of(population))
        for one, name, kind, city, population in rows
    }


def facets_of(counted: Counted) -> tuple[Facet, ...]:
    """Return the facets in the order of the page; those with nothing to tick are left out. Five statements at most."""
    every = (_kinds, _spaces, _tags, _cities, _sizes, _years, _languages, _authors)
    made = (make(counted) for make in every)
    return tuple(facet for facet in made if facet.values)


def tabs_of(counted: Counted) -> tuple[FacetValue, ...]:
    """Return what the results are, in groups: everything first, then each group with its count, none left out."""
    counts = counted.counts
    tab = counted.beside.tab
    every = FacetValue(ALL, "", counts.total(Aspect.WHAT), ticked=not tab)
    each = (
        FacetValue(one.key, str(one.label), counts.having(Aspect.WHAT, one.kinds), ticked=tab == one.key)
        for one in groups()
    )
    return every, *each


def _kinds(counted: Counted) -> Facet:
    named = {kind: kind_label(str(kind)) for kind in _present(counted, Field.KIND)}
    return _plain(counted, Field.KIND, named)


def _spaces(counted: Counted) -> Facet:
    names = names_of_spaces(counted.person, {int(one) for one in _present(counted, Field.SPACE)})
    counts = counted.counts.spaces
    ticked = counted.ticked(Field.SPACE)
    values = (FacetValue(one.slug, one.title, counts.get(id_, 0), id_ in ticked) for id_, one in names.items())
    return _facet(Field.SPACE, values)


def _tags(counted: Counted) -> Facet:
    """Offer keywords; each counts what those under it would bring too, as its filter does."""
    typed = {"-".join(words_of_name(value)) for value in counted.query.values(Field.TAG)}
    ticked = typed & {str(one) for one in counted.ticked(Field.TAG)}
    counts = counted.counts.counts.get(Field.TAG, {})
    most = sorted(counts, key=lambda slug: -counts[slug])[: 2 * MOST_VALUES]
    known = keywords_of({str(one) for one in most} | ticked, counted.scope.space_ids)
    values = (
        FacetValue(
            slug,
            word.label,
            counts.get(slug, 0) if len(word.reach) == 1 else counted.counts.having(Field.TAG, word.reach),
            slug in ticked,
        )
        for slug, word in known.items()
    )
    return _facet(Field.TAG, values)


def _cities(counted: Counted) -> Facet:
    named: dict[Value, str] = {one: writer.city for one, writer in counted.people.items() if writer.city}
    return _by_name(counted, Field.CITY, named)


def _authors(counted: Counted) -> Facet:
    written: dict[Value, str] = {one: one for one in _present(counted, Field.AUTHOR) if isinstance(one, str)}
    named: dict[Value, str] = {one: writer.name for one, writer in counted.people.items()}
    facet = _by_name(counted, Field.AUTHOR, named | written)
    others = {writer.name for writer in counted.people.values() if not writer.is_guest} | set(written.values())
    guests = set(named.values()) - others
    return Facet(facet.field, tuple(_as_guest(one) if one.value in guests else one for one in facet.values))


def _as_guest(one: FacetValue) -> FacetValue:
    return replace(one, label=f"{one.label}, {_('invité')}")


def _sizes(counted: Counted) -> Facet:
    """Offer sizes of cities, the smallest first."""
    bands: dict[Value, str] = {one: writer.band for one, writer in counted.people.items() if writer.band}
    counts = counted.counts.grouped(Aspect.SIZE, bands)
    ticked = counted.beside.sizes
    values = (FacetValue(band, band_words(band), counts.get(band, 0), band in ticked) for band in BANDS)
    return Facet(Aspect.SIZE, tuple(one for one in values if one.count or one.ticked))


def _years(counted: Counted) -> Facet:
    """Offer years, the latest first."""
    facet = _plain(counted, Field.YEAR, {year: str(year) for year in _present(counted, Field.YEAR)})
    return Facet(facet.field, tuple(sorted(facet.values, key=lambda one: one.value, reverse=True)))


def _languages(counted: Counted) -> Facet:
    return _plain(counted, Field.LANG, {code: language_name(str(code)) for code in _present(counted, Field.LANG)})


def _present(counted: Counted, one: Field) -> set[Value]:
    return {*counted.counts.counts.get(one, {}), *counted.ticked(one)}


def _plain(counted: Counted, one: Field, named: Mapping[Value, str]) -> Facet:
    counts, ticked = counted.counts.counts.get(one, {}), counted.ticked(one)
    values = (FacetValue(str(value), label, counts.get(value, 0), value in ticked) for value, label in named.items())
    return _facet(one, values)


def _by_name(counted: Counted, one: Field, named: Mapping[Value, str]) -> Facet:
    """Offer names; those who bear the same one are ticked and counted together, as they are when it is typed."""
    alike: defaultdict[tuple[str, ...], set[Value]] = defaultdict(set)
    for value, name in named.items():
        alike[tuple(words_of_name(name))].add(value)
    key_of = {value: key for key, values in alike.items() for value in values if key}
    counts, ticked = counted.counts.grouped(one, key_of), counted.ticked(one)
    values = []
    for key in dict.fromkeys(key_of.values()):
        name = min(named[value] for value in alike[key])
        values.append(FacetValue(name, name, counts.get(key, 0), not ticked.isdisjoint(alike[key])))
    return _facet(one, values)


def _facet(one: Field, values: Iterable[FacetValue]) -> Facet:
    offered = (value for value in values if value.count or value.ticked)
    ordered = sorted(offered, key=lambda value: (-value.count, fold(value.label)))
    kept = [value for number, value in enumerate(ordered) if number < MOST_VALUES or value.ticked]
    return Facet(one, tuple(kept))
