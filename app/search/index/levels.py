"""How often a word stands in a document, for indexes that only tell whether it does.

For each level a document reaches (twice, three times …) the term is indexed once more, under the level. What an engine
answers is then always a set of documents, and their numbers come back from the sets: BM25 hardly tells six from eight.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass
from typing import Self, cast

import numpy as np

from app.search.catalogue import Bools
from app.search.index.memory import memory
from app.search.index.reading import NO_DOCS, NO_WEIGHTS, Docs, Weights
from app.search.index.records import Records
from app.search.index.words import SCORED
from app.search.terms import Clause, Sequence, Terms

LEVELS = {2: 2.0, 3: 3.4, 5: 6.2, 9: 12.0}
"""From how many times on, and how many times that stands for. Once is no level: it is the term itself."""

COUNTED = "body"
"""The field whose words are counted; in a title or in tags a word stands once."""


def levels_of(times: int) -> Iterator[int]:
    """Give the levels that a word reaches which stands so many times."""
    return (level for level in LEVELS if times >= level)


@dataclass(frozen=True)
class Ask:
    """A set of documents to be read: those that answer a clause in a field, so often at least."""

    fieldname: str
    sequences: tuple[Sequence, ...]
    prefix: str = ""
    level: int = 1

    @classmethod
    def of(cls, fieldname: str, clause: Clause) -> Self:
        """Give the set of all that answers a clause, whatever it weighs."""
        return cls(fieldname, clause.sequences, clause.prefix)


def asks_of(fieldname: str, clause: Clause) -> list[Ask]:
    """Give the sets that tell how often a clause is answered in a field."""
    once, single = Ask.of(fieldname, clause), tuple(one for one in clause.sequences if len(one) == 1)
    levels = LEVELS if fieldname == COUNTED and single else ()
    return [once, *(Ask(fieldname, single, level=level) for level in levels)]


class LevelReading:
    """A reading over sets of documents. Documents are only ever added behind the last: a set read before is completed.

    `name` is unique to the index. A younger reading's set is of no use: it lacks what was replaced in between.
    """

    overtaken = False

    def __init__(self, name: str, records: Records) -> None:
        self.name = name
        self.records = records

    @abstractmethod
    def read(self, asks: Several[Ask], after: int) -> list[Docs]:
        """Read sets of documents, ascending, from the place `after` on."""

    def prepare(self, terms: Terms) -> None:
        """Read all that a query will need in one go."""
        clauses = dict.fromkeys(terms.wanted)
        asks = [ask for clause in clauses for name in SCORED for ask in asks_of(name, clause)]
        asks += [
            Ask.of(name, clause) for group in (*terms.required, terms.excluded) for clause in group for name in SCORED
        ]
        self._sets(list(dict.fromkeys(asks)))

    def frequencies(self, fieldname: str, clause: Clause, among: Bools) -> tuple[Docs, Weights]:
        """Give the documents, of those `among`, that answer a clause, and about how often."""
        docs, *levels = self._sets(asks_of(fieldname, clause))
        found = docs[among[docs]]
        if not len(found):
            return NO_DOCS, NO_WEIGHTS
        if not any(map(len, levels)):
            return found, np.ones(len(found), np.float32)
        # Laid out over all documents up to the last: looking each up among the others takes twenty times as long.
        times = np.ones(int(docs[-1]) + 1, np.float32)
        for level, reached in zip(LEVELS.values(), levels, strict=False):
            times[reached] = level
        return found, times[found]

    def holding(self, fieldname: str, clause: Clause, among: Bools) -> Docs:
        """Give the documents, of those `among`, that answer a clause in one field."""
        docs = self._sets([Ask.of(fieldname, clause)])[0]
        return docs[among[docs]]

    def _sets(self, asks: Several[Ask]) -> list[Docs]:
        size = self.records.size
        known = {ask: self._known(ask) for ask in asks}
        for after, missing in _by_extent(known, size):
            for ask, docs in zip(missing, self.read(missing, after), strict=True):
                known[ask] = (np.concatenate([known[ask][0], docs]), np.array([size]))
                if not self.overtaken:
                    memory.keep((self.name, ask), known[ask])
        return [known[ask][0] for ask in asks]

    def _known(self, ask: Ask) -> _Known:
        kept = cast("_Known | None", memory.known((self.name, ask)))
        return kept if kept is not None and kept[1][0] <= self.records.size else _NOTHING


_Known = tuple[Docs, Docs]
"""A set as far as it was read, and the place to which it was."""
_NOTHING: _Known = (NO_DOCS, np.zeros(1, np.int64))


def _by_extent(known: Mapping[Ask, _Known], size: int) -> list[tuple[int, list[Ask]]]:
    """Give the sets that are not read to the end, by the place to which they are."""
    found: dict[int, list[Ask]] = {}
    for ask, (_, extent) in known.items():
        if extent[0] < size:
            found.setdefault(int(extent[0]), []).append(ask)
    return list(found.items())
