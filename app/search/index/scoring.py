"""BM25 over whole arrays: each clause gives documents and weights, and the best passage speaks for its thing.

The figures of the ranking are those of every engine (`app.search.ranking`).
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Allowed, Bools, Numbers
from app.search.engine import OWN_TEXT, PASSAGES_SHOWN, ParentHit, PassageHit
from app.search.index.reading import Docs, Reading, Weights, pooled
from app.search.index.records import Records
from app.search.index.sight import Sight, held, sight_of
from app.search.index.words import SCORED
from app.search.ranking import BM25, COMPLETENESS, SAID_TWICE
from app.search.terms import Clause, Terms

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """What answers a query under the mask: things with their scores, and the documents they were found by.

    `first`: which of the things come before all others.
    """

    places: Numbers
    scores: Scores
    first: Bools
    docs: Docs
    doc_places: Numbers
    doc_scores: Scores


def find(reading: Reading, terms: Terms, allowed: Allowed) -> Found:
    """Find and score all things that may be seen and answer the terms; with nothing wanted, all that may be seen."""
    reading.prepare(terms)
    records = reading.records
    sight = sight_of(records, allowed)
    places = sight.places
    tally = Tally(reading, sight, len(allowed.catalogue))
    for clause in terms.wanted:
        tally.add(clause)
    leading = are_among(terms.first, allowed)
    matched = tally.matched | (records.own & leading[places]) if terms.wanted else records.own
    docs = np.flatnonzero(matched & sight.visible)
    docs = docs[_standing(terms, tally, len(allowed.catalogue))[places[docs]]]
    scores = tally.scores(docs)
    things, best = best_of_each(places[docs], scores, len(allowed.catalogue))
    return Found(things, best, leading[things], docs, places[docs], scores)


def best_of_each(places: Numbers, scores: Scores, things: int) -> tuple[Numbers, Scores]:
    """Give the things, of so many, that some documents belong to, ascending, and the best score of each."""
    having, best = np.zeros(things, np.bool_), np.zeros(things, np.float32)
    having[places] = True
    np.maximum.at(best, places, scores)
    found = np.flatnonzero(having)
    return found, best[found]


class Tally:
    """What the clauses of a question add up to, for every document (a passage, or a thing's own title and text).

    How rare words are and how long texts are is counted over the documents that the person sees: the others change
    nothing, not even an order.
    """

    def __init__(self, reading: Reading, sight: Sight, things: int) -> None:
        self._reading, self._sight = reading, sight
        size = reading.records.size
        self._in_own, self._covered_in_own = np.zeros(things, np.float32), np.zeros(things, np.float32)
        self._in_passage, self._covered = np.zeros(size, np.float32), np.zeros(size, np.float32)
        self._asked = 0.0
        self.matched = np.zeros(size, np.bool_)
        self._holding: dict[Clause, Bools] = {}

    def add(self, clause: Clause) -> None:
        """Count one clause: what it weighs in each thing's own words, then in each passage beside them."""
        docs, values = self._found(clause)
        places = self._sight.places[docs]
        own = np.zeros_like(self._in_own)
        own_docs = self._reading.records.own[docs]
        own[places[own_docs]] = values[own_docs]
        self._holding[clause] = held(places, len(self._in_own))
        worth = clause.weight * rarity(int(np.count_nonzero(self._holding[clause])), self._sight.things)
        self._asked += worth if clause.weight >= 1 else 0.0
        self._in_own += own
        self._covered_in_own[places[own_docs]] += worth
        passages, beside, said = docs[~own_docs], own[places[~own_docs]], values[~own_docs]
        # The same word in the title and in the passage tells less than twice what it tells once.
        self._in_passage[passages] += said - SAID_TWICE * np.minimum(beside, said)
        self._covered[passages] += np.where(beside > 0, 0.0, worth)
        self.matched[docs] = True

    def _found(self, clause: Clause) -> tuple[Docs, Scores]:
        """Give the documents of a clause that count, each with what it weighs there over all fields."""
        parts = []
        for fieldname in SCORED:
            docs, frequencies = self._reading.frequencies(fieldname, clause, self._sight.visible)
            lengths = self._reading.records.lengths[fieldname][docs]
            parts.append((docs, clause.weight * _bm25(fieldname, lengths, frequencies, self._sight.means[fieldname])))
        return pooled(parts)

    def holding(self, clause: Clause) -> Bools:
        """Tell for every place, and for none (-1, the last), whether its thing answers a clause, counted or not."""
        if clause not in self._holding:
            docs = np.concatenate([self._reading.holding(name, clause, self._sight.visible) for name in SCORED])
            self._holding[clause] = held(self._sight.places[docs], len(self._in_own))
        return self._holding[clause]

    def scores(self, docs: Docs) -> Scores:
        """Give what documents weigh with their things' own words: more when more of what was asked stands there."""
        places = self._sight.places[docs]
        total = self._in_own[places] + self._in_passage[docs]
        return np.asarray(total * self.shares(docs) ** COMPLETENESS, np.float32) if self._asked else total

    def shares(self, docs: Docs) -> Scores:
        """Give the part of what was asked, weighed by rarity, that documents hold with their things' own words."""
        held = self._covered_in_own[self._sight.places[docs]] + self._covered[docs]
        return np.asarray(np.minimum(1.0, held / self._asked), np.float32)


def are_among(keys: Collection[str], allowed: Allowed) -> Bools:
    """Tell for every place of the catalogue whether it is that of one of these keys; one more is for none (-1)."""
    return np.concatenate([allowed.catalogue.among(keys), np.zeros(1, np.bool_)])


def rarity(having: int, among: int) -> float:
    """Give how much it tells to hold a word that so many things of so many hold."""
    return float(np.log(1 + (among - having + 0.5) / (having + 0.5)))


def _standing(terms: Terms, tally: Tally, things: int) -> Bools:
    """Tell for every place, and for none (-1, the last), whether its thing meets what is required and excluded."""
    standing = np.ones(things + 1, np.bool_)
    for group in terms.required:
        standing &= np.logical_or.reduce([tally.holding(clause) for clause in group])
    for clause in terms.excluded:
        standing &= ~tally.holding(clause)
    return standing


def _bm25(
    fieldname: str, lengths: NDArray[np.uint32], frequencies: Weights, filled_and_mean: tuple[int, float]
) -> Scores:
    filled, mean = filled_and_mean
    k1, b = BM25[fieldname]
    idf = rarity(len(lengths), max(filled, len(lengths)))
    norm = k1 * (1 - b + b * lengths / mean)
    return np.asarray(idf * frequencies * (k1 + 1) / (frequencies + norm), np.float32)


def hit_of(records: Records, found: Found, number: int, allowed: Allowed) -> ParentHit:
    """Describe one thing found: its key and its best passages."""
    place = int(found.places[number])
    mine = np.flatnonzero(found.doc_places == place)
    mine = mine[records.numbers[found.docs[mine]] != OWN_TEXT]
    numbers = records.numbers[found.docs[mine]]
    best = mine[np.lexsort((numbers, -found.doc_scores[mine]))][:PASSAGES_SHOWN]
    hits = tuple(PassageHit(int(records.numbers[found.docs[at]]), float(found.doc_scores[at])) for at in best)
    return ParentHit(allowed.catalogue.key(place), float(found.scores[number]), hits, len(mine))
