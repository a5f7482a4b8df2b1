"""Tables given away as CSV, for spreadsheets: opened by double click in French, and nothing typed in them is run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Response

from app.core.clock import now
from app.core.i18n import local
from app.core.text import one_line

BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows that the file is UTF-8
#: A cell that begins so would be computed by a spreadsheet (OWASP, CSV injection), full-width signs as well.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def inert(value: Any) -> str:
    """Return a cell as text that no spreadsheet runs: an apostrophe stands before what could be a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool | int | float):
        return str(value)
    text = str(value)
    shown = one_line(text)
    return f"'{shown}" if text.startswith(FORMULA_SIGNS) or shown.startswith(FORMULA_SIGNS) else shown


def disarmed(text: str) -> str:
    """Return a cell that no spreadsheet runs and that ``rearmed`` gives back to the letter, lines and all."""
    return f"'{text}" if text.lstrip(" \n'").startswith(FORMULA_SIGNS) else text


def rearmed(cell: str) -> str:
    """Return what a cell said before ``disarmed``."""
    return cell[1:] if cell.startswith("'") and disarmed(cell[1:]) == cell else cell


def as_csv(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table with semicolons, the separator of French spreadsheets, after a byte order mark."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([inert(head) for head in heads])
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def csv_answer(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a table as a file to keep; ``name`` is plain ASCII, the day is added to it."""
    answer = Response(as_csv(heads, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{local(now()):%Y-%m-%d}.csv"'
    return answer
