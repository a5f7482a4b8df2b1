"""What an engine reads for the ranking: its records, and for each clause the documents that answer it."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Bools
from app.search.index.records import Records
from app.search.terms import Clause, Terms

Docs = NDArray[np.int64]
Weights = NDArray[np.float32]

NO_DOCS: Docs = np.empty(0, np.int64)
NO_WEIGHTS: Weights = np.empty(0, np.float32)


class Reading(Protocol):
    """An index at one moment. Documents are named by their place in the records."""

    @property
    def records(self) -> Records:
        """The documents."""

    @property
    def overtaken(self) -> bool:
        """Whether something was written while it was read, so that what was replaced is found in it no more."""

    @property
    def segments(self) -> int:
        """Of how many parts the index is made."""

    def prepare(self, terms: Terms) -> None:
        """Read what a query will need, for engines that had better read it in one go."""

    def frequencies(self, fieldname: str, clause: Clause, among: Bools) -> tuple[Docs, Weights]:
        """Give the documents, ascending, of those `among`, that answer a clause in one field, and how often each does.

        All that answers the clause counts as if it were one term. What the other documents hold changes nothing.
        """

    def holding(self, fieldname: str, clause: Clause, among: Bools) -> Docs:
        """Give the documents that answer a clause in one field, as `frequencies` without the numbers."""


def pooled(parts: Iterable[tuple[Docs, Weights]]) -> tuple[Docs, Weights]:
    """Give several postings as if they were those of one term."""
    filled = [part for part in parts if len(part[0])]
    if not filled:
        return NO_DOCS, NO_WEIGHTS
    if len(filled) == 1:
        return filled[0]
    # Laid out over all documents up to the last: faster than sorting for common words, no slower for rare ones.
    size = max(int(docs[-1]) for docs, _ in filled) + 1
    held, total = np.zeros(size, np.bool_), np.zeros(size, np.float32)
    for docs, weights in filled:
        held[docs] = True
        total[docs] += weights
    found = np.flatnonzero(held)
    return found, total[found]
