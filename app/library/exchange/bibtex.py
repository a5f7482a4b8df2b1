"""BibTeX (Patashnik, « BibTeXing », 1988: entry types, @string, crossref) and the fields biblatex adds (date, langid).

Read entry by entry: one that is broken is named, and reading goes on at the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from app.core.i18n import gettext as _
from app.library.exchange.dates import month_of
from app.library.exchange.latex import decoded, encoded
from app.library.exchange.references import Raw, Reference, Statement, statements
from app.library.kinds.values import Names

_ENTRY = re.compile(r"@\s*([A-Za-z_]+)\s*([{(])")
_NAME = re.compile(r"\s*([^\s=,{}()\"#%]+)\s*=\s*")
_BARE = re.compile(r"\s*([^\s,{}()\"#]+)")
_MONTHS = {name: name for name in ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")}
_VERBATIM = frozenset({"url", "doi"})
_PEOPLE = frozenset({"author", "editor", "translator"})
_NOT_INHERITED = frozenset({"crossref", "xdata", "ids", "keywords", "abstract", "note", "doi", "url", "shorttitle"})
_PART = re.compile(r"(family|given|prefix|suffix)\s*=\s*(\"[^\"]*\"|[^,]*)")


_LINE_WITH_ENTRY = re.compile(r"^\s*@", re.MULTILINE)


class BrokenError(ValueError):
    """An entry stops in the middle."""


def read(text: str) -> Iterator[Raw]:
    """Yield the entries of a file; one that is no BibTeX at all gives a single entry with its trouble."""
    macros = dict(_MONTHS)
    entries = [one for one in _entries(text, macros) if one.type not in {"string", "preamble"}]
    by_key: dict[str, dict[str, str]] = {}
    for one in entries:
        by_key.setdefault(one.key.lower(), one.fields)
    for number, one in enumerate(entries, 1):
        raw = Raw(number, one.type, trouble=one.trouble)
        _fill(raw, _with_parent(one.fields, by_key))
        yield raw
    if not entries:
        yield Raw(1, trouble=_("Ce fichier ne contient aucune référence au format BibTeX."))


@dataclass(frozen=True)
class _Entry:
    """One entry as it stands in the file."""

    type: str
    key: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


def _entries(text: str, macros: dict[str, str]) -> Iterator[_Entry]:
    """Yield the entries; the abbreviations of @string are kept in ``macros`` as they come."""
    position = 0
    while found := _ENTRY.search(text, position):
        kind, position = found[1].lower(), found.end()
        if kind == "comment":
            continue
        try:
            if kind == "preamble":
                _skipped, position = _valued(text, position, macros)
                continue
            key, fields, position = _entry(text, position, macros, named=kind != "string")
        except BrokenError:
            yield _Entry(kind, trouble=_broken(text, found.end()))
            following = _LINE_WITH_ENTRY.search(text, position)
            position = following.start() if following else len(text)
            continue
        if kind == "string":
            macros |= fields
        yield _Entry(kind, key, fields)


def _broken(text: str, start: int) -> str:
    key = re.split(r"[,\n]", text[start : start + 60], maxsplit=1)[0].strip()
    return _("La référence « %(key)s » s'arrête au milieu : une accolade ou un guillemet n'est pas refermé.", key=key)


def _entry(text: str, position: int, macros: dict[str, str], *, named: bool) -> tuple[str, dict[str, str], int]:
    """Return the key, the fields and the end of an entry. Raises BrokenError."""
    key = ""
    fields: dict[str, str] = {}
    if named:
        found = re.compile(r"\s*([^,=\s{}]*(?:[^,={}\n]*))\s*(,|(?=[})]))").match(text, position)
        if found:
            key, position = found[1].strip(), found.end()
    while True:
        position = _past(text, position, " \t\r\n,")
        if position >= len(text) or text[position] == "@":
            raise BrokenError
        if text[position] in "})":
            return key, fields, position + 1
        found = _NAME.match(text, position)
        if found is None:
            position = _next_field(text, position)
            continue
        value, position = _valued(text, found.end(), macros)
        fields.setdefault(found[1].lower(), value)


def _next_field(text: str, position: int) -> int:
    """Return where reading goes on after what is no field."""
    found = re.compile(r"[,})]").search(text, position)
    if found is None:
        raise BrokenError
    return found.start()


def _past(text: str, position: int, signs: str) -> int:
    while position < len(text) and text[position] in signs:
        position += 1
    return position


def _valued(text: str, position: int, macros: dict[str, str]) -> tuple[str, int]:
    """Return a value, its pieces joined by #, and where it ends."""
    pieces = []
    while True:
        position = _past(text, position, " \t\r\n")
        sign = text[position : position + 1]
        if sign in {"{", '"'}:
            end = _closing(text, position)
            pieces.append(text[position + 1 : end])
            position = end + 1
        elif found := _BARE.match(text, position):
            pieces.append(macros.get(found[1].lower(), found[1]))
            position = found.end()
        else:
            return "".join(pieces), position
        after = _past(text, position, " \t\r\n")
        if text[after : after + 1] != "#":
            return "".join(pieces), position
        position = after + 1


