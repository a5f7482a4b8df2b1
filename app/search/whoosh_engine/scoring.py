"""BM25 over whole arrays: each clause gives documents and weights, and the best passage speaks for its thing."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Allowed, Bools, Numbers
from app.search.engine import OWN_TEXT, PASSAGES_SHOWN, ParentHit, PassageHit
from app.search.terms import Clause, Terms
from app.search.whoosh_engine.postings import Docs, Weights
from app.search.whoosh_engine.schema import SCORED
from app.search.whoosh_engine.snapshot import Snapshot

K1, B = 1.2, 0.7
"""Parameters of BM25 (Robertson and Zaragoza, 2009); B from 0.5 to 0.7 ranks alike on three French sets."""

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
    scores = np.zeros(snapshot.size, np.float32)
    matched = np.zeros(snapshot.size, np.bool_) if terms.wanted else visible & (snapshot.numbers == OWN_TEXT)
    for clause in terms.wanted:
        for fieldname, weight in SCORED.items():
            docs, frequencies = _postings(snapshot, fieldname, clause)
            scores[docs] += weight * clause.weight * _bm25(snapshot, fieldname, docs, frequencies)
            matched[docs] = True
    docs = np.flatnonzero(matched & visible & _standing(snapshot, terms, places, visible))
    return _by_thing(snapshot, places, scores, docs)


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
    idf = np.log(1 + (max(filled - len(docs), 0) + 0.5) / (len(docs) + 0.5))
    norm = K1 * (1 - B + B * snapshot.lengths[fieldname][docs] / mean)
    return np.asarray(idf * frequencies * (K1 + 1) / (frequencies + norm), np.float32)


def _by_thing(snapshot: Snapshot, places: Numbers, scores: Scores, docs: Docs) -> Found:
    """Group documents under their things: a thing's score is its own and that of its best passage."""
    doc_places, doc_scores = places[docs], scores[docs]
    things, where = np.unique(doc_places, return_inverse=True)
    own = snapshot.numbers[docs] == OWN_TEXT
    best = np.zeros(len(things), np.float32)
    np.maximum.at(best, where[~own], doc_scores[~own])
    np.add.at(best, where[own], doc_scores[own])
    return Found(things, best, docs, doc_places, doc_scores)


def hit_of(snapshot: Snapshot, found: Found, number: int, allowed: Allowed) -> ParentHit:
    """Describe one thing found: its key and its best passages."""
    place = int(found.places[number])
    mine = np.flatnonzero(found.doc_places == place)
    mine = mine[snapshot.numbers[found.docs[mine]] != OWN_TEXT]
    numbers = snapshot.numbers[found.docs[mine]]
    best = mine[np.lexsort((numbers, -found.doc_scores[mine]))][:PASSAGES_SHOWN]
    hits = tuple(PassageHit(int(snapshot.numbers[found.docs[at]]), float(found.doc_scores[at])) for at in best)
    return ParentHit(allowed.catalogue.key(place), float(found.scores[number]), hits, len(mine))
