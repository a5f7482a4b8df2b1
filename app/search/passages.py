"""The passages of one result: all those that hold the words, and the one that is read beside the list."""

from __future__ import annotations

from collections.abc import Iterable

from app.search.engine import OWN_TEXT, Passage
from app.search.hits import find_hits
from app.search.results import Peek, Place, Result
from app.search.snippets import flowing, snippet, stretch
from app.search.sources import Card, number_of, source_of
from app.search.terms import Clause

MOST_PASSAGES = 60
"""How many passages of one thing unfold in the list; its own page goes through all of them."""


def place_of(passage: Passage, card: Card, clauses: tuple[Clause, ...]) -> Place:
    """Return where a passage stands, with the words around its hits."""
    words = snippet(passage.text, clauses, card.lang)
    return Place(passage.n, passage.unit, passage.label, card.url(passage), words, card.pages(passage))


def every_place(result: Result, clauses: tuple[Clause, ...]) -> tuple[Place, ...]:
    """Return the places of a result where the words stand: those shown already, then the others in reading order.

    The result is one that the person was given: its card says that they may read it.
    """
    card = result.card
    known = {place.n for place in result.places}
    holding = [passage.n for passage in _passages(result) if passage.n not in known and _holds(passage, card, clauses)]
    texts = _texts(result, holding[: MOST_PASSAGES - len(known)])
    return (*result.places, *(place_of(texts[n], card, clauses) for n in sorted(texts)))


def shown_text(passage: Passage) -> str:
    """Return the text of a passage as it is read on a page; the rows of a sheet stay apart."""
    return passage.text if passage.unit == "sheet" else flowing(passage.text)


def peek_at(result: Result, clauses: tuple[Clause, ...]) -> Peek:
    """Return what is read of a result beside the list; asks nothing more of the database."""
    place = result.places[0] if result.places else None
    text = shown_text(result.read) if result.read else ""
    return Peek(stretch(text, clauses, result.card.lang), place, result.places_total)


def _passages(result: Result) -> Iterable[Passage]:
    source = source_of(result.key)
    documents = source.documents([number_of(result.key)]) if source else ()
    return (one for document in documents for one in document.passages if one.n != OWN_TEXT)


def _holds(passage: Passage, card: Card, clauses: tuple[Clause, ...]) -> bool:
    return bool(find_hits(passage.text, clauses, card.lang))


def _texts(result: Result, numbers: list[int]) -> dict[int, Passage]:
    source, one = source_of(result.key), number_of(result.key)
    found = source.texts({one: numbers}) if source and numbers else {}
    return {n: passage for (_one, n), passage in found.items()}
