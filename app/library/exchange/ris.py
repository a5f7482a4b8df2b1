"""RIS, as Reference Manager described it (tags of two signs, « TY » to begin, « ER » to end) and as databases write it.

Read with what is met: no ER, no space after the hyphen, numbers between the records, values over several lines, tags
nobody knows. ISO 8859-1 and UTF-16 files are decoded before they come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.core.i18n import gettext as _
from app.core.text import clean_text
from app.library.exchange.dates import slashed
from app.library.exchange.references import Raw, Reference, Statement, statements

_TAG = re.compile(r"([A-Z][A-Z0-9]) {0,2}- ?(.*)")
_OTHER_FORMAT = re.compile(r"(?:FN |VR |PT )", re.MULTILINE)


def read(text: str) -> Iterator[Raw]:
    """Yield the entries of a file; one that is no RIS at all gives a single entry with its trouble."""
    entry: Raw | None = None
    number, last = 0, ""
    for line in text.splitlines():
        found = _TAG.fullmatch(line.rstrip("\x1a"))
        if found is None:
            _go_on(entry, last, line.strip())
            continue
        last = found[1]
        if last in {"TY", "ER"} and entry is not None:
            yield entry  # also where the next begins before this one has its ER
            entry = None
        if last == "TY":
            number += 1
            entry = Raw(number, found[2].strip())
        elif entry is not None:
            entry.add(last, found[2])
    if entry is not None:
        yield entry
    if number == 0:
        yield Raw(1, trouble=_trouble(text))


def _go_on(entry: Raw | None, tag: str, line: str) -> None:
    """Add a line to the value it goes on; an empty one parts paragraphs where there may be some."""
    if entry is not None and tag not in {"", "TY"} and (line or tag in {"N1", "AB", "N2"}):
        values = entry.values.setdefault(tag, [""])
        values[-1] = f"{values[-1]}\n{clean_text(line)}"


def _trouble(text: str) -> str:
    if _OTHER_FORMAT.match(text):
        return _("Ce fichier est au format de Web of Science. Exportez-le à nouveau au format RIS.")
    if any(map(_TAG.fullmatch, text.splitlines())):
        return _("Aucune référence ne commence par une ligne « TY  - ». Exportez la liste à nouveau au format RIS.")
    return _("Ce fichier ne contient aucune référence au format RIS.")


def write(references: Iterable[Reference]) -> Iterator[str]:
    """Yield the entries of a file, with the line ends of the format."""
    for one in references:
        yield "\r\n".join([*_lines(one), "ER  - ", "", ""])


def _lines(reference: Reference) -> Iterator[str]:
    yield f"TY  - {reference.kind.types.written('ris')}"
    if reference.key:
        yield f"ID  - {reference.key}"
    said = list(statements(reference, "ris"))
    for one in said:
        yield from (f"{code}  - {_value(value)}" for code, value in _tagged(one))
    if reference.link and not any(one.code == "UR" for one in said):
        yield f"UR  - {reference.link}"


def _tagged(one: Statement) -> Iterator[tuple[str, str]]:
    """Yield what is said under its tags: dates and pages have two."""
    if one.meaning == "date":
        yield "PY", one.text[:4]
        if "-" in one.text:
            yield "DA", slashed(one.text)
    elif one.code == "SP":
        first, _hyphen, last = one.text.partition("-")
        yield "SP", first.strip()
        if last.strip():
            yield "EP", last.strip()
    else:
        yield from ((one.code, value) for value in one.values)


def _value(text: str) -> str:
    """Return a value whose further lines cannot be taken for tags."""
    first, *rest = text.split("\n")
    return "\r\n".join([first, *(f" {line}" if _TAG.match(line) else line for line in rest)])
