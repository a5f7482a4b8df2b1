"""A `Query` back in the words of its language."""

from __future__ import annotations

from collections.abc import Iterator

from app.search.query.asked import Form, Item, Query
from app.search.query.fields import written

_AND = {"fr": " ET ", "en": " AND "}
_OR = {"fr": " OU ", "en": " OR "}


def typed(query: Query, lang: str = "fr") -> str:
    """Give what a person would type to ask this: `parse(typed(query)).query` asks the same."""
    return " ".join(_parts(query, lang))


def _parts(query: Query, lang: str) -> Iterator[str]:
    held = {item for group in query.required for item in group}
    groups = [_group(group, lang) for group in query.required]
    # A group without phrase is only required when « ET » says so; then nothing stands outside of the groups.
    strict = any(all(item.form is not Form.PHRASE for item in group) for group in query.required)
    if groups:
        yield (_AND[lang] if strict else " ").join(groups)
    yield from (str(item) for item in query.items if item not in held)
    yield from (f"-{item}" for item in query.excluded)
    yield from (("-" if one.excluded else "") + written(one.field, one.value, lang) for one in query.filters)


def _group(group: tuple[Item, ...], lang: str) -> str:
    inside = _OR[lang].join(map(str, group))
    return f"({inside})" if len(group) > 1 else inside
