"""What is proposed while somebody types in the search box: names that this person may see, and their own last searches.

Names are asked of the database, each feature's with its own rule: a right lost counts at once, and what only a closed
space holds is not there to be found (docs/decisions/0032).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.i18n import current_language
from app.core.slots import collect
from app.core.text import one_line
from app.search.audience import catalogue
from app.search.beginnings import Begun, begun
from app.search.catalogue import Allowed, Scope
from app.search.filters import filtered
from app.search.operations import count_found
from app.search.query import MAX_LENGTH, parse
from app.search.recent import Recent, recent_like, recent_of
from app.search.sources import Card, SearchSource, groups, kind_label, scope_of, sources

SHORTEST = 2
MOST_TITLES, MOST_RECENT, MOST_RECENT_ALONE = 4, 2, 6


@dataclass(frozen=True)
class Typed:
    """What was typed so far, by whom, and what this person may find."""

    person: Any
    words: tuple[Begun, ...]
    scope: Scope
    allowed: Allowed


@dataclass(frozen=True)
class Suggestion:
    """One thing proposed: its name, its facts, where it leads; its face is a kind, an icon, a person or a place."""

    label: str
    url: str
    facts: str = ""
    kind: str = ""
    icon: str = ""
    person: Any = None
    organisation: Any = None
    lang: str = ""


@dataclass(frozen=True)
class Suggested:
    """Things proposed together, under a title."""

    title: str
    items: Sequence[Suggestion]


@dataclass(frozen=True)
class Suggestions:
    """All that is proposed: last searches, things by groups, and how many results the words have as they stand."""

    text: str
    words: tuple[Begun, ...]
    recent: Sequence[Recent]
    groups: Sequence[Suggested] = ()
    total: int = 0

    @property
    def asks(self) -> bool:
        """Whether enough is typed to be searched for."""
        return len(self.text) >= SHORTEST

    @property
    def count(self) -> int:
        """How many options there are, the last line that searches left out."""
        return len(self.recent) + sum(len(one.items) for one in self.groups)


def suggestions_for(person: Any, written: str) -> Suggestions:
    """Return what to propose to a person who has typed so far; the last searches alone where nothing is typed.

    A constant number of statements. Filters and words to leave out narrow a search, not names: with them nothing is
    named.
    """
    text = one_line(written)[:MAX_LENGTH].strip()
    if not text:
        return Suggestions("", (), recent_of(person)[:MOST_RECENT_ALONE])
    query, words = parse(text).query, begun(text)
    if len(text) < SHORTEST:
        return Suggestions(text, words, ())
    scope = scope_of(person)
    typed = Typed(person, words, scope, filtered(person, scope, catalogue(), query).allowed)
    named = _named(typed) if words and not (query.filters or query.excluded) else []
    return Suggestions(text, words, recent_like(person, words, MOST_RECENT), named, count_found(query, typed.allowed))


def _named(typed: Typed) -> list[Suggested]:
    cards = [card for source in sources() for card in _titled(source, typed)]
    return [*_by_group(cards), *collect("search.suggestions", typed)]


def _titled(source: SearchSource, typed: Typed) -> Iterator[Card]:
    """Give the cards of the things of a source whose title holds what is typed, the newest first."""
    ids = source.titles(typed.person, typed.words, MOST_TITLES)
    cards = source.cards(typed.person, ids, brief=True) if ids else {}
    yield from (cards[one] for one in ids if one in cards)


def _by_group(cards: Sequence[Card]) -> Iterator[Suggested]:
    """Give cards under the names of the tabs of the results, those of no tab under what they are."""
    titles = {kind: str(group.label) for group in groups() for kind in group.kinds}
    found: dict[str, list[Suggestion]] = {title: [] for title in titles.values()}
    for card in cards:
        found.setdefault(titles.get(card.kind) or kind_label(card.kind), []).append(_of_card(card))
    yield from (Suggested(title, items) for title, items in found.items() if items)


def _of_card(card: Card) -> Suggestion:
    facts = ", ".join((kind_label(card.kind), *card.meta[:1]))
    lang = card.lang if card.lang and card.lang != current_language() else ""
    return Suggestion(card.title, card.url(None), facts, kind=card.kind, lang=lang)
