"""The index between two commits, shared by the threads of a process: its segments, their records and postings."""

# Annotations stay words: those of the small functions below would else be worked out for every posting read.
from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import cast
from weakref import finalize

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import IndexReader

from app.search.catalogue import Bools
from app.search.index.extents import Extents
from app.search.index.generations import Generations
from app.search.index.memory import memory
from app.search.index.reading import NO_DOCS, NO_WEIGHTS, Docs, Weights, pooled
from app.search.index.records import Records
from app.search.index.words import RECORD
from app.search.query import MAX_EXPANSIONS
from app.search.terms import Clause, Terms
from app.search.whoosh_engine.postings import PLACE_BITS, Places, read_places, read_postings
from app.search.whoosh_engine.schema import schema


@dataclass(frozen=True)
class Segment:
    """One immutable part of the index; its documents are numbered from `base` in the whole, `name` is unique.

    A Whoosh reader gives wrong answers when two threads use it at once: `lock` is held round every use.
    """

    reader: IndexReader
    name: str
    base: int
    lock: Lock = field(default_factory=Lock)


class Snapshot:
    """One generation of one index folder; its files are closed when the last thread has done with it."""

    overtaken = False

    def __init__(self, folder: Path, index: FileIndex) -> None:
        self.folder = folder
        self.index = index
        reader = index.reader()
        finalize(self, reader.close)
        self.process = os.getpid()
        self.generation = reader.generation()
        self.parts = [
            _segment(folder, leaf, base) for leaf, base in reader.leaf_readers() if leaf.segment() is not None
        ]
        records = [_records(segment) for segment in self.parts]
        whole = np.concatenate(records) if records else np.empty(0, RECORD)
        self.records = Records(whole, _live(self.parts, len(whole)))
        self.extents = Extents(folder)

    def is_latest(self, folder: Path) -> bool:
        """Whether nothing was committed or swapped since this process opened the snapshot."""
        mine = self.process == os.getpid() and folder == self.folder
        return mine and bool(self.index.latest_generation() == self.generation)

    @property
    def segments(self) -> int:
        """Of how many segments the index is made."""
        return len(self.parts)

    def prepare(self, terms: Terms) -> None:
        """Read nothing beforehand: each term is read from files of its own."""

    def frequencies(self, fieldname: str, clause: Clause, among: Bools) -> tuple[Docs, Weights]:
        """Pool all that answers a clause in one field, as if it were one term, in the documents `among`.

        Of the terms that begin with a prefix, the first 300 that these documents hold.
        """
        written = (self._occurrences(fieldname, one) for one in clause.sequences)
        begun = (self.postings(fieldname, term) for term in self._beginning(fieldname, clause))
        held = filter(lambda part: len(part[0]), (_within(part, among) for part in begun))
        return pooled([*(_within(part, among) for part in written), *islice(held, MAX_EXPANSIONS)])

    def holding(self, fieldname: str, clause: Clause, among: Bools) -> Docs:
        """Give the documents `among` that answer a clause in one field."""
        return self.frequencies(fieldname, clause, among)[0]

    def _beginning(self, fieldname: str, clause: Clause) -> list[str]:
        """Give the terms that begin with the prefix of a clause, if it has one, beside those it names itself."""
        if not clause.prefix:
            return []
        return [term for term in self.terms(fieldname, clause.prefix) if (term,) not in clause.sequences]

    def _occurrences(self, fieldname: str, sequence: tuple[str, ...]) -> tuple[Docs, Weights]:
        return self.postings(fieldname, sequence[0]) if len(sequence) == 1 else self.occurrences(fieldname, sequence)

    def postings(self, fieldname: str, term: str) -> tuple[Docs, Weights]:
        """Give the documents that hold a term and how often each does."""
        parts = [_segment_postings(segment, fieldname, term) for segment in self.parts]
        if not parts:
            return NO_DOCS, NO_WEIGHTS
        docs = np.concatenate([docs + segment.base for segment, (docs, _) in zip(self.parts, parts, strict=True)])
        return docs, np.concatenate([weights for _, weights in parts])

    def occurrences(self, fieldname: str, sequence: tuple[str, ...]) -> tuple[Docs, Weights]:
        """Give the documents that hold terms one after the other, and how often each does."""
        starts = [_segment_phrase(segment, fieldname, sequence) for segment in self.parts]
        docs = [(found >> PLACE_BITS) + segment.base for segment, found in zip(self.parts, starts, strict=True)]
        if not docs:
            return NO_DOCS, NO_WEIGHTS
        found, times = np.unique(np.concatenate(docs), return_counts=True)
        return found, times.astype(np.float32)

    def terms(self, fieldname: str, prefix: str) -> list[str]:
        """Give the terms that begin with a prefix, in their order."""
        terms: set[bytes] = set()
        for segment in self.parts:
            with segment.lock:
                terms.update(segment.reader.expand_prefix(fieldname, prefix))
        return sorted(term.decode() for term in terms)


