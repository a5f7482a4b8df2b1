"""One reference, whatever the format it came in or leaves by: what the registry of kinds knows of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.text import clean_text
from app.library.kinds import KINDS, OTHER, Field, Kind, kind_of
from app.library.kinds.codes import Codes
from app.library.kinds.values import Names

#: The fields common to all kinds, by their names in the formats: first the one written, then the others read.
COMMON = {
    "title": Codes("TI T1 CT BT ST", "title title-short", "title booktitle shorttitle"),
    "summary": Codes("AB N2", "abstract", "abstract"),
    "body": Codes("N1", "note annote", "note annote annotation comment"),
    "date": Codes("DA PY Y1", "issued", "date year"),
    "lang": Codes("LA", "language", "langid language hyphenation"),
    "tags": Codes("KW", "keyword", "keywords keyword"),
    "source": Codes(
        "AU A1 A2 PB T2 JF JO",
        "author publisher container-title",
        "author editor publisher organization institution journal journaltitle",
    ),
}
#: Where a kind says its own name, when its type is another's as well.
HINTS = {"ris": "M3", "csl": "genre", "bibtex": "type"}
#: Where an entry says its type more finely than by its name.
FINER = {"bibtex": "entrysubtype"}
#: Marks that databases leave in titles and abstracts; « p < 0,05 » is none.
_MARKUP = re.compile(
    r"</?(?:i|b|u|em|strong|su[bp]|sc|span|p|br|div|a|h[1-6]|[uo]l|li|font|jats:[a-z-]+)(?:\s[^<>]*)?/?>", re.IGNORECASE
)


@dataclass
class Reference:
    """What is known of a resource. ``date`` is ISO 8601, cut where knowledge ends; ``fields`` as they are kept.

    ``key`` and ``link`` are its public id and its address on the site it comes from. ``n`` is its place in a file,
    ``remarks`` say what of it could not be read, ``refusal`` why it cannot come in.
    """

    kind: Kind = OTHER
    title: str = ""
    summary: str = ""
    body: str = ""
    source: str = ""
    date: str = ""
    lang: str = ""
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    link: str = ""
    n: int = 0
    remarks: list[str] = field(default_factory=list)
    refusal: str = ""

    @property
    def plain(self) -> dict[str, Any]:
        """What is kept of it until it comes in."""
        names = ("title", "summary", "body", "source", "date", "lang", "tags", "fields")
        return {"kind": self.kind.key, **{name: getattr(self, name) for name in names}}

    @classmethod
    def of_plain(cls, kept: Mapping[str, Any]) -> Reference:
        """Return the reference kept as ``plain``."""
        return cls(**{**kept, "kind": kind_of(kept["kind"])})


@dataclass
class Raw:
    """One entry of a file as its format says it: ``values`` by the names of the format, each as often as it came.

    ``trouble`` says why the entry could not be read.
    """

    n: int
    type: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    trouble: str = ""

    def add(self, name: str, value: str) -> None:
        """Add what the entry says, unless it is empty."""
        text = clean_text(value).strip()
        if text:
            self.values.setdefault(name, []).append(text)


@dataclass(frozen=True)
class Statement:
    """One thing a format says: its name there, what it means (``title``, ``date``, the name of a field), its values."""

    code: str
    meaning: str
    values: list[str]

    @property
    def text(self) -> str:
        """The values as one text."""
        return "; ".join(self.values)


def statements(reference: Reference, form: str) -> Iterator[Statement]:
    """Yield what is said of a reference in a format, its note last."""
    kind, note = reference.kind, [reference.body] if reference.body else []
    said = list(_commons(reference, form))
    for one, value in kind.filled(reference.fields):
        code = "".join(one.codes.named(form)[:1])
        if code and code not in {other.code for other in said}:
            said.append(Statement(code, "date" if one.dates else one.name, _values(one, value)))
        else:
            note.append(f"{one.name}: {one.type.written(value)}")
    yield from said
    if _needs_hint(kind, form) and HINTS[form] not in {other.code for other in said}:
        yield Statement(HINTS[form], "hint", [str(kind.label)])
    if note:
        yield Statement(COMMON["body"].named(form)[0], "body", ["\n\n".join(note)])


def _values(one: Field, value: Any) -> list[str]:
    if isinstance(value, list) and isinstance(one.type, Names):
        return [str(name) for name in value]
    return [str(value) if one.dates else one.type.written(value)]


def _needs_hint(kind: Kind, form: str) -> bool:
    """Tell whether the type of a kind in a format would be read as another kind's."""
    return kind_by_types().get(kind.types.written(form).lower(), OTHER).key != kind.key


def _commons(reference: Reference, form: str) -> Iterator[Statement]:
    for meaning in ("title", "source", "date", "lang", "summary", "tags"):
        values = _common(reference, meaning)
        if values:
            yield Statement(COMMON[meaning].named(form)[0], meaning, values)


def _common(reference: Reference, meaning: str) -> list[str]:
    value = getattr(reference, meaning)
    return list(value) if isinstance(value, list) else [value] if value else []


def kind_by_types() -> dict[str, Kind]:
    """Return the kinds by the types they are recognised by, in any format."""
    return {name: kind for kind in reversed(KINDS.values()) for name in kind.types.reads.split()}


def without_markup(text: str) -> str:
    """Return a text without the marks of HTML that databases leave in it."""
    return html.unescape(_MARKUP.sub("", text)) if "<" in text or "&" in text else text
