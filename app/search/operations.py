"""What is done with search: say that something changed, and find."""

from __future__ import annotations

import enum
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from flask import current_app

from app.core.db import transaction
from app.core.jobs import URGENT, enqueue, enqueue_all
from app.search.audience import catalogue
from app.search.beginnings import begun
from app.search.catalogue import Allowed
from app.search.engine import OWN_TEXT, IndexUnavailableError, Matches, ParentHit, Passage, SearchEngine
from app.search.facets import Counted, facets_of, tabs_of
from app.search.filters import NOTHING_BESIDE, Beside, filtered
from app.search.models import touch_audience, touch_audience_of
from app.search.passages import place_of
from app.search.query import Query
from app.search.rebuilding.plan import number_of_rebuild
from app.search.results import Result, Results
from app.search.rules import rules
from app.search.snippets import snippet
from app.search.sources import (
    Card,
    number_of,
    scope_of,
    source_of,
    sources,
)
from app.search.terms import Clause, Terms
from app.search.widening import terms_for

PER_PAGE = 10
PLACES_SHOWN = 2
ASK_AGAIN_SECONDS = 30.0
log = logging.getLogger("beffroi.search")


def engine() -> SearchEngine:
    """Return the search engine of the running application."""
    return cast("SearchEngine", current_app.extensions["search_engine"])


def index_soon(type_: str, object_id: int) -> None:
    """Have one thing indexed again (or taken out), in the present transaction; who may see it counts at once."""
    payload = {"type": type_, "id": object_id}
    enqueue("search.index", payload, key=f"search.index:{type_}:{object_id}")
    touch_audience(type_, object_id)


def index_all_soon(type_: str, ids: Sequence[int]) -> None:
    """Have several things of one type indexed again, in as many statements for two as for fifty."""
    wanted = {f"search.index:{type_}:{one}": {"type": type_, "id": one} for one in ids}
    enqueue_all("search.index", wanted)
    touch_audience_of(type_, ids)


class Why(enum.StrEnum):
    """Why the whole index is to be made anew.

    Somebody asks, it cannot be used, a rebuild was left unfinished, it does not hold what there is.
    """

    ASKED = "asked"
    UNUSABLE = "unusable"
    UNFINISHED = "unfinished"
    OF_ANOTHER_TIME = "of another time"


def rebuild_soon(why: Why = Why.ASKED) -> None:
    """Have the whole index made anew, in the present transaction; asked twice it is done once.

    It is not done at all when the reason is gone by the time its turn comes: another one was begun after this moment.
    """
    payload = {"why": why, "after": number_of_rebuild()}
    enqueue("search.rebuild", payload, key=f"search.rebuild:{why}", priority=URGENT)


def find(person: Any, query: Query, per_page: int = PER_PAGE, beside: Beside = NOTHING_BESIDE) -> Results:
    """Find what a person may see and answers a query; when the index is unusable, look at titles in the database.

    ``beside`` narrows the results further: a tab, sizes of cities.
    """
    scope = scope_of(person)
    offset = (query.page - 1) * per_page
    asked, terms = filtered(person, scope, catalogue(), query, beside), terms_for(query, rules())
    try:
        matches = engine().search(terms, asked.allowed, per_page, offset, query.sort)
    except IndexUnavailableError as error:
        _ask_rebuild(error)
        return _by_titles(person, query, per_page)
    results = results_of(person, terms, matches.hits)
    counted = Counted(person, scope, query, beside, asked.allowed, matches.facets)
    facets, tabs = facets_of(counted), tabs_of(counted)
    return Results(query, results, matches.total, per_page, facets, tabs, unknown=asked.unknown, marked=terms.marked)


def count_found(query: Query, allowed: Allowed) -> int:
    """Return how many things a query finds of what is allowed; 0 while the index is unusable."""
    if query.is_empty:
        return 0
    try:
        return engine().search(terms_for(query, rules()), allowed, limit=0).total
    except IndexUnavailableError as error:
        _ask_rebuild(error)
        return 0


