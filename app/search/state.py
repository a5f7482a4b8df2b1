"""The state of the page of results, whole in its address: words and filters typed, filters ticked, tab, order, page.

A filter may be typed in the box or ticked in a list; both narrow alike, and either can be taken off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.accounts.organisations.sizes import BANDS
from app.core.i18n import current_language
from app.search.catalogue import Aspect
from app.search.filters import NOTHING_BESIDE, Beside
from app.search.query import LAST_PAGE, MAX_LENGTH, Field, Filter, Parsed, Query, Sort, parse
from app.search.query import typed as written_back
from app.search.query.fields import value_of
from app.search.sources import groups

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

MOST_TICKED = 30
ARGUMENTS: Mapping[Field | Aspect, str] = {
    Field.KIND: "kind",
    Field.SPACE: "espace",
    Field.TAG: "mot",
    Field.CITY: "ville",
    Aspect.SIZE: "taille",
    Field.YEAR: "annee",
    Field.LANG: "langue",
    Field.AUTHOR: "auteur",
}
TAB, SORT, BY_DATE = "quoi", "tri", "date"

Arguments = dict[str, Any]


@dataclass(frozen=True)
class State:
    """What the address asks for."""

    typed: str
    parsed: Parsed
    ticked: tuple[Filter, ...] = ()
    beside: Beside = NOTHING_BESIDE
    sort: Sort = Sort.RELEVANCE

    @classmethod
    def of(cls, given: MultiDict[str, str], page: int = 1) -> State:
        """Read the arguments of an address; what cannot be read is passed over."""
        sort = Sort.DATE if given.get(SORT) == BY_DATE else Sort.RELEVANCE
        typed = given.get("q", "")
        parsed = parse(typed, page=min(page, LAST_PAGE), sort=sort)
        tab = given.get(TAB, "")
        sizes = tuple(one for one in BANDS if one in given.getlist(ARGUMENTS[Aspect.SIZE])[:MOST_TICKED])
        beside = Beside(tab if tab in {one.key for one in groups()} else "", sizes)
        return cls(typed[:MAX_LENGTH], parsed, tuple(dict.fromkeys(_ticked(given))), beside, sort)

    @cached_property
    def query(self) -> Query:
        """The question: what was typed, and what was ticked."""
        return self.parsed.query.filtered(self.ticked)

    @property
    def narrows(self) -> bool:
        """Whether anything but words is asked for."""
        return bool(self.query.filters or self.beside.sizes or self.beside.tab)

    def arguments(self) -> Arguments:
        """Return the arguments that ask for this again; the page is left out."""
        arguments: Arguments = {"q": self.typed}
        for one in self.ticked:
            arguments.setdefault(ARGUMENTS[one.field], []).append(one.value)
        arguments |= {
            ARGUMENTS[Aspect.SIZE]: list(self.beside.sizes),
            TAB: self.beside.tab,
            SORT: BY_DATE if self.sort is Sort.DATE else "",
        }
        return {name: value for name, value in arguments.items() if value}

    def without(self, dropped: Collection[Filter]) -> State:
        """Take filters off, typed or ticked; what else was typed stays as it was."""
        state = replace(self, ticked=tuple(one for one in self.ticked if one not in dropped))
        kept = tuple(one for one in self.parsed.query.filters if one not in dropped)
        if len(kept) == len(self.parsed.query.filters):
            return state
        query = replace(self.parsed.query, filters=kept)
        return replace(state, typed=written_back(query, current_language()), parsed=replace(self.parsed, query=query))

    def without_size(self, size: str) -> State:
        """Take a size of cities off."""
        kept = tuple(one for one in self.beside.sizes if one != size)
        return replace(self, beside=replace(self.beside, sizes=kept))

    def under(self, tab: str) -> State:
        """Look at the same under another tab."""
        return replace(self, beside=replace(self.beside, tab=tab))

    def sorted_by(self, sort: Sort) -> State:
        """Look at the same in another order."""
        return replace(self, sort=sort)


def _ticked(given: MultiDict[str, str]) -> Iterable[Filter]:
    for one, argument in ARGUMENTS.items():
        for value in given.getlist(argument)[:MOST_TICKED]:
            if isinstance(one, Field) and value_of(one, value):
                yield Filter(one, value_of(one, value))
