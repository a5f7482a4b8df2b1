"""What the page of results is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from app.search.catalogue import Aspect
from app.search.engine import Passage
from app.search.query import Field, Filter, Query
from app.search.sources import Card
from app.search.terms import Clause


@dataclass(frozen=True)
class Place:
    """Where in a thing a hit stands: number, unit (page, slide…), label, address, the words around it.

    `pages`: of how many it is one; 0 where they are not counted.
    """

    n: int
    unit: str
    label: str
    url: str
    snippet: Markup
    pages: int = 0


@dataclass(frozen=True)
class Result:
    """One thing found: its card, its best places (of how many in all), or the words of its own text.

    ``score`` is what the words alone give.
    """

    key: str
    card: Card
    snippet: Markup | None
    places: tuple[Place, ...]
    places_total: int
    score: float = 0.0
    #: The passage that is read first: that of the best place, or the thing's own text.
    read: Passage | None = None

    @property
    def more(self) -> int:
        """How many other places hold the words."""
        return max(0, self.places_total - len(self.places))

    @property
    def url(self) -> str:
        """Address that opens the best hit, or the thing itself."""
        return self.places[0].url if self.places else self.card.url(None)


@dataclass(frozen=True)
class Peek:
    """What is read of a result without opening it: its best place (or its own text), hits marked, and of how many."""

    text: Markup
    place: Place | None = None
    places_total: int = 0


@dataclass(frozen=True)
class FacetValue:
    """A value to tick: what goes into the address, what is shown, how many things it would give, ticked or not."""

    value: str
    label: str
    count: int
    ticked: bool


@dataclass(frozen=True)
class Facet:
    """The values of one field to tick, in the order they are shown."""

    field: Field | Aspect
    values: tuple[FacetValue, ...] = ()


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
    facets: tuple[Facet, ...] = ()
    tabs: tuple[FacetValue, ...] = ()
    degraded: bool = False
    unknown: tuple[Filter, ...] = ()
    #: What is marked in texts.
    marked: tuple[Clause, ...] = field(default=(), compare=False)

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def kinds(self) -> tuple[FacetValue, ...]:
        """Kinds to tick."""
        return self.values(Field.KIND)

    @property
    def spaces(self) -> tuple[FacetValue, ...]:
        """Spaces to tick."""
        return self.values(Field.SPACE)

    def values(self, one: Field | Aspect) -> tuple[FacetValue, ...]:
        """Return the values of a field to tick."""
        return next((facet.values for facet in self.facets if facet.field is one), ())
