"""Whoosh behind the seam: one snapshot for all threads."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from app.search.engine import FreshIndex, ParentDocument
from app.search.index.folder import FolderEngine
from app.search.index.generations import Generations
from app.search.whoosh_engine.schema import SCHEMA_VERSION, schema
from app.search.whoosh_engine.snapshot import Snapshot, Snapshots
from app.search.whoosh_engine.writing import put, take_out

FORMAT = "whoosh-2.7.4"
PARENTS_PER_COMMIT = 2000


class WhooshEngine(FolderEngine):
    """The search engine over a folder. One object serves all threads of a process."""

    def __init__(self, root: Path) -> None:
        self.generations = Generations(root, FORMAT, SCHEMA_VERSION)
        self.snapshots = Snapshots(self.generations)

    def latest(self) -> Snapshot:
        """Give the snapshot of the last commit."""
        return self.snapshots.latest()

    def forget(self) -> None:
        """Open the index anew at the next question."""
        self.snapshots.forget()

    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things or replace them whole, in one commit."""
        put(self.generations.current(), documents)

    def delete(self, keys: Iterable[str]) -> None:
        """Take things out of the index."""
        take_out(self.generations.current(), keys)

    def create(self, folder: Path) -> None:
        """Make an empty index in a folder."""
        FileIndex.create(FileStorage(str(folder)), schema())

    def writer(self, folder: Path) -> FreshIndex:
        """Give what writes into the index of a folder."""
        return _Beside(folder)


class _Beside:
    """Writes into one folder that nobody reads yet, a commit every 2,000 things."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def index(self, documents: Iterable[ParentDocument]) -> None:
        waiting = iter(documents)
        for first in waiting:
            put(self._folder, chain([first], islice(waiting, PARENTS_PER_COMMIT - 1)))

    add = index

    def delete(self, keys: Iterable[str]) -> None:
        take_out(self._folder, keys)
