"""Tantivy behind the seam: one reading for all threads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.search.engine import FreshIndex, ParentDocument
from app.search.index.folder import FolderEngine
from app.search.index.generations import Generations
from app.search.tantivy_engine.reading import Readings, TantivyReading
from app.search.tantivy_engine.schema import FORMAT, SCHEMA_VERSION
from app.search.tantivy_engine.writing import create, put, take_out


class TantivyEngine(FolderEngine):
    """The search engine over a folder. One object serves all threads of a process."""

    def __init__(self, root: Path) -> None:
        self.generations = Generations(root, FORMAT, SCHEMA_VERSION)
        self.readings = Readings(self.generations)

    def latest(self) -> TantivyReading:
        """Give the reading of the last commit."""
        return self.readings.latest()

    def forget(self) -> None:
        """Open the index anew at the next question."""
        self.readings.forget()

    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things or replace them whole, in one commit."""
        put(self.generations.current(), documents)

    def delete(self, keys: Iterable[str]) -> None:
        """Take things out of the index."""
        take_out(self.generations.current(), keys)

    def create(self, folder: Path) -> None:
        """Make an empty index in a folder."""
        create(folder)

    def writer(self, folder: Path) -> FreshIndex:
        """Give what writes into the index of a folder."""
        return _Beside(folder)


class _Beside:
    """Writes into one folder that nobody reads yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def index(self, documents: Iterable[ParentDocument]) -> None:
        put(self._folder, documents)

    add = index

    def delete(self, keys: Iterable[str]) -> None:
        take_out(self._folder, keys)
