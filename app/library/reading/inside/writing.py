"""Writing passages, slides and sheets: cleaned, cut and counted the same way by every reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..results import CELL  # noqa: TID252 - the child loads this package under another name
from .cleaning import clean_sheet, clean_text, has_words
from .language import Sample
from .metadata import about
from .passages import passages, sheet_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .output import Output

# Beyond, the blanks that set cells under each other would weigh more than what they hold.
_BLANKS_FOR_EACH = 20
_BLANKS_AT_LEAST = 2000


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

    def sheet(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Write one sheet: a line for each row, a tab between two cells; no tab where columns would not line up.

        A long one goes on in further units that name their rows.
        """
        self._sheets += 1
        columns = columns_of(rows)
        between = CELL if columns else "  "
        for first, last, text in sheet_parts(_line(row, columns, between) for row in rows):
            label = name if first == 1 else f"{name} · {first}–{last}".strip(" ·")
            self._write("sheet", clean_text(label), clean_sheet(text))

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


def columns_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns of a sheet that hold something, and one empty one wherever some are between them.

    Empty for a sheet of which most is blank: a cell in each of sixteen thousand columns, each on its own row.
    """
    used: set[int] = set()
    ends: list[tuple[int, int]] = []  # the last column of each row that holds something, how many do
    for row in rows:
        filled = [place for place, cell in enumerate(row) if cell and not cell.isspace()]
        if filled:
            used.update(filled)
            ends.append((filled[-1], len(filled)))
    places = sorted(used)
    columns = [at for before, place in zip([-1, *places], places, strict=False) for at in _from(before, place)]
    rank = {place: number for number, place in enumerate(columns, 1)}
    cells = sum(filled for _last, filled in ends)
    blanks = sum(rank[last] - filled for last, filled in ends)
    return columns if blanks <= max(_BLANKS_AT_LEAST, cells * _BLANKS_FOR_EACH) else []


def _from(before: int, place: int) -> tuple[int, ...]:
    """Return a column, after an empty one where some part it from the one before."""
    return (place - 1, place) if 0 <= before < place - 1 else (place,)


def _line(row: Sequence[str], columns: list[int], between: str) -> str:
    """Return a row as one line, its cells set under those of the others where there are columns."""
    if not columns:
        return between.join(filter(None, (" ".join(cell.split()) for cell in row)))
    cells = (" ".join(row[place].split()) if place < len(row) else "" for place in columns)
    return between.join(cells).rstrip(between)
