"""RIS, as Reference Manager described it (tags of two signs, « TY » to begin, « ER » to end) and as databases write it.

Read with what is met: no ER, no space after the hyphen or before it, numbers between the records, values over several
lines, some of which look like tags, tags nobody knows. ISO 8859-1 and UTF-16 files are decoded before they come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.core.i18n import gettext as _
from app.core.text import clean_text
from app.library.exchange.dates import slashed
from app.library.exchange.references import Raw, Reference, Statement, statements

_TAG = re.compile(r"([A-Z][A-Z0-9])( {0,2})- ?(.*)")
_SPACES = 2  # between a tag and its hyphen, says the format
_LONG = frozenset({"AB", "N1", "N2"})  # paragraphs may stand there
_TAGS = (
    "A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED EP ER ET H1 H2 ID IS J1 "
    "J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NO NV OP PB PM PP PY RI RN RP SE SN SP ST T1 T2 T3 TA TI TT "
    "TY U1 U2 U3 U4 U5 UR VL VO Y1 Y2"
)
_KNOWN = frozenset(_TAGS.split())
_OTHER_FORMAT = re.compile(r"(?:FN |VR |PT )", re.MULTILINE)


def read(text: str) -> Iterator[Raw]:
    """Yield the entries of a file; one that is no RIS at all gives a single entry with its trouble."""
    entry: Raw | None = None
    number, last, spaces = 0, "", _SPACES
    for line in text.splitlines():
        found = _TAG.fullmatch(line.rstrip("\x1a"))
        if found is None or (last in _LONG and not _is_tag(found, spaces)):
            _go_on(entry, last, line.strip())
            continue
        last = found[1]
        if last in {"TY", "ER"} and entry is not None:
            yield entry  # also where the next begins before this one has its ER
            entry = None
        if last == "TY":
            number += 1
            entry, spaces = Raw(number, found[3].strip()), len(found[2])
        elif entry is not None:
            entry.add(last, found[3])
    if entry is not None:
        yield entry
    if number == 0:
        yield Raw(1, trouble=_trouble(text))


def _is_tag(found: re.Match[str], spaces: int) -> bool:
    """Tell whether a line after a long text begins with a tag: set apart as that of its entry, and not only by chance.

    « UE - Un programme… » may be a line of an abstract.
    """
    return len(found[2]) == spaces and (spaces == _SPACES or found[1] in _KNOWN)


def _go_on(entry: Raw | None, tag: str, line: str) -> None:
    """Add a line to the value it goes on; an empty one parts paragraphs where there may be some."""
    if entry is not None and tag not in {"", "TY"} and (line or tag in _LONG):
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
