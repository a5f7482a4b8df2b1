"""BM25 over whole arrays: each clause gives documents and weights, and the best passage speaks for its thing.

The figures of the ranking are those of every engine (`app.search.ranking`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Allowed, Bools, Numbers
from app.search.engine import OWN_TEXT, PASSAGES_SHOWN, ParentHit, PassageHit
from app.search.ranking import BM25, COMPLETENESS, SAID_TWICE
from app.search.terms import Clause, Terms
from app.search.whoosh_engine.postings import Docs, Weights
from app.search.whoosh_engine.schema import SCORED
from app.search.whoosh_engine.snapshot import Snapshot

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """What answers a query under the mask: things with their scores, and the documents they were found by."""

    places: Numbers
    scores: Scores
    docs: Docs
    doc_places: Numbers
    doc_scores: Scores


def find(snapshot: Snapshot, terms: Terms, allowed: Allowed) -> Found:
    """Find and score all things that may be seen and answer the terms; with nothing wanted, all that may be seen."""
    places = snapshot.places(allowed.catalogue)
    visible = _visible(snapshot, places, allowed)
    tally = Tally(snapshot, places, len(allowed.catalogue))
    for clause in terms.wanted:
        tally.add(clause)
    matched = tally.matched if terms.wanted else visible & (snapshot.numbers == OWN_TEXT)
    docs = np.flatnonzero(matched & visible & _standing(snapshot, terms, places, visible))
    scores = tally.scores(docs)
    things, where = np.unique(places[docs], return_inverse=True)
    best = np.zeros(len(things), np.float32)
    np.maximum.at(best, where, scores)
    return Found(things, best, docs, places[docs], scores)


class Tally:
    """What the clauses of a question add up to, for every document (a passage, or a thing's own title and text)."""

    def __init__(self, snapshot: Snapshot, places: Numbers, things: int) -> None:
        self._snapshot, self._places = snapshot, places
        self._is_own = snapshot.numbers == OWN_TEXT
        self._in_own, self._covered_in_own = np.zeros(things, np.float32), np.zeros(things, np.float32)
        self._in_passage, self._covered = np.zeros(snapshot.size, np.float32), np.zeros(snapshot.size, np.float32)
        self._asked = 0.0
        self.matched = np.zeros(snapshot.size, np.bool_)

    def add(self, clause: Clause) -> None:
        """Count one clause: what it weighs in each thing's own words, then in each passage beside them."""
        docs, values = self._found(clause)
        places = self._places[docs]
        own = np.zeros_like(self._in_own)
        own_docs = self._is_own[docs]
        own[places[own_docs]] = values[own_docs]
        rarity = clause.weight * self._rarity(places)
        self._asked += rarity if clause.weight >= 1 else 0.0
        self._in_own += own
        self._covered_in_own[places[own_docs]] += rarity
        passages, beside, said = docs[~own_docs], own[places[~own_docs]], values[~own_docs]
        # The same word in the title and in the passage tells less than twice what it tells once.
        self._in_passage[passages] += said - SAID_TWICE * np.minimum(beside, said)
        self._covered[passages] += np.where(beside > 0, 0.0, rarity)
        self.matched[docs] = True

    def _found(self, clause: Clause) -> tuple[Docs, Scores]:
        """Give the documents of a clause that count, each with what it weighs there over all fields."""
        parts = []
        for fieldname in SCORED:
            docs, frequencies = _postings(self._snapshot, fieldname, clause)
            parts.append((docs, clause.weight * _bm25(self._snapshot, fieldname, docs, frequencies)))
        docs, values = _pooled([part for part in parts if len(part[0])])
        counting = self._places[docs] >= 0
        return docs[counting], values[counting]

    def _rarity(self, places: Numbers) -> float:
        having = np.zeros(len(self._in_own), np.bool_)
        having[places] = True
        number = np.count_nonzero(having)
        return float(np.log(1 + (len(having) - number + 0.5) / (number + 0.5)))

    def scores(self, docs: Docs) -> Scores:
        """Give what documents weigh with their things' own words: more when more of what was asked stands there."""
        places = self._places[docs]
        total = self._in_own[places] + self._in_passage[docs]
        if not self._asked:
            return total
        share = np.minimum(1.0, (self._covered_in_own[places] + self._covered[docs]) / self._asked)
        return np.asarray(total * share**COMPLETENESS, np.float32)


def _visible(snapshot: Snapshot, places: Numbers, allowed: Allowed) -> Bools:
    if not len(allowed.mask):
        return np.zeros(snapshot.size, np.bool_)
    return np.asarray(snapshot.live & (places >= 0) & allowed.mask[places], dtype=np.bool_)


def _standing(snapshot: Snapshot, terms: Terms, places: Numbers, visible: Bools) -> Bools:
    """Tell which documents belong to things that meet every required clause and no excluded one."""
    standing = np.ones(int(places.max(initial=-1)) + 2, np.bool_)
    for group in terms.required:
        having = np.zeros_like(standing)
        for clause in group:
            having[_places_with(snapshot, clause, places, visible)] = True
        standing &= having
    for clause in terms.excluded:
        standing[_places_with(snapshot, clause, places, visible)] = False
    return np.asarray(standing[places], dtype=np.bool_)


def _places_with(snapshot: Snapshot, clause: Clause, places: Numbers, visible: Bools) -> Numbers:
    docs = np.concatenate([_postings(snapshot, fieldname, clause)[0] for fieldname in SCORED])
    found: Numbers = places[docs[visible[docs]]]
    return found


def _postings(snapshot: Snapshot, fieldname: str, clause: Clause) -> tuple[Docs, Weights]:
    """Pool everything that answers a clause in one field, as if it were one term."""
    parts = [
        snapshot.postings(fieldname, one[0]) if len(one) == 1 else snapshot.occurrences(fieldname, one)
        for one in _sequences(snapshot, fieldname, clause)
    ]
    parts = [part for part in parts if len(part[0])]
    if len(parts) == 1:
        return parts[0]
    return _pooled(parts)


def _sequences(snapshot: Snapshot, fieldname: str, clause: Clause) -> Iterable[tuple[str, ...]]:
    if not clause.prefix:
        return clause.sequences
    expanded = ((term,) for term in snapshot.expand(fieldname, clause.prefix))
    return dict.fromkeys((*clause.sequences, *expanded))


def _pooled(parts: list[tuple[Docs, Weights]]) -> tuple[Docs, Weights]:
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    docs, where = np.unique(np.concatenate([docs for docs, _ in parts]), return_inverse=True)
    weights = np.bincount(where, np.concatenate([weights for _, weights in parts]), len(docs))
    return docs, weights.astype(np.float32)


def _bm25(snapshot: Snapshot, fieldname: str, docs: Docs, frequencies: Weights) -> Scores:
    filled, mean = snapshot.mean(fieldname)
    k1, b = BM25[fieldname]
    idf = np.log(1 + (max(filled - len(docs), 0) + 0.5) / (len(docs) + 0.5))
    norm = k1 * (1 - b + b * snapshot.lengths[fieldname][docs] / mean)
    return np.asarray(idf * frequencies * (k1 + 1) / (frequencies + norm), np.float32)


def hit_of(snapshot: Snapshot, found: Found, number: int, allowed: Allowed) -> ParentHit:
    """Describe one thing found: its key and its best passages."""
    place = int(found.places[number])
    mine = np.flatnonzero(found.doc_places == place)
    mine = mine[snapshot.numbers[found.docs[mine]] != OWN_TEXT]
    numbers = snapshot.numbers[found.docs[mine]]
    best = mine[np.lexsort((numbers, -found.doc_scores[mine]))][:PASSAGES_SHOWN]
    hits = tuple(PassageHit(int(snapshot.numbers[found.docs[at]]), float(found.doc_scores[at])) for at in best)
    return ParentHit(allowed.catalogue.key(place), float(found.scores[number]), hits, len(mine))
