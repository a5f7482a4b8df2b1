"""Whoosh behind the seam: one snapshot for all threads, and one error for everything that breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from app.search.analysis import fold, tokens
from app.search.catalogue import Allowed
from app.search.engine import (
    OWN_TEXT,
    Health,
    IndexUnavailableError,
    Matches,
    ParentDocument,
    SearchWriter,
    arrange,
)
from app.search.query import Sort
from app.search.terms import Terms
from app.search.whoosh_engine.generations import Generations
from app.search.whoosh_engine.postings import Docs
from app.search.whoosh_engine.schema import schema
from app.search.whoosh_engine.scoring import find, hit_of
from app.search.whoosh_engine.snapshot import Snapshot, Snapshots
from app.search.whoosh_engine.writing import put, take_out

PARENTS_PER_COMMIT = 2000

R = TypeVar("R")


class WhooshEngine:
    """The search engine over a folder. One object serves all threads of a process."""

    def __init__(self, root: Path) -> None:
        self.generations = Generations(root)
        self.snapshots = Snapshots(self.generations)

    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things or replace them whole, in one commit."""
        put(self.generations.current(), documents)

    def delete(self, keys: Iterable[str]) -> None:
        """Take things out of the index."""
        take_out(self.generations.current(), keys)

    def search(
        self, terms: Terms, allowed: Allowed, limit: int = 10, offset: int = 0, sort: Sort = Sort.RELEVANCE
    ) -> Matches:
        """Find what is allowed and answers the terms."""

        def ask(snapshot: Snapshot) -> Matches:
            found = find(snapshot, terms, allowed)
            total, page, facets = arrange(sort, allowed, found.places, found.scores, limit, offset)
            return Matches(total, tuple(hit_of(snapshot, found, int(number), allowed) for number in page), facets)

        return self._read(ask)

    def suggest(self, prefix: str, allowed: Allowed, limit: int = 8) -> list[str]:
        """Give the keys of allowed things whose title has these words, the last perhaps unfinished; newest first."""
        return self._read(lambda snapshot: _suggest(snapshot, prefix, allowed, limit))

    @contextmanager
    def fresh(self) -> Iterator[SearchWriter]:
        """Open a new index beside the live one; it takes its place when the block ends without error."""
        folder = self.generations.new()
        try:
            FileIndex.create(FileStorage(str(folder)), schema())
            yield _Beside(folder)
            self.generations.use(folder)
        except BaseException:
            self.generations.drop(folder)
            raise

    def rebuild(self, documents: Iterable[ParentDocument]) -> None:
        """Replace the whole index; the old one answers until the end."""
        with self.fresh() as index:
            index.index(documents)

    def health(self) -> Health:
        """Look at the index."""
        try:
            return self._read(_health)
        except IndexUnavailableError as error:
            return Health(usable=False, reason=str(error))

    def count(self) -> int:
        """Give the number of things indexed."""
        return self._read(Snapshot.parents)

    def _read(self, ask: Callable[[Snapshot], R]) -> R:
        """Ask the latest snapshot; raises nothing but IndexUnavailableError.

        Asks twice, because a commit or a swap may take a file away in the very moment it is opened.
        """
        try:
            return ask(self.snapshots.latest())
        except IndexUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - a broken index raises whatever its bytes make of Whoosh
            self.snapshots.forget()
        try:
            return ask(self.snapshots.latest())
        except Exception as error:
            self.snapshots.forget()
            raise IndexUnavailableError(f"the index cannot be read: {error!r}") from error


class _Beside:
    """Writes into one folder that nobody reads yet, a commit every 2,000 things."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def index(self, documents: Iterable[ParentDocument]) -> None:
        waiting = iter(documents)
        for first in waiting:
            put(self._folder, chain([first], islice(waiting, PARENTS_PER_COMMIT - 1)))

    def delete(self, keys: Iterable[str]) -> None:
        take_out(self._folder, keys)


def _suggest(snapshot: Snapshot, prefix: str, allowed: Allowed, limit: int) -> list[str]:
    forms = [fold(prefix[token.start : token.end]) for token in tokens(prefix) if not token.joined]
    if not forms or not len(allowed.mask):
        return []
    docs = _titled(snapshot, forms)
    found = np.unique(snapshot.places(allowed.catalogue)[docs[snapshot.live[docs]]])
    found = found[found >= 0]
    found = found[allowed.mask[found]]
    _, page, _ = arrange(Sort.DATE, allowed, found, np.zeros(len(found), np.float32), limit, 0)
    return [allowed.catalogue.key(int(found[number])) for number in page]


def _titled(snapshot: Snapshot, forms: list[str]) -> Docs:
    """Give the documents whose title has all the words, the last one as a beginning."""
    *whole, last = forms
    endings = [snapshot.postings("forms", form)[0] for form in snapshot.expand("forms", last)]
    docs = np.unique(np.concatenate(endings)) if endings else np.empty(0, np.int64)
    for form in whole:
        docs = np.intersect1d(docs, snapshot.postings("forms", form)[0])
    return docs


def _health(snapshot: Snapshot) -> Health:
    passages = int(np.count_nonzero(snapshot.live & (snapshot.numbers != OWN_TEXT)))
    return Health(
        usable=True,
        parents=snapshot.parents(),
        passages=passages,
        segments=len(snapshot.segments),
    )