def _ask_rebuild(why: IndexUnavailableError) -> None:
    """Log why the index is unavailable and queue a rebuild, at most every half minute, however often people search.

    A site whose database cannot be written just now still answers.
    """
    asked: dict[str, float] = current_app.extensions.setdefault("search_rebuild_asked", {})
    if time.monotonic() - asked.get("at", -ASK_AGAIN_SECONDS) < ASK_AGAIN_SECONDS:
        return
    asked["at"] = time.monotonic()
    log.warning("the index is unavailable; titles are searched in the database", exc_info=why)
    try:
        with transaction():
            rebuild_soon(Why.UNUSABLE)
    except Exception:
        log.exception("a rebuild of the index could not be queued")


def _by_titles(person: Any, query: Query, per_page: int) -> Results:
    words = begun(" ".join(item.text for item in query.items))
    found = [f"{source.type}:{one}" for source in sources() for one in source.titles(person, words, per_page)]
    terms = terms_for(query, rules())
    results = results_of(person, terms, [ParentHit(key, 0.0) for key in found[:per_page]])
    return Results(query, results, len(results), per_page, degraded=True, marked=terms.marked)


def results_of(person: Any, terms: Terms, hits: Sequence[ParentHit]) -> tuple[Result, ...]:
    """Make results of what an engine found: cards asked with each feature's own rule, snippets from the database.

    What this person may not see is left out.
    """
    cards = cards_of(person, [hit.key for hit in hits])
    seen = [hit for hit in hits if hit.key in cards]
    texts = _texts(seen)
    clauses = terms.marked
    return tuple(_result(hit, cards[hit.key], texts, clauses) for hit in seen)


def texts_read(person: Any, hits: Sequence[ParentHit]) -> Iterator[str]:
    """Yield the titles and the passages of some hits, of those alone that this person may see."""
    cards = cards_of(person, [hit.key for hit in hits])
    yield from (card.title for card in cards.values())
    yield from (passage.text for passage in _texts([hit for hit in hits if hit.key in cards]).values())


def cards_of(person: Any, keys: Iterable[str]) -> Mapping[str, Card]:
    """Return the cards of those things, by their keys, that a person may see; a few statements however many."""
    found: dict[str, Card] = {}
    for type_, ids in _by_type(keys).items():
        source = source_of(type_)
        if source is not None:
            found |= {f"{type_}:{one}": card for one, card in source.cards(person, ids).items()}
    return found


def _by_type(keys: Iterable[str]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        grouped[key.partition(":")[0]].append(number_of(key))
    return grouped


def _texts(hits: Iterable[ParentHit]) -> Mapping[tuple[str, int], Passage]:
    wanted: dict[str, dict[int, list[int]]] = defaultdict(dict)
    for hit in hits:
        numbers = [passage.n for passage in hit.passages] or [OWN_TEXT]
        wanted[hit.key.partition(":")[0]][number_of(hit.key)] = numbers
    found: dict[tuple[str, int], Passage] = {}
    for type_, numbers_of in wanted.items():
        source = source_of(type_)
        texts = source.texts(numbers_of) if source is not None else {}
        found |= {(f"{type_}:{one}", n): text for (one, n), text in texts.items()}
    return found


def _result(
    hit: ParentHit,
    card: Card,
    texts: Mapping[tuple[str, int], Passage],
    clauses: tuple[Clause, ...],
) -> Result:
    passages = [texts[hit.key, one.n] for one in hit.passages if (hit.key, one.n) in texts]
    places = tuple(place_of(one, card, clauses) for one in passages[:PLACES_SHOWN])
    own = texts.get((hit.key, OWN_TEXT)) if not places else None
    cut = snippet(own.text, clauses, card.lang) if own is not None else None
    return Result(hit.key, card, cut, places, hit.passages_total, hit.score, passages[0] if passages else own)


def nothing(query: Query, per_page: int = PER_PAGE) -> Results:
    """Give the empty answer, for a page where nothing was asked yet."""
    matches = Matches()
    return Results(query, (), matches.total, per_page)
