"""Files by content address, behind one seam: a local folder by default."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from flask import current_app

from app.core.errors import TooLargeError

if TYPE_CHECKING:
    from flask import Flask

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """What was stored: SHA-256 of the bytes in hexadecimal (FIPS 180-4) and their number."""

    sha256: str
    size: int


class Storage(Protocol):
    """The seam: every implementation passes the same tests."""

    def put(self, stream: BinaryIO, limit: int | None = None) -> Stored:
        """Store a stream durably before returning. Raises TooLargeError over ``limit`` bytes."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open stored bytes for reading. Raises FileNotFoundError."""
        ...

    def path(self, sha256: str) -> Path:
        """Return a local path that holds the bytes. Raises FileNotFoundError."""
        ...

    def exists(self, sha256: str) -> bool:
        """Tell whether these bytes are stored."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove stored bytes; nothing happens when they are absent."""
        ...

    def all_hashes(self) -> Iterator[str]:
        """Yield the address of everything stored."""
        ...

    def forget_unfinished(self, older_than: float) -> int:
        """Remove what was left half received ``older_than`` seconds ago or more; return how much."""
        ...

    def put_derived(self, name: str, content: bytes) -> None:
        """Store something that can be made again, such as a page picture, under a relative name."""
        ...

    def derived(self, name: str) -> Path | None:
        """Return the local path of a derived file, None when it has not been made."""
        ...

    def remove_derived(self, name: str) -> None:
        """Remove a derived file; nothing happens when it is absent."""
        ...


class LocalStorage:
    """Files in a folder: ``files/ab/cd/<sha256>`` and ``derived/<name>``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        for folder in (root, root / "files", root / "derived", self.incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _place(self, sha256: str) -> Path:
        return self.root / "files" / sha256[:2] / sha256[2:4] / sha256

    def put(self, stream: BinaryIO, limit: int | None = None) -> Stored:
        """Write to a temporary file while hashing, fsync, rename. Equal bytes are stored once."""
        draft = self.incoming / secrets.token_hex(16)
        try:
            stored = self._write(draft, stream, limit)
            place = self._place(stored.sha256)
            if place.exists():
                os.utime(place)  # young again: whoever sweeps what no row names must wait for ours
                return stored
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.replace(place)
            _sync_folder(place.parent)
            return stored
        finally:
            draft.unlink(missing_ok=True)

    @staticmethod
    def _write(draft: Path, stream: BinaryIO, limit: int | None) -> Stored:
        digest, size = hashlib.sha256(), 0
        with draft.open("xb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLargeError
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return Stored(digest.hexdigest(), size)

    def open(self, sha256: str) -> BinaryIO:
        """Open stored bytes for reading."""
        return self._place(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        """Return the path of stored bytes."""
        place = self._place(sha256)
        if not place.exists():
            raise FileNotFoundError(sha256)
        return place

    def exists(self, sha256: str) -> bool:
        """Tell whether these bytes are stored."""
        return self._place(sha256).exists()

    def remove(self, sha256: str) -> None:
        """Remove stored bytes."""
        self._place(sha256).unlink(missing_ok=True)

    def all_hashes(self) -> Iterator[str]:
        """Yield the address of everything stored."""
        for file in (self.root / "files").glob("*/*/*"):
            yield file.name

    def forget_unfinished(self, older_than: float) -> int:
        """Remove temporary files that nobody writes any more."""
        limit, removed = time.time() - older_than, 0
        for draft in self.incoming.iterdir():
            if draft.stat().st_mtime < limit:
                draft.unlink(missing_ok=True)
                removed += 1
        return removed

    def put_derived(self, name: str, content: bytes) -> None:
        """Store a derived file, whole or not at all."""
        place = self.root / "derived" / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        draft.write_bytes(content)
        draft.replace(place)

    def derived(self, name: str) -> Path | None:
        """Return the path of a derived file if it has been made."""
        place = self.root / "derived" / name
        return place if place.exists() else None

    def remove_derived(self, name: str) -> None:
        """Remove a derived file."""
        (self.root / "derived" / name).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def storage() -> Storage:
    """Return the storage of the running application."""
    return cast("Storage", current_app.extensions["storage"])


def register(app: Flask) -> None:
    """Open the storage the settings name."""
    app.extensions["storage"] = LocalStorage(app.config["SETTINGS"].instance / "storage")
