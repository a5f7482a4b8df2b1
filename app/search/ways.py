"""What to try when a question finds little: another spelling, or the same question with one condition less.

Every number given is that of the page it leads to, for this reader; what leads nowhere is not offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.search.audience import catalogue
from app.search.catalogue import Allowed
from app.search.engine import IndexUnavailableError, ParentHit
from app.search.filters import filtered
from app.search.operations import engine, texts_read
from app.search.query import Filter, Form, Item, Query
from app.search.query.parsing import parse
from app.search.rules import rules
from app.search.sources import scope_of
from app.search.spelling import Speller
from app.search.widening import terms_for

MOST_TRIED = 8


class Step(StrEnum):
    """What one way does to a question."""

    SPELLING = "spelling"
    FILTER = "filter"
    NO_FILTER = "no_filter"
    ANY_WORD = "any_word"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Way:
    """Another question, how many things it finds, and the filter it drops if it drops one."""

    step: Step
    query: Query
    total: int
    dropped: Filter | None = None


def other_spelling(person: Any, query: Query) -> Way | None:
    """Return the question with its unknown words mended, None when nothing this person reads is spelled nearly so."""

    def texts(hits: Sequence[ParentHit]) -> Iterable[str]:
        return texts_read(person, hits)

    allowed = Allowed.to(catalogue(), scope_of(person))
    try:
        mended = Speller(engine(), allowed, texts).mended(query)
        return next(_leading(person, [(Step.SPELLING, mended, None)] if mended else []), None)
    except IndexUnavailableError:
        return None


def ways_out(person: Any, query: Query) -> tuple[Way, ...]:
    """Return the ways out of a question that finds nothing: a filter less, none, the strict parts loosened."""
    without: list[tuple[Step, Query, Filter | None]] = [
        (Step.FILTER, replace(query, filters=tuple(other for other in query.filters if other != one)), one)
        for one in query.filters[:MOST_TRIED]
    ]
    if len(query.filters) > 1:
        without.append((Step.NO_FILTER, replace(query, filters=()), None))
    if query.required:
        without.append((Step.ANY_WORD, replace(query, items=_apart(query.items), required=()), None))
    if query.excluded:
        without.append((Step.EXCLUDED, replace(query, excluded=()), None))
    try:
        return tuple(_leading(person, [one for one in without if not one[1].is_empty]))
    except IndexUnavailableError:
        return ()


def _leading(person: Any, tried: Iterable[tuple[Step, Query, Filter | None]]) -> Iterator[Way]:
    for step, query, dropped in tried:
        first = replace(query, page=1)
        allowed = filtered(person, scope_of(person), catalogue(), first).allowed
        total = engine().search(terms_for(first, rules()), allowed, limit=0).total
        if total:
            yield Way(step, first, total, dropped)


def _apart(items: Iterable[Item]) -> tuple[Item, ...]:
    """Take phrases apart into their words."""
    parts = (parse(item.text).query.items if item.form is Form.PHRASE else (item,) for item in items)
    return tuple(dict.fromkeys(item for part in parts for item in part))
