"""The library's own two forms, which lose nothing: a table with one column a field (CSV, RFC 4180), and JSON.

The columns are those of ``flask library import --manifest`` (docs/kinds.md).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.core.i18n import gettext as _
from app.core.sheets import SEPARATORS
from app.core.tables import BYTE_ORDER_MARK, disarmed, rearmed
from app.library.exchange.columns import COMMON_LABELS, Columns
from app.library.exchange.references import Raw, Reference
from app.library.kinds import KINDS

RESOURCES = "resources"
#: The column of the page of a resource on the site it comes from: told, never read.
PAGE = "page"
#: A row put under a table that is read: it comes whole, unless a quotation mark was never closed.
_END = "\x1eend\x1e"


def columns() -> list[str]:
    """Return the columns of a table: what all kinds have, then the fields of each, a name once."""
    own = dict.fromkeys(one.name for kind in KINDS.values() for one in kind.fields)
    return [*COMMON_LABELS, *(name for name in own if name not in COMMON_LABELS), PAGE]


def written(reference: Reference) -> dict[str, str]:
    """Return a reference as texts that may be typed again."""
    common = {name: getattr(reference, name) for name in ("title", "summary", "body", "source", "date", "lang")}
    own = {name: text for name, text in reference.kind.written(reference.fields).items() if text}
    return {"kind": reference.kind.key, **common, PAGE: reference.link, "tags": ", ".join(reference.tags), **own}


def write_csv(references: Iterable[Reference]) -> Iterator[str]:
    """Yield a table with semicolons, the separator of French spreadsheets, line by line."""
    heads = columns()
    yield BYTE_ORDER_MARK + _line(heads)
    for one in references:
        said = written(one)
        yield _line([disarmed(said.get(name, "")) for name in heads])


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def write_json(references: Iterable[Reference]) -> Iterator[str]:
    """Yield an object with the list of resources, one a line; empty fields are left out."""
    yield f'{{"{RESOURCES}": ['
    comma = "\n"
    for one in references:
        yield comma + json.dumps({name: text for name, text in written(one).items() if text}, ensure_ascii=False)
        comma = ",\n"
    yield "\n]}\n"


class BrokenTableError(ValueError):
    """A quotation mark of a table is never closed: what follows it cannot be read."""


def rows_in(text: str) -> Iterator[list[str]]:
    """Yield the rows of a table, its headings first, without those that are empty. Raises BrokenTableError."""
    separator, text = _separated(text.replace("\x00", ""))
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=separator)
    try:
        for cells in filter(any, reader):
            if cells == [_END]:
                return
            if _END in cells[-1]:
                break
            yield cells
    except csv.Error:
        pass  # a cell without end, too
    raise BrokenTableError


def read_csv(text: str) -> Iterator[Raw]:
    """Yield the rows of a table; its first line names the columns, in any order and as people call them."""
    rows, number = rows_in(text), 0
    try:
        known = Columns(next(rows, []))
        if "title" not in known:
            yield Raw(
                1, trouble=_("La première ligne du tableau doit nommer les colonnes, dont « Titre » (« title »).")
            )
            return
        for number, row in enumerate(rows, 1):
            raw = Raw(number)
            for name, cell in known.cells(row):
                raw.add(name, rearmed(cell))
            yield raw
    except BrokenTableError:
        yield Raw(number + 1, trouble=_("La suite du tableau ne peut pas être lue : un guillemet n'est pas refermé."))


def _separated(text: str) -> tuple[str, str]:
    """Return the separator of a table, and the table: Excel may name the one above the other (« sep=; »)."""
    head, _end, rest = text.partition("\n")
    if head.lower().startswith("sep=") and head[4:5] in SEPARATORS:
        return head[4:5], rest
    return max(SEPARATORS, key=head.count), text


def read_json(resources: list[Any]) -> Iterator[Raw]:
    """Yield the resources of a file of ours."""
    for number, one in enumerate(resources, 1):
        raw = Raw(number)
        for name, value in (one if isinstance(one, dict) else {}).items():
            raw.add(str(name), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        yield raw
