"""A sheet of a workbook as a table: its name, the rows above its headings, its headings, its rows, hits marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from markupsafe import Markup
from sqlalchemy import select

from app.extensions import db
from app.library.models import Page, Unit
from app.library.reading.results import CELL
from app.search.snippets import mark_pieces
from app.search.terms import Clause

#: A page of more cells is shown as a running text: no browser should have to lay it out.
MOST_CELLS = 10_000
MOST_TITLES = 5
_BETWEEN = re.compile(f"([{CELL}\n])")
_ROWS = re.compile(r"(?:^| · )\d+–\d+$")
_NUMBER = re.compile(r"[-+(]?[€$£]?\s?\d[\d\s.,'’]*\s?(?:%|‰|€|\$|£|k€|M€)?\)?")


@dataclass(frozen=True)
class Cell:
    """What one cell says, and whether it is a number, which stands at the end of its column."""

    text: Markup
    is_number: bool = False


@dataclass(frozen=True)
class Grid:
    """One page of a sheet: ``heads`` is empty where no row names the columns; every row is as long as another."""

    name: str
    titles: list[Markup] = field(default_factory=list)
    heads: list[Markup] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)


def grid_of(page: Page, clauses: Sequence[Clause], lang: str) -> Grid | None:
    """Return a page of a sheet as a table; None where its cells were not kept apart, or are too many."""
    if page.unit != Unit.SHEET or CELL not in page.text or len(_BETWEEN.findall(page.text)) > MOST_CELLS:
        return None
    plain, shown = _rows(page.text, clauses, lang)
    first = _beginning(page)
    above, heads = _head(first if first is not None else plain)
    if first is None:
        titles, below = [next(filter(None, row)) for row in shown[:above]], above + bool(heads)
        names = shown[above] if heads else []
    else:
        titles, below = [], 0
        names = [Markup.escape(name) for name in heads]
    width = max(len(names), max((len(row) for row in shown[below:]), default=0))
    rows = [
        [Cell(text, bool(_NUMBER.fullmatch(said))) for said, text in zip(said_row, shown_row, strict=True)]
        + [Cell(Markup())] * (width - len(shown_row))
        for said_row, shown_row in zip(plain[below:], shown[below:], strict=True)
    ]
    blank = [Markup()] * (width - len(names)) if names else []
    return Grid(_ROWS.sub("", page.label), titles, [*names, *blank], rows)


def _rows(text: str, clauses: Sequence[Clause], lang: str) -> tuple[list[list[str]], list[list[Markup]]]:
    """Return the cells of each row that holds some: as they are, and escaped with the hits marked."""
    pieces = _BETWEEN.split(text)
    plain: list[list[str]] = [[]]
    shown: list[list[Markup]] = [[]]
    for number, (said, marked) in enumerate(zip(pieces, mark_pieces(pieces, clauses, lang), strict=True)):
        if number % 2 == 0:
            plain[-1].append(said)
            shown[-1].append(marked)
        elif said != CELL:
            plain.append([])
            shown.append([])
    kept = [number for number, row in enumerate(plain) if any(row)]
    return [plain[number] for number in kept], [shown[number] for number in kept]


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """Return how many rows stand above the headings, and the headings: a whole row of names, and no number.

    A table may begin with its title, alone on its row. An empty column parts two tables: it has no name.
    """
    above = sum(1 for _row in takewhile(lambda row: sum(map(bool, row)) == 1, rows[:MOST_TITLES]))
    rest = rows[above:]
    used = {place for row in rest for place, cell in enumerate(row) if cell}
    named = {place for row in rest[:1] for place, cell in enumerate(row) if cell and not _NUMBER.fullmatch(cell)}
    is_head = len(rest) > 1 and used == named
    return (above if rest else 0), list(rest[0]) if is_head else []


def _beginning(page: Page) -> list[list[str]] | None:
    """Return the rows of the page on which a sheet began that goes on here; None where it begins here."""
    if _ROWS.search(page.label) is None:
        return None
    here = (Page.blob_id == page.blob_id) & (Page.unit == Unit.SHEET)
    begins = here & (Page.n < page.n) & (Page.label == _ROWS.sub("", page.label))
    text = db.session.scalar(select(Page.text).where(begins).order_by(Page.n.desc()).limit(1))
    return [line.split(CELL) for line in text.split("\n") if line] if text is not None else None
