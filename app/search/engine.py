"""The seam: what a search engine takes and gives, whichever it is."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import PART_SIZE, Allowed, Bools, Facets, Numbers
from app.search.query import Sort
from app.search.signals import boosted
from app.search.terms import Clause, Terms

OWN_TEXT = 0
"""Number of the passage that holds the thing's own text (description, opening post); pages are numbered from 1."""

PART = PART_SIZE
"""Passages of one part of a thing (a file) are numbered within a million of their own: part 2 from 2,000,001."""

PASSAGES_SHOWN = 3
"""How many passages of one thing are given with a result."""


class IndexUnavailableError(Exception):
    """The index is missing, broken, of another version or of another analyser: it must be rebuilt."""


class IndexBusyError(Exception):
    """Another process writes into the index; the work must be tried again later."""


@dataclass(frozen=True)
class Passage:
    """A stretch of a thing's text: a page, a slide, a sheet, about 400 words, or its own text (n = 0).

    `n` is unique within the thing; a thing with several files numbers their pages apart (see PART). A part that its
    catalogue row does not name counts no more, though the index still holds it.
    """

    n: int
    unit: str
    label: str
    text: str


@dataclass(frozen=True)
class ParentDocument:
    """One thing to index: `key` is "type:id"; title and tags are found on the thing itself, texts on its passages."""

    key: str
    title: str
    tags: tuple[str, ...] = ()
    lang: str | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class PassageHit:
    """A passage that answers a query, by its number."""

    n: int
    score: float


@dataclass(frozen=True)
class ParentHit:
    """A thing that answers a query: its best passages, and how many of its passages do in all."""

    key: str
    score: float
    passages: tuple[PassageHit, ...] = ()
    passages_total: int = 0


@dataclass(frozen=True)
class Matches:
    """One page of results, with the number of all of them and their counts."""

    total: int = 0
    hits: tuple[ParentHit, ...] = ()
    facets: Facets = field(default_factory=Facets)


@dataclass(frozen=True)
class Health:
    """State of the index: usable or not, why not, how many things and passages it holds, in how many files' groups."""

    usable: bool
    reason: str = ""
    parents: int = 0
    passages: int = 0
    segments: int = 0


class SearchWriter(Protocol):
    """What changes an index."""

    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things, or replace them whole. Raises IndexBusyError, IndexUnavailableError."""

    def delete(self, keys: Iterable[str]) -> None:
        """Take things out; unknown keys are passed over. Raises IndexBusyError, IndexUnavailableError."""


class FreshIndex(SearchWriter, Protocol):
    """An index beside the live one, which nobody reads yet."""

    def add(self, documents: Iterable[ParentDocument]) -> None:
        """Add things that are not there yet: `index`, where there is nothing to replace."""


class SearchEngine(SearchWriter, Protocol):
    """An index that can be searched. Every method but `health` raises IndexUnavailableError when it cannot be read."""

    def search(
        self, terms: Terms, allowed: Allowed, limit: int = 10, offset: int = 0, sort: Sort = Sort.RELEVANCE
    ) -> Matches:
        """Find what is allowed and answers the terms; things are counted, sorted and paged, not passages.

        Terms that want nothing list everything that is allowed.
        """

    def alike(
        self,
        words: Sequence[Clause],
        allowed: Allowed,
        limit: int = 5,
        aside: Collection[str] = (),
        *,
        named: bool = False,
    ) -> list[str]:
        """Give the keys of the allowed things that hold most of some words, the likest first; none of those `aside`.

        Rare words weigh most; only what is allowed counts for that, so that nothing else changes the answer. `named`:
        only things in whose title or tags one of the words stands.
        """

    def standing(self, clauses: Sequence[Clause]) -> list[bool]:
        """Tell of each clause whether anything at all in the index answers it, whoever may read that."""

    @property
    def made_with(self) -> str:
        """Tell what an index of this engine is made with: its own version, the schema's, the analyser's."""

    def begin(self) -> str:
        """Make an empty index beside the live one, and give its name."""

    def beside(self, name: str) -> FreshIndex:
        """Give what writes into an index begun and not in use yet. Raises IndexUnavailableError when it is gone."""

    def use(self, name: str) -> None:
        """Put an index begun in the place of the live one, at once and for every process; done twice, no harm."""

    def drop(self, name: str) -> None:
        """Remove an index that is not in use, or what is left of it."""

    def in_use(self) -> str:
        """Give the name of the live index, nothing when there is none; never raises."""

    def stored_bytes(self, name: str) -> int:
        """Give the bytes an index takes. Raises OSError or IndexUnavailableError when it is gone."""

    def fresh(self) -> AbstractContextManager[FreshIndex]:
        """Begin a new index; it takes the place of the live one when the block ends without error, or is dropped."""

    def rebuild(self, documents: Iterable[ParentDocument]) -> None:
        """Replace the whole index while the old one goes on answering."""

    def forget(self) -> None:
        """Open the index anew at the next question: what was kept of it may hide that its files are broken."""

    def health(self) -> Health:
        """Look at the index; never raises."""

    def count(self) -> int:
        """Give the number of things indexed."""


def arrange(
    sort: Sort,
    allowed: Allowed,
    places: Numbers,
    scores: NDArray[np.float32],
    limit: int,
    offset: int,
    first: Bools | None = None,
) -> tuple[int, Numbers, Facets]:
    """Count, filter, sort and page what an engine found under the mask; by their worth, those in `first` come first.

    `places` are the things found (places in the catalogue, all of them readable), `scores` those of the words; what
    else weighs, gently, is added here for every engine (`app.search.signals`).
    Gives the total, the numbers of the wanted page within `places`, and the facets.
    """
    facets = allowed.facets(places)
    kept = np.flatnonzero(allowed.passing()[places])
    newest = -allowed.catalogue.dates[places[kept]]
    best = -boosted(allowed.catalogue, places[kept], scores[kept])
    by = (places[kept], best, newest) if sort is Sort.DATE else (places[kept], newest, best)
    if first is not None and sort is Sort.RELEVANCE:
        by = (*by, ~first[kept])
    return len(kept), kept[np.lexsort(by)][offset : offset + limit], facets
