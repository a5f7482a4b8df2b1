"""The frame of engines whose index is a folder of files."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from app.search.engine import FreshIndex
from app.search.index.engine import IndexEngine
from app.search.index.generations import Generations


class FolderEngine(IndexEngine):
    """An engine over generations of folders."""

    generations: Generations

    @abstractmethod
    def create(self, folder: Path) -> None:
        """Make an empty index in a folder."""

    @abstractmethod
    def writer(self, folder: Path) -> FreshIndex:
        """Give what writes into the index of a folder."""

    @property
    def made_with(self) -> str:
        """Tell what an index of this engine is made with."""
        return self.generations.made_with

    def begin(self) -> str:
        """Make an empty index beside the live one, and give its name.

        Raises OSError and IndexUnavailableError when the place takes none; nothing is left there then.
        """
        folder = self.generations.new()
        try:
            self.create(folder)
        except BaseException:
            self.drop(folder.name)
            raise
        return folder.name

    def beside(self, name: str) -> FreshIndex:
        """Give what writes into an index that was begun."""
        return self.writer(self.generations.named(name))

    def use(self, name: str) -> None:
        """Put an index in the place of the live one."""
        self.generations.use(self.generations.named(name))

    def drop(self, name: str) -> None:
        """Remove an index that is not in use."""
        self.generations.drop(name)

    def in_use(self) -> str:
        """Give the name of the live index."""
        return self.generations.name_in_use()

    def stored_bytes(self, name: str) -> int:
        """Give the bytes an index takes."""
        return sum(path.stat().st_size for path in self.generations.named(name).iterdir())
