"""Postings of one segment as numpy arrays, read block by block."""

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import Matcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import IndexReader

from app.search.index.reading import Docs, Weights
from app.search.whoosh_engine.schema import POSITION

Places = NDArray[np.int64]

PLACE_BITS = 24
"""An occurrence is one number: document << PLACE_BITS | position in the field."""


def _leaf(reader: IndexReader, fieldname: str, term: str) -> Matcher:
    """Give the matcher of a term over all documents of a segment, deleted ones included (the mask removes them).

    What is read is remembered for every generation that holds the segment, and a document deleted in one lives in
    another. Whoosh's filter has already stepped over the deleted ones, so we go back to the start.
    """
    matcher = reader.postings(fieldname, term)
    if not isinstance(matcher, FilterMatcher):
        return matcher
    matcher.child.reset()
    return matcher.child


def read_postings(reader: IndexReader, fieldname: str, term: str) -> tuple[Docs, Weights]:
    """Give the documents of a segment that hold a term, ascending, and how often each does."""
    if (fieldname, term) not in reader:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    matcher = _leaf(reader, fieldname, term)
    ids: list[int] = []
    weights: list[float] = []
    while matcher.is_active():
        if isinstance(matcher, W3LeafMatcher):
            _take_block(matcher, ids, weights)
        else:
            ids.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
    return np.array(ids, np.int64), np.array(weights, np.float32)


def _take_block(matcher: W3LeafMatcher, ids: list[int], weights: list[float]) -> None:
    """Take a whole block at once: five times as fast as asking Whoosh posting by posting (version pinned)."""
    matcher.id()
    matcher.weight()
    ids.extend(matcher._ids)  # noqa: SLF001 - see the docstring; the contract tests hold it
    weights.extend(matcher._weights)  # noqa: SLF001 - same
    matcher._next_block()  # noqa: SLF001 - same


def read_places(reader: IndexReader, fieldname: str, term: str) -> Places:
    """Give every occurrence of a term in a segment, ascending."""
    if (fieldname, term) not in reader:
        return np.empty(0, np.int64)
    matcher = _leaf(reader, fieldname, term)
    ids: list[int] = []
    values: list[bytes] = []
    while matcher.is_active():
        if isinstance(matcher, W3LeafMatcher):
            matcher.id()
            matcher.value()
            ids.extend(matcher._ids)  # noqa: SLF001 - as in _take_block
            values.extend(matcher._values)  # noqa: SLF001 - same
            matcher._next_block()  # noqa: SLF001 - same
        else:
            ids.append(matcher.id())
            values.append(matcher.value())
            matcher.next()
    times = [len(value) // POSITION.itemsize for value in values]
    docs = np.repeat(np.array(ids, np.int64), times)
    return (docs << PLACE_BITS) + np.frombuffer(b"".join(values), POSITION)
