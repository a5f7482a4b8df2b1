"""What the filters of a query mean to one person: names become values, among what this person may read or know of.

A name that only a closed space would know answers exactly like one that is nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.accounts.models import Organisation, User
from app.accounts.organisations.sizes import band_column
from app.core.db import sort_key
from app.extensions import db
from app.search.analysis import fold
from app.search.catalogue import Allowed, Aspect, Catalogue, Narrowed, Scope, Wanted
from app.search.columns import Value
from app.search.languages import languages_named
from app.search.query import Field, Filter, Query
from app.search.query.fields import years_in
from app.search.sources import kind_is_known, kind_named, kinds_shown_in, names_of_spaces, tags_reached

MOST_NAMED = 200


@dataclass(frozen=True)
class Beside:
    """What narrows results beside the words and their filters: the tab they are looked at in, sizes of cities."""

    tab: str = ""
    sizes: tuple[str, ...] = ()


NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class Filtered:
    """What a person may find under the filters of a query, and the filters whose value this person knows nothing of."""

    allowed: Allowed
    unknown: tuple[Filter, ...] = ()


def filtered(
    person: Any, scope: Scope, catalogue: Catalogue, query: Query, beside: Beside = NOTHING_BESIDE
) -> Filtered:
    """Read the filters of a query as one person means them. A constant number of statements for each field used."""
    reader = _Reader(person, scope, catalogue)
    kept, dropped = (reader.wanted(query, excluded=excluded) for excluded in (False, True))
    allowed = Allowed.to(catalogue, scope, kept, dropped, _narrowed(beside))
    return Filtered(allowed, tuple(reader.unknown))


def _narrowed(beside: Beside) -> Narrowed:
    narrowed: dict[Aspect, frozenset[Value]] = {}
    if beside.tab:
        narrowed[Aspect.WHAT] = frozenset(kinds_shown_in(beside.tab))
    if beside.sizes:
        cities = select(Organisation.id).where(band_column().in_(beside.sizes))
        narrowed[Aspect.SIZE] = frozenset(db.session.scalars(select(User.id).where(User.organisation_id.in_(cities))))
    return narrowed


@dataclass
class _Reader:
    person: Any
    scope: Scope
    catalogue: Catalogue
    unknown: list[Filter] = field(default_factory=list)

    def wanted(self, query: Query, *, excluded: bool) -> Wanted:
        """Return the values asked for, by field, or those dropped; what means nothing here goes to ``unknown``."""
        by_field: dict[Field, set[Value]] = defaultdict(set)
        for one in query.filters:
            if one.excluded is excluded:
                values = _MEANINGS[one.field](self, one.value)
                if not values:
                    self.unknown.append(one)
                by_field[one.field] |= values
        return {one: frozenset(values) for one, values in by_field.items()}

    def readable(self, one: Field) -> set[Value]:
        """Give the values that something this person may read has."""
        return set(self.catalogue.column(one).counts(self.catalogue.mask(self.scope)))

    def kinds(self, word: str) -> set[Value]:
        kind: Value = kind_named(word)
        return {kind} if kind_is_known(str(kind)) else set()

    def spaces(self, word: str) -> set[Value]:
        names = names_of_spaces(self.person, self.scope.nameable).values()
        return {name.id for name in names if name.slug == word.lower()} or _called(
            word, ((name.id, name.title) for name in names)
        )

    def tags(self, word: str) -> set[Value]:
        return self.readable(Field.TAG).intersection(tags_reached(word))

    def cities(self, word: str) -> set[Value]:
        """Read the name of a city among those whose people wrote something this person may read."""
        named = dict(_rows(Organisation, word))
        people = select(User.id, User.organisation_id).where(User.organisation_id.in_(named))
        rows = db.session.execute(people) if named else ()
        city_of: dict[Value, int] = {one: int(city or 0) for one, city in rows}
        writing = self.readable(Field.CITY).intersection(city_of)
        cities = _called(word, ((city, named[city]) for city in {city_of[one] for one in writing}))
        return {one for one in writing if city_of[one] in cities}

    def authors(self, word: str) -> set[Value]:
        """Read the name of somebody who wrote something this person may read; others do not make it any less near."""
        readable = self.readable(Field.AUTHOR)
        people = ((one, name) for one, name in _rows(User, word) if one in readable)
        return _called(word, (*people, *((name, name) for name in readable if isinstance(name, str))))

    def years(self, word: str) -> set[Value]:
        first, last = years_in(word)
        return {year for year in self.readable(Field.YEAR) if first <= int(year) <= last}

    def langs(self, word: str) -> set[Value]:
        return self.readable(Field.LANG).intersection(languages_named(word))


_MEANINGS: Mapping[Field, Callable[[_Reader, str], set[Value]]] = {
    Field.KIND: _Reader.kinds,
    Field.SPACE: _Reader.spaces,
    Field.TAG: _Reader.tags,
    Field.CITY: _Reader.cities,
    Field.AUTHOR: _Reader.authors,
    Field.YEAR: _Reader.years,
    Field.LANG: _Reader.langs,
}


def _rows(model: type[Organisation | User], words: str) -> Iterable[tuple[int, str]]:
    """Give the ids and names of those whose name holds every word typed, wherever it stands."""
    holding = [model.sort_key.contains(word, autoescape=True) for word in sort_key(words).split()]
    if not holding:
        return ()
    query = select(model.id, model.name).where(*holding).order_by(model.id).limit(MOST_NAMED)
    return [(one, name) for one, name in db.session.execute(query)]


def _called(words: str, names: Iterable[tuple[Value, str]]) -> set[Value]:
    """Give those named exactly so; if there is none, those of whose name every word typed begins a word."""
    parts = [(one, words_of_name(name)) for one, name in names]
    typed = words_of_name(words)
    exactly = {one for one, name in parts if name == typed}
    return exactly or {one for one, name in parts if typed and all(_begins(word, name) for word in typed)}


def words_of_name(name: str) -> list[str]:
    """Return the words by which a name is known, whatever its accents, its case and its signs."""
    return "".join(sign if sign.isalnum() else " " for sign in fold(name)).split()


def _begins(word: str, name: Iterable[str]) -> bool:
    return any(part.startswith(word) for part in name)
