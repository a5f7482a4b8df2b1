"""The sizes of the files of an index as they were when it was opened.

Engines map them into memory: reading a page beyond the end of one that was cut short in place is no error but a signal
that ends the process. So each question looks at the sizes first, a microsecond a file.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.search.engine import IndexUnavailableError

_REPLACED = "meta.json"


class Extents:
    """What was there when an index was opened. Files are only ever added, replaced whole or removed.

    Folders do not count: Whoosh's writer works in one that is made anew each time, and it is smaller when it begins.
    """

    def __init__(self, folder: Path) -> None:
        """Look at the files of a folder."""
        with os.scandir(folder) as entries:
            files = [one for one in entries if one.is_file() and not one.name.startswith(".") and one.name != _REPLACED]
        self._known = [(one.path, state) for one in files if (state := _state(one.path))]

    def check(self) -> None:
        """Raise IndexUnavailableError when a file is shorter than it was.

        One that is gone stays readable for who has it open: so do segments that were melted into another.
        """
        for path, before in self._known:
            state = _state(path)
            if state and state.st_size < before.st_size and state.st_ino == before.st_ino:
                raise IndexUnavailableError(f"{Path(path).name} was cut short")


def _state(path: str) -> os.stat_result | None:
    """Give what the system says of a file; None when it is gone."""
    try:
        return os.stat(path)  # noqa: PTH116 - asked of every file at every question
    except FileNotFoundError:
        return None
