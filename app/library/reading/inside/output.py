"""The results of the child, line by line, within what it may say."""

from __future__ import annotations

import contextlib
import errno
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from ..results import Box  # noqa: TID252 - the child loads this package under another name


class OutputFull(Exception):  # noqa: N818 - read as a sentence
    """No more may be said; what was said stands."""


class Output:
    """A bounded file of JSON lines: `{"page": …}` as they come, one `{"end": …}` last."""

    def __init__(self, path: Path, limits: dict[str, Any]) -> None:
        """Open the file of results; `limits` bounds its bytes and characters."""
        self._file = path.open("w", encoding="ascii")
        self._characters = limits["text"]
        self._page_characters = limits["page_text"]
        # Room is kept for the last line, so that a full output still says how it ended.
        self._bytes = limits["output"] - 64 * 1024
        self.pages = 0
        self.shortened = False

    def page(self, n: int, unit: str, label: str, text: str, boxes: list[Box] | None = None) -> None:
        """Write one page that holds text; raises OutputFull when the document has said enough."""
        if len(text) > self._page_characters:
            text, boxes = _shorten(text, boxes, self._page_characters)
            self.shortened = True
        page = {"n": n, "unit": unit, "label": label[:200], "text": text, "boxes": boxes}
        line = json.dumps({"page": page}, separators=(",", ":")) + "\n"
        self._characters -= len(text)
        self._bytes -= len(line)
        if self._characters < 0 or self._bytes < 0:
            raise OutputFull
        self._file.write(line)
        self.pages += 1

    def note(self, fact: dict[str, Any]) -> None:
        """Write a small fact, at once readable by the parent whatever comes next."""
        self._file.write(json.dumps(fact) + "\n")
        self._file.flush()

    def flush(self) -> None:
        """Save what was said so far, before an end without a last line."""
        with contextlib.suppress(OSError):
            self._file.flush()

    def end(self, **summary: object) -> None:
        """Write the last line and close."""
        try:
            self._file.write(json.dumps({"end": summary}) + "\n")
            self._file.close()
        except OSError as error:
            if error.errno != errno.EFBIG:
                raise
            raise OutputFull from error


def _shorten(text: str, boxes: list[Box] | None, most: int) -> tuple[str, list[Box] | None]:
    """Cut a text after a whole word, and its boxes with it."""
    cut = text[:most].rsplit(None, 1)[0]
    return cut, boxes[: len(cut.split())] if boxes is not None else None
