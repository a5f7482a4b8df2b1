"""Writing passages, slides and sheets: cleaned, cut and counted the same way by every reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cleaning import clean_text, has_words
from .language import Sample
from .metadata import about
from .passages import passages, sheet_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .output import Output

_BETWEEN_CELLS = "  "


class Writer:
    """Numbers the units of one document, keeps a sample of its text and writes its summary."""

    def __init__(self, output: Output) -> None:
        """Begin at the first unit."""
        self._output = output
        self._sample = Sample()
        self._count = 0
        self._sheets = 0

    def passages(self, text: str) -> None:
        """Write a running text in passages."""
        for passage in passages(clean_text(text)):
            self._write("passage", "", passage)

    def slide(self, text: str) -> None:
        """Write one slide; one without text counts but is not written."""
        self._write("slide", "", clean_text(text))

    def sheet(self, name: str, rows: Iterable[Iterable[str]]) -> None:
        """Write one sheet, a line for each row; a long one goes on in further units that name their rows."""
        self._sheets += 1
        lines = (_BETWEEN_CELLS.join(filter(None, (" ".join(cell.split()) for cell in row))) for row in rows)
        for first, last, text in sheet_parts(lines):
            label = name if first == 1 else f"{name} · {first}–{last}".strip(" ·")
            self._write("sheet", clean_text(label), clean_text(text))

    def _write(self, unit: str, label: str, text: str) -> None:
        self._count += 1
        if has_words(text):
            self._output.page(self._count, unit, label, text)
            self._sample.add(text)

    def end(
        self, raw: dict[str, Any], declared: str | None = None, *, drawn: bool = False, sample: str = "", **more: object
    ) -> None:
        """Write the summary; `drawn` tells that there are pictures where there is no text; `more` goes along.

        The language is guessed from `sample`, or from all that was written.
        """
        silent = "image_only" if drawn else "empty"
        spoken = "partial" if self._output.shortened else "searchable"
        status = spoken if self._output.pages else silent
        detail = "page_shortened" if status == "partial" else ""
        self._output.end(
            status=status,
            detail=detail,
            page_count=self._count,
            sheets=self._sheets,
            **about(raw, sample or self._sample.text, declared),
            **more,
        )