def _closing(text: str, start: int) -> int:
    """Return where a value between braces or quotation marks ends. Raises BrokenError."""
    depth, quoted = 0, text[start] == '"'
    found = re.compile(r"\\.|[{}\"]|\n\s*@[a-z]+\s*\{[^\s,=]+,\s*\n", re.DOTALL | re.IGNORECASE)
    for sign in found.finditer(text, start + 1 if quoted else start):
        if sign[0] == "{":
            depth += 1
        elif sign[0] == "}":
            depth -= 1
            if depth == 0 and not quoted:
                return sign.start()
            if depth < 0:
                raise BrokenError
        elif sign[0] == '"' and quoted and depth == 0:
            return sign.start()
        elif sign[0].startswith("\n"):
            break  # another entry begins: a brace was forgotten
    raise BrokenError


def _with_parent(fields: dict[str, str], by_key: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return the fields with those of the entry it is a part of, where it says nothing itself."""
    parents = [one.strip().lower() for one in f"{fields.get('crossref', '')},{fields.get('xdata', '')}".split(",")]
    whole = dict(fields)
    for parent in filter(None, (by_key.get(name) for name in parents if name)):
        for name, value in parent.items():
            if name not in _NOT_INHERITED:
                whole.setdefault("booktitle" if name == "title" else name, value)
    return whole


def _fill(raw: Raw, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        if name in _PEOPLE:
            for person in _people(value):
                raw.add(name, person)
        elif name == "pages":
            raw.add(name, re.sub(r"\s*[-–—]+\s*", "-", decoded(value)))
        else:
            raw.add(name, re.sub(r"\n[ \t]+", "\n", decoded(value)))
    year, month = fields.get("year", ""), month_of(fields.get("month", ""))
    if year and month and "date" not in fields:
        day = fields.get("day", "").strip("{} ")
        raw.values["date"] = [f"{decoded(year)}-{month}" + (f"-{int(day):02}" if day.isdecimal() else "")]


def _people(value: str) -> list[str]:
    """Return the names of a list joined by « and », which braces may hide."""
    names, depth, start = [], 0, 0
    for found in re.finditer(r"[{}]|\s+and\s+", value):
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
        elif depth <= 0:
            names.append(value[start : found.start()])
            start = found.end()
    names.append(value[start:])
    read = [" ".join(_person(one).split()) for one in names]
    return [one for one in read if one and one.lower() != "others"]


def _person(name: str) -> str:
    if "family" in name and "=" in name:  # biblatex: given=Hans, family=Becker
        parts = {key: decoded(part.strip('" ')) for key, part in _PART.findall(name)}
        family = " ".join(filter(None, (parts.get("prefix"), parts.get("family"))))
        return ", ".join(filter(None, (family, parts.get("suffix"), parts.get("given"))))
    return decoded(name).strip()


def write(references: Iterable[Reference]) -> Iterator[str]:
    """Yield the entries of a file."""
    for one in references:
        lines = [f"  {name} = {{{value}}}" for name, value in _fields(one)]
        key = re.sub(r"[^A-Za-z0-9_-]", "", one.key) or f"reference{one.n}"
        yield f"@{one.kind.types.written('bibtex')}{{{key},\n" + ",\n".join(lines) + "\n}\n\n"


def _fields(reference: Reference) -> Iterator[tuple[str, str]]:
    said = list(statements(reference, "bibtex"))
    for one in said:
        if one.meaning == "date":
            yield "date" if "-" in one.text else "year", one.text
            if "-" in one.text:
                yield "year", one.text[:4]
        else:
            yield one.code, _written(reference, one)
    if reference.link and not any(one.code == "url" for one in said):
        yield "url", _verbatim(reference.link)


def _written(reference: Reference, one: Statement) -> str:
    if one.code in _VERBATIM:
        return _verbatim(one.text)
    if one.code == "author":
        listed = any(own.name == one.meaning and isinstance(own.type, Names) for own in reference.kind.fields)
        return " and ".join(map(_braced, one.values)) if listed else "{" + encoded(one.text) + "}"
    if one.code == "pages":
        return encoded(one.text).replace("-", "--")
    return encoded(", ".join(one.values) if one.meaning == "tags" else one.text)


def _braced(name: str) -> str:
    """Return a name; one that holds « and » is kept whole by braces."""
    return "{" + encoded(name) + "}" if " and " in name else encoded(name)


def _verbatim(text: str) -> str:
    return quote(text, safe="".join(chr(one) for one in range(33, 127) if chr(one) not in "{}\\"))
