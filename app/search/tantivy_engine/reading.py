"""The index between two commits: its records, and sets of documents brought over by the block."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from tantivy import Index, Query, Searcher

from app.search.index.extents import Extents
from app.search.index.generations import Generations
from app.search.index.levels import Ask, LevelReading
from app.search.index.reading import NO_DOCS, Docs
from app.search.index.records import Records
from app.search.tantivy_engine import schema
from app.search.tantivy_engine.panics import without_panic
from app.search.tantivy_engine.records import read_records

MOST_BLOCKS = 65_000
LOCKS = ".lock"
REFUSED_LOCK = "Failed to acquire Lockfile: IoError"
_SETS = {
    "blocks": {
        "terms": {"field": schema.BLOCK, "size": MOST_BLOCKS},
        "aggs": {name: {"sum": {"field": name}} for name in schema.SUMS},
    },
}


def numbers_of(searcher: Searcher, query: Query) -> Docs:
    """Give the numbers of all documents that answer, ascending.

    Hit by hit a common word takes many milliseconds to cross into Python. So each document carries a power of two, and
    the sums of 208 neighbours come over as four numbers.
    """
    with without_panic():
        blocks = searcher.aggregate(query, _SETS)["blocks"]["buckets"]
    if not blocks:
        return NO_DOCS
    blocks.sort(key=_key)
    sums = np.array([[block[name]["value"] or 0 for name in schema.SUMS] for block in blocks], np.float64)
    bits = sums.astype(np.int64)[:, :, None] >> np.arange(schema.BITS) & 1
    bases = np.fromiter(map(_key, blocks), np.int64, len(blocks)) * schema.PER_BLOCK
    which, within = np.nonzero(bits.reshape(len(blocks), schema.PER_BLOCK))
    numbers: Docs = bases[which] + within
    return numbers


def _key(block: Any) -> int:
    return int(block["key"])


class TantivyReading(LevelReading):
    """One commit of one index folder."""

    def __init__(self, folder: Path, searcher: Searcher) -> None:
        live = numbers_of(searcher, Query.all_query())
        size = int(live[-1]) + 1 if len(live) else 0
        if len(live) != searcher.num_docs:
            raise ValueError(f"{len(live)} numbers for {searcher.num_docs} documents")
        lives = np.zeros(size, np.bool_)
        lives[live] = True
        super().__init__(str(folder), Records(read_records(folder, size), lives))
        self._searcher = searcher
        self.extents = Extents(folder)

    @property
    def segments(self) -> int:
        """Of how many segments the index is made."""
        return self._searcher.num_segments

    def read(self, asks: Sequence[Ask], after: int) -> list[Docs]:
        """Read sets of documents from a number on."""
        return [self._numbers(schema.query_of(ask), after) for ask in asks]

    def _numbers(self, query: Query, after: int) -> Docs:
        return numbers_of(self._searcher, schema.all_of([query, schema.from_number(after)]) if after else query)


class Readings:
    """Keeps the reading of the last commit for all threads of this process."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._lock = Lock()
        self._index: tuple[Path, int, Index] | None = None
        self._kept: tuple[tuple[object, ...], TantivyReading] | None = None

    def latest(self) -> TantivyReading:
        """Give the reading, made again when something was committed or swapped (or the process was forked)."""
        stamp, kept = _stamp(self._generations.current()), self._kept
        if kept is not None and kept[0] == stamp:
            kept[1].extents.check()
            return kept[1]
        with self._lock:
            folder = self._generations.current()
            stamp, kept = _stamp(folder), self._kept
            if kept is None or kept[0] != stamp:
                kept = self._kept = (stamp, self._opened(folder))
            return kept[1]

    def forget(self) -> None:
        """Open the index anew at the next question."""
        self._kept = self._index = None

    def _opened(self, folder: Path) -> TantivyReading:
        with without_panic():
            try:
                return TantivyReading(folder, self._searcher_of(folder))
            except ValueError as error:
                if REFUSED_LOCK not in str(error):
                    raise
                return TantivyReading(folder, _searcher_beside(folder))

    def _searcher_of(self, folder: Path) -> Searcher:
        if self._index is None or self._index[:2] != (folder, os.getpid()):
            self._index = (folder, os.getpid(), schema.open_index(str(folder)))
        index = self._index[2]
        index.reload()
        return index.searcher()


def _searcher_beside(folder: Path) -> Searcher:
    """Open an index in a place that takes no writing: from links to its files, beside which the lock can be written.

    Tantivy takes a lock to read as well. What is opened stays open when the links go.
    """
    with tempfile.TemporaryDirectory(prefix="beffroi-index-") as beside:
        for file in folder.iterdir():
            if not file.name.endswith(LOCKS):
                Path(beside, file.name).symlink_to(file.absolute())
        index = schema.open_index(beside)
        index.reload()
        return index.searcher()


def _stamp(folder: Path) -> tuple[object, ...]:
    """Tell one commit from the next: each writes the file that names its segments anew."""
    state = (folder / "meta.json").stat()
    return (folder, os.getpid(), state.st_ino, state.st_mtime_ns, state.st_size)
