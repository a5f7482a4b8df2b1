"""What the page of results is given."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.search.query import Filter, Query
from app.search.sources import Card


@dataclass(frozen=True)
class Place:
    """Where in a thing a hit stands: number, unit (page, slide…), label, address, and the words around it."""

    n: int
    unit: str
    label: str
    url: str
    snippet: Markup


@dataclass(frozen=True)
class Result:
    """One thing found: its card, its best places (of how many in all), or the words of its own text."""

    key: str
    card: Card
    snippet: Markup | None
    places: tuple[Place, ...]
    places_total: int

    @property
    def more(self) -> int:
        """How many other places hold the words."""
        return max(0, self.places_total - len(self.places))

    @property
    def url(self) -> str:
        """Address that opens the best hit, or the thing itself."""
        return self.places[0].url if self.places else self.card.url(None)


@dataclass(frozen=True)
class FacetValue:
    """A value to tick: what goes into the address, what is shown, how many things it would give, ticked or not."""

    value: str
    label: str
    count: int
    ticked: bool


@dataclass(frozen=True)
class Results:
    """A page of results.

    ``degraded``: the index is being repaired, only titles were looked at. ``unknown``: the filters that name nothing
    this person may know of.
    """

    query: Query
    results: tuple[Result, ...]
    total: int
    per_page: int
    kinds: tuple[FacetValue, ...] = ()
    spaces: tuple[FacetValue, ...] = ()
    degraded: bool = False
    unknown: tuple[Filter, ...] = ()

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.per_page))
