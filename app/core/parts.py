"""Files that arrive in pieces: bytes are added at the end of a part until it is whole, whoever cuts the line.

What is kept is what the disk holds: no row and no process remembers how far a part has come. Several processes may
write to one part at once, for a line that seems dead may wake up after a new one has taken over: a lock is held for
each piece, never for a request, and a piece is added only where its sender believes the end to be.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from flask import current_app

from app.core.errors import DomainError

if TYPE_CHECKING:
    from flask import Flask

NAME = re.compile(r"[a-z2-7]{1,40}")


class OutOfPlaceError(DomainError):
    """A piece does not begin where the part ends; ``size`` is where it does."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class Parts(Protocol):
    """The seam: every implementation passes the same tests. Names are those of public ids."""

    def begin(self, name: str) -> None:
        """Make an empty part. Raises FileExistsError."""
        ...

    def size(self, name: str) -> int:
        """Return how many bytes of a part are kept durably. Raises FileNotFoundError."""
        ...

    def add(self, name: str, at: int, pieces: Iterable[bytes]) -> int:
        """Add pieces at the end of a part, which must be ``at``; return where it ends now, durably.

        What came before the pieces broke off stays. Raises OutOfPlaceError as soon as somebody else has written
        meanwhile, FileNotFoundError.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a part for reading. Raises FileNotFoundError."""
        ...

    def remove(self, name: str) -> None:
        """Remove a part; nothing happens when it is absent."""
        ...

    def untouched(self, older_than: float) -> Iterator[str]:
        """Yield the parts to which nothing has been added for so many seconds."""
        ...


class LocalParts:
    """Parts as files of a folder, locked with ``flock(2)``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _place(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self.root / name

    def begin(self, name: str) -> None:
        """Make an empty file."""
        self._place(name).touch(mode=0o600, exist_ok=False)

    def size(self, name: str) -> int:
        """Sync what is there, then count it."""
        with self._place(name).open("rb") as file:
            os.fsync(file.fileno())
            return os.fstat(file.fileno()).st_size

    def add(self, name: str, at: int, pieces: Iterable[bytes]) -> int:
        """Append each piece under the lock, where the file still ends at the place expected; sync at the end."""
        with self._place(name).open("r+b", buffering=0) as file:
            try:
                for piece in pieces:
                    at = _append(file, at, piece)
            finally:
                os.fsync(file.fileno())
            return at

    def open(self, name: str) -> BinaryIO:
        """Open the file."""
        return self._place(name).open("rb")

    def remove(self, name: str) -> None:
        """Remove the file."""
        self._place(name).unlink(missing_ok=True)

    def untouched(self, older_than: float) -> Iterator[str]:
        """Yield files by the moment of their last change."""
        limit = time.time() - older_than
        for place in self.root.iterdir():
            if place.stat().st_mtime < limit:
                yield place.name


def _append(file: BinaryIO, at: int, piece: bytes) -> int:
    with _locked(file):
        end = file.seek(0, os.SEEK_END)
        if end != at:
            raise OutOfPlaceError(end)
        rest = memoryview(piece)
        while rest:
            rest = rest[file.write(rest) :]
    return at + len(piece)


@contextmanager
def _locked(file: BinaryIO) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def parts() -> Parts:
    """Return the parts of the running application."""
    return cast("Parts", current_app.extensions["parts"])


def register(app: Flask) -> None:
    """Open the folder of parts, beside the files."""
    app.extensions["parts"] = LocalParts(app.config["SETTINGS"].instance / "storage" / "parts")
