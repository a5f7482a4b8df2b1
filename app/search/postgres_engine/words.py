"""Our words as PostgreSQL keeps and asks for them: each begins with a letter that says where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.search.index.levels import COUNTED, Ask, levels_of
from app.search.index.words import Indexed, Words

MARKS = {"title": "t", "tags": "k", "body": "b"}
"""The letter of each field; a digit begins the level of a word of the body."""

LAST_PLACE = 16_382
"""Places beyond the next one are one and the same to PostgreSQL: phrases are not found there."""
MOST_PLACES = 255
LARGEST = 900_000
"""Letters of one document: PostgreSQL takes a mebibyte. The rest of a longer one is not found."""


def vector_of(one: Indexed) -> str:
    """Give the words of a document as the text of a tsvector."""
    parts: list[str] = []
    room = LARGEST
    for part in _parts(one):
        room -= len(part.encode())
        if room < 0:
            break
        parts.append(part)
    return " ".join(parts)


def _parts(one: Indexed) -> Iterator[str]:
    for name, words in one.fields.items():
        for term, places in words.positions.items():
            yield _with_places(_quoted(MARKS[name] + term), places)
    for term, places in one.fields.get(COUNTED, Words()).positions.items():
        yield from (_quoted(f"{level}{term}") for level in levels_of(len(places)))


def _with_places(word: str, places: Iterable[int]) -> str:
    near = [str(place + 1) for place in places if place < LAST_PLACE][:MOST_PLACES]
    return f"{word}:{','.join(near)}" if near else word


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def query_of(ask: Ask) -> str:
    """Give the text of the tsquery whose documents are the set asked for; empty when nothing can answer."""
    single = [one[0] for one in ask.sequences if len(one) == 1]
    if ask.level > 1:
        return " | ".join(_quoted(f"{ask.level}{term}") for term in single)
    mark = MARKS[ask.fieldname]
    parts = ["(" + " <-> ".join(_quoted(mark + term) for term in one) + ")" for one in ask.sequences]
    if ask.prefix:
        parts.append(_beginning(mark + ask.prefix))
    return " | ".join(parts)


def _beginning(word: str) -> str:
    return f"{_quoted(word)}:*"
