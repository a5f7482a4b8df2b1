"""The thesaurus as a table (CSV): its columns, both ways.

One term a row; a cell that holds several names separates them by a bar (|). ``identifiant`` and the neighbours may be
left empty. A heading is known in French or by the name in code, accents and case aside; other columns are passed over.
What is read is bounded as every table (``core.sheets``: 5 MB, 5000 rows).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.db import sort_key
from app.core.i18n import lazy_gettext as _l
from app.core.sheets import Sheet, SheetRefusedError, read_sheet
from app.core.tables import as_csv, disarmed, rearmed
from app.library.thesaurus.saying import LISTS, TermSaid

BAR = "|"
LONGEST_CELL = 6000  # sixty names
#: The columns in their order: heading, name in code.
COLUMNS = {
    "identifiant": "id",
    "terme": "fr",
    "terme en anglais": "en",
    "synonymes": "alt_fr",
    "synonymes en anglais": "alt_en",
    "variantes": "hidden_fr",
    "variantes en anglais": "hidden_en",
    "termes plus larges": "broader",
    "termes associés": "related",
    "note": "note_fr",
    "note en anglais": "note_en",
}
_KNOWN = {sort_key(heading): name for heading, name in COLUMNS.items()} | {
    sort_key(name): name for name in COLUMNS.values()
}


def terms_in(data: bytes) -> list[TermSaid]:
    """Return the terms of a table. Raises SheetRefusedError or TooLargeError with a sentence."""
    return terms_of(read_sheet(data, kept=LONGEST_CELL))


def terms_of(sheet: Sheet) -> list[TermSaid]:
    """Return the terms of a table already read. Raises SheetRefusedError when no column names them."""
    names = [_KNOWN.get(sort_key(heading), "") for heading in sheet.columns]
    if "fr" not in names:
        raise SheetRefusedError(
            _l("Ce tableau n'a pas de colonne « terme ». Exportez le thésaurus pour voir les colonnes attendues.")
        )
    return [TermSaid.of(**_said(names, row.cells)) for row in sheet.rows]


def _said(names: list[str], cells: list[str]) -> dict[str, Any]:
    said = {name: rearmed(cell) for name, cell in zip(names, cells, strict=False) if name}
    return {name: cell.split(BAR) if name in LISTS else cell for name, cell in said.items()}


def written(terms: Iterable[TermSaid]) -> str:
    """Return terms as a table, which ``terms_in`` gives back."""
    return as_csv(
        list(COLUMNS), [[disarmed(_cell(getattr(said, name))) for name in COLUMNS.values()] for said in terms]
    )


def _cell(value: Any) -> str:
    return f" {BAR} ".join(value) if isinstance(value, tuple) else str(value)
