"""Reading tables that town halls send: whatever the encoding, the separator and the quotes of their spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.core.db import sort_key
from app.core.errors import DomainError, TooLargeError
from app.core.i18n import format_number
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line

LARGEST_SHEET = 5 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 60
LONGEST_CELL = 2000  # a longer one is a quotation mark that nobody closed
LONGEST_KEPT = 500
SEPARATORS = ";,\t|"
LOOKED_AT = 30  # rows read to find the separator
#: What other files begin with: zip (xlsx, ods), OLE (xls), PDF.
FOREIGN = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
_STRAY = re.compile("[\udc80-\udcff]")  # a byte that is no UTF-8, as « surrogateescape » keeps it


class SheetRefusedError(DomainError):
    """The table cannot be read; the message says why and what to do."""

    status = 422


@dataclass(frozen=True)
class SheetRow:
    """One row: its number in the spreadsheet, from 1, and its cells, one for each column."""

    n: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A table: the headings (empty texts when it has none) and its rows, without the blank ones."""

    columns: list[str]
    rows: list[SheetRow]


def read_sheet(data: bytes, *, kept: int = LONGEST_KEPT) -> Sheet:
    """Return the table of a file, ``kept`` characters of each cell at most. Raises as text_of and read_text do."""
    return read_text(text_of(data), kept=kept)


def text_of(data: bytes) -> str:
    """Return the text of a file that holds a table.

    Raises TooLargeError beyond 5 MB, SheetRefusedError with the reason otherwise.
    """
    if len(data) > LARGEST_SHEET:
        raise TooLargeError(_l("Ce fichier dépasse 5 Mo. Retirez les colonnes inutiles ou partagez-le en deux."))
    if data.startswith(FOREIGN):
        raise SheetRefusedError(
            _l("Ce fichier est un classeur ou un document. Dans votre tableur, enregistrez-le au format CSV.")
        )
    return decoded(data)


def read_text(text: str, *, kept: int = LONGEST_KEPT) -> Sheet:
    """Return the table of a text, pasted or decoded. Raises SheetRefusedError."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\x00") + text.count("\ufffd") > max(20, len(text) // 100):
        raise SheetRefusedError(_l("Ce fichier n'est pas un tableau en texte. Enregistrez-le au format CSV."))
    text = text.replace("\x00", "")
    first, _end, rest = text.partition("\n")
    separator = ""
    if first.lower().startswith("sep=") and first[4:5] in SEPARATORS:  # what Excel writes above the headings
        separator, text = first[4:5], rest
    return _sheet(_rows(text, separator or _separator(text), kept))


def decoded(data: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with or without its mark, else Windows-1252.

    A list put together from several is mostly UTF-8: its other letters alone are Windows-1252.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    sample = data[:4000]
    if sample.count(0) > len(sample) // 4:  # UTF-16 without a mark: every other byte of Latin text is zero
        return data.decode("utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        mixed = data.decode("utf-8-sig", "surrogateescape")
        strays = len(_STRAY.findall(mixed))
        letters = sum(not sign.isascii() for sign in mixed) - strays
        return _STRAY.sub(_western, mixed) if letters > strays else data.decode("cp1252", "replace")


def _western(found: re.Match[str]) -> str:
    return found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _separator(text: str) -> str:
    """Return the separator that gives the most rows of the same number of cells, above one."""

    def regularity(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text), delimiter=separator)
        try:
            widths = Counter(len(row) for row in islice(reader, LOOKED_AT) if any(row))
        except csv.Error:
            return 0, 0
        width, rows = max(widths.items(), key=lambda one: (one[0] > 1, one[1], one[0]), default=(1, 0))
        return (rows, width) if width > 1 else (0, 0)

    return max(SEPARATORS, key=regularity)


def _rows(text: str, separator: str, kept: int) -> Iterator[SheetRow]:
    reader, n = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True), 0
    try:
        for n, row in enumerate(reader, 1):
            if any(len(cell) > max(LONGEST_CELL, kept) for cell in row):
                raise SheetRefusedError(_l("Ligne %(number)s : un guillemet n'est sans doute pas refermé.", number=n))
            cells = [one_line(cell)[:kept] for cell in row[: MOST_COLUMNS + 1]]
            if any(cells):
                yield SheetRow(n, cells)
    except csv.Error as error:
        raise SheetRefusedError(_l("La ligne %(number)s ne peut pas être lue.", number=n + 1)) from error


def _sheet(rows: Iterator[SheetRow]) -> Sheet:
    read = list(islice(rows, MOST_ROWS + 2))
    if not read:
        raise SheetRefusedError(_l("Ce tableau est vide."))
    has_heads = not any("@" in cell for cell in read[0].cells)
    body = read[1:] if has_heads else read
    heads = read[0].cells if has_heads else []
    if len(body) > MOST_ROWS:
        raise SheetRefusedError(
            _l("Ce tableau dépasse %(number)s lignes. Partagez-le en plusieurs.", number=format_number(MOST_ROWS))
        )
    if not body:
        raise SheetRefusedError(_l("Ce tableau n'a que des titres de colonnes, et rien en dessous."))
    width = len(heads) if has_heads else max(len(row.cells) for row in body)
    if width > MOST_COLUMNS:
        raise SheetRefusedError(
            _l("Ce tableau a plus de %(number)s colonnes. Gardez celles qui servent.", number=MOST_COLUMNS)
        )
    padded = [SheetRow(row.n, (row.cells + [""] * width)[:width]) for row in body]
    return Sheet((heads + [""] * width)[:width], padded)


def folded(text: str) -> str:
    """Return the form in which headings and names are compared: no accent, no letter case, no punctuation."""
    return sort_key(text)