def _within(part: tuple[Docs, Weights], among: Bools) -> tuple[Docs, Weights]:
    docs, weights = part
    wanted = among[docs]
    return docs[wanted], weights[wanted]


def _segment(folder: Path, reader: IndexReader, base: int) -> Segment:
    return Segment(reader, f"{folder}/{reader.segment().segment_id()}", base)


def _records(segment: Segment) -> NDArray[np.void]:
    def read() -> tuple[NDArray[np.generic], ...]:
        column = segment.reader.column_reader("record")
        records = np.frombuffer(b"".join(column), dtype=RECORD)
        if (records["key"] == b"").any():
            # Where the file is gone (a folder dropped while it was opened), Whoosh gives empty records without a word.
            raise FileNotFoundError(f"the records of {segment.name} cannot be read")
        return (records,)

    return cast("NDArray[np.void]", memory.get((segment.name, "record"), read)[0])


def _live(segments: list[Segment], size: int) -> Bools:
    live = np.ones(size, np.bool_)
    for segment in segments:
        deleted = list(segment.reader.segment().deleted_docs())
        live[np.array(deleted, np.int64) + segment.base] = False
    return live


def _segment_postings(segment: Segment, fieldname: str, term: str) -> tuple[Docs, Weights]:
    def read() -> tuple[NDArray[np.generic], ...]:
        with segment.lock:
            return read_postings(segment.reader, fieldname, term)

    return cast("tuple[Docs, Weights]", memory.get((segment.name, fieldname, term), read))


def _segment_phrase(segment: Segment, fieldname: str, sequence: tuple[str, ...]) -> Places:
    """Give where the first word of a phrase stands, for each time the whole phrase does."""
    found: Places | None = None
    for step, term in enumerate(sequence):
        starts = _segment_places(segment, fieldname, term) - step
        found = starts if found is None else np.intersect1d(found, starts, assume_unique=True)
        if not len(found):
            break
    return np.empty(0, np.int64) if found is None else found


def _segment_places(segment: Segment, fieldname: str, term: str) -> Places:
    def read() -> tuple[NDArray[np.generic], ...]:
        with segment.lock:
            return (read_places(segment.reader, fieldname, term),)

    return cast("Places", memory.get((segment.name, fieldname, term, "places"), read)[0])


class Snapshots:
    """Keeps the snapshot of the last commit for all threads of this process."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._lock = Lock()
        self._kept: Snapshot | None = None

    def latest(self) -> Snapshot:
        """Give the snapshot, opened again when something was committed or swapped (or the process was forked)."""
        kept = self._kept
        if kept is not None and kept.is_latest(self._generations.current()):
            kept.extents.check()
            return kept
        with self._lock:
            # Asked again: while this thread waited its turn, the folder it knew may have been swapped and dropped.
            folder, kept = self._generations.current(), self._kept
            if kept is None or not kept.is_latest(folder):
                kept = self._kept = Snapshot(folder, open_index(folder))
            return kept

    def forget(self) -> None:
        """Open the index anew at the next question."""
        self._kept = None


def open_index(folder: Path) -> FileIndex:
    """Open a Whoosh index with our schema, never with one read from its files."""
    return FileIndex(FileStorage(str(folder)), schema=schema())
