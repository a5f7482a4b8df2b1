"""A `Query` as plain values, for a saved search: it outlives every engine, and the names of fields in any language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.search.query.asked import MAX_LENGTH, Field, Filter, Item, Query, Sort, settled
from app.search.query.fields import value_of

Plain = dict[str, Any]
MOST_GROUPS = 64


def to_dict(query: Query) -> Plain:
    """Give a query as plain values for JSON; what is at its default is left out, and so is the page."""
    kept: Plain = {
        "items": [str(item) for item in query.items],
        "required": [[str(item) for item in group] for group in query.required],
        "excluded": [str(item) for item in query.excluded],
        "filters": _by_field(query, excluded=False),
        "without": _by_field(query, excluded=True),
        "sort": query.sort.value if query.sort is not Sort.RELEVANCE else "",
    }
    return {name: value for name, value in kept.items() if value}


def _by_field(query: Query, *, excluded: bool) -> Mapping[str, list[str]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for one in query.filters:
        if one.excluded is excluded:
            grouped[one.field.value].append(one.value)
    return dict(grouped)


def from_dict(kept: Mapping[str, Any]) -> Query:
    """Read back what `to_dict` gave; values of a wrong type or unknown are left out, nothing raises."""
    groups = kept.get("required")
    required = [tuple(_items(group)) for group in groups[:MOST_GROUPS]] if isinstance(groups, list) else []
    filters = (*_filters(kept.get("filters"), excluded=False), *_filters(kept.get("without"), excluded=True))
    query = Query(
        tuple(_items(kept.get("items"))),
        tuple(required),
        tuple(dict.fromkeys(_items(kept.get("excluded")))),
        filters,
        sort=Sort.DATE if kept.get("sort") == Sort.DATE.value else Sort.RELEVANCE,
    )
    return settled(query)


def _strings(value: object) -> Iterable[str]:
    return (one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def _items(value: object) -> Iterator[Item]:
    for written in list(_strings(value))[:MAX_LENGTH]:
        item = Item.read(written)
        if item is not None:
            yield item


def _filters(value: object, *, excluded: bool) -> Iterator[Filter]:
    for field in Field:
        for written in _strings(value.get(field.value)) if isinstance(value, Mapping) else ():
            cleaned = value_of(field, written)
            if cleaned:
                yield Filter(field, cleaned, excluded)
