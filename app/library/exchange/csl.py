"""CSL-JSON, the items of citeproc (schema 1.0, csl-data.json): what Zotero, Mendeley and Pandoc read and write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.library.exchange.references import Raw, Reference, Statement, statements
from app.library.kinds.values import Names

_PEOPLE = frozenset({"author", "editor", "translator", "recipient", "director", "container-author"})
_MOST_PARTS = 3


def read(items: list[Any]) -> Iterator[Raw]:
    """Yield the entries of a list of items; what is no item is named."""
    for number, item in enumerate(items, 1):
        raw = Raw(number)
        if isinstance(item, dict):
            raw.type = str(item.get("type", ""))
            for name, value in item.items():
                for one in _values(name, value):
                    raw.add(name, one)
        yield raw


def _values(name: str, value: Any) -> Iterator[str]:
    if name in _PEOPLE:
        yield from (_person(one) for one in (value if isinstance(value, list) else [value]))
    elif isinstance(value, dict):
        yield _date(value)
    elif isinstance(value, list):
        yield from (str(one) for one in value if isinstance(one, str | int))
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _person(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    particles = (one.get("non-dropping-particle"), one.get("family"))
    family = " ".join(str(part) for part in particles if part)
    given = " ".join(str(part) for part in (one.get("given"), one.get("dropping-particle")) if part)
    return str(one.get("literal") or ", ".join(filter(None, (family, given, str(one.get("suffix") or "")))))


def _date(value: dict[str, Any]) -> str:
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    joined = "-".join(str(one).zfill(2) for one in first[:_MOST_PARTS] if one not in (None, ""))
    return joined or str(value.get("raw") or value.get("literal") or "")


def write(references: Iterable[Reference]) -> Iterator[str]:
    """Yield a list of items, one a line."""
    beginning = "[\n"
    for one in references:
        yield beginning + json.dumps(item_of(one), ensure_ascii=False)
        beginning = ",\n"
    yield "\n]\n" if beginning != "[\n" else "[]\n"


def item_of(reference: Reference) -> dict[str, Any]:
    """Return a reference as an item."""
    item: dict[str, Any] = {"id": reference.key or str(reference.n), "type": reference.kind.types.written("csl")}
    listed = {one.name for one in reference.kind.fields if isinstance(one.type, Names)}
    for one in statements(reference, "csl"):
        item[one.code] = _said(one, is_list=one.meaning in listed)
    if reference.link:
        item.setdefault("URL", reference.link)
    return item


def _said(one: Statement, *, is_list: bool) -> Any:
    if one.meaning == "date":
        return {"date-parts": [[int(part) for part in one.text.split("-")]]}
    if one.code in _PEOPLE:
        return [_named(name) for name in one.values] if is_list else [{"literal": one.text}]
    return ", ".join(one.values) if one.meaning == "tags" else one.text


def _named(name: str) -> dict[str, str]:
    family, comma, given = name.partition(", ")
    return {"family": family, "given": given} if comma and given else {"literal": name}
