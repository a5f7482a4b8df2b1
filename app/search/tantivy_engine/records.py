"""The file beside the index that says what each numbered document is: rows are only ever added."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.search.index.words import RECORD, Indexed

NAME = "records"


def read_records(folder: Path, size: int) -> NDArray[np.void]:
    """Give the first `size` rows. Raises OSError or ValueError when they are not all there."""
    rows = np.fromfile(folder / NAME, RECORD, size)
    if len(rows) < size:
        raise ValueError(f"{len(rows)} records for {size} documents")
    return rows


class RecordFile:
    """Adds rows behind the last one; a number once given is never given again, whatever became of its document."""

    def __init__(self, folder: Path) -> None:
        """Open the file of a folder. Only who holds the writer of its index may."""
        self._descriptor = os.open(folder / NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self.next = -(-os.fstat(self._descriptor).st_size // RECORD.itemsize)  # a row cut by a crash counts as given
        os.ftruncate(self._descriptor, self.next * RECORD.itemsize)
        self._waiting: list[tuple[bytes, int, int, int, int]] = []

    def add(self, document: Indexed) -> int:
        """Keep what a document is and give its number."""
        self._waiting.append(document.record)
        self.next += 1
        return self.next - 1

    def sync(self) -> None:
        """Have every row on the disk, before the index names it."""
        left = memoryview(np.array(self._waiting, RECORD).tobytes())
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fsync(self._descriptor)
        self._waiting.clear()

    def close(self) -> None:
        """Let go of the file; rows not yet synced are forgotten."""
        os.close(self._descriptor)
