"""What resembles a thing one reads, or a title one types: found by the words that tell most, under the reader's mask.

The words come from the thing itself. Which of them tell most, and what then comes first, is counted over what this
person may read (`app.search.index.likeness`): a closed space changes nothing of the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Any

from app.search.analysis import is_stopword, tokens
from app.search.analysis.folding import fold
from app.search.audience import catalogue
from app.search.catalogue import PART_SIZE, Allowed, CatalogueRow
from app.search.engine import IndexUnavailableError
from app.search.operations import cards_of, engine
from app.search.query import Item, Query
from app.search.sources import Card, kind_label, number_of, scope_of, source_of
from app.search.terms import Clause, terms_of

MOST_GIVEN, MOST_NEAR = 5, 3
"""How many things are given beside one that is read, and under a title that is typed: little there, people write."""

MOST_CANDIDATES = 24
"""How many words of a thing are looked up; the engine compares the rarest of them."""

IN_NAME = 2.0
"""Weight of a word of the title or of a keyword beside those of the text."""

PASSAGES_READ = 12
LONGEST_READ = 4000
SHORTEST_WORD = 3
SPARE = 6
"""How many more are asked for: the comments of what is given already are passed over."""


@dataclass(frozen=True)
class Similar:
    """One thing that resembles: its card, where it is, what it is."""

    card: Card
    url: str
    kind_label: str

    @property
    def facts(self) -> str:
        """What stands under the title: what it is, whose, and what warns."""
        return " · ".join(filter(None, (self.kind_label, *self.card.meta[:1], self.card.state)))


def similar_to(person: Any, key: str, title: str, aside: Collection[str] = ()) -> tuple[Similar, ...]:
    """Return what resembles a thing this person reads, the likest first; nothing of what is put ``aside`` by its key.

    Neither the thing itself nor what speaks of it alone, or what it speaks of. A constant number of statements.
    """
    known = catalogue()
    if key not in known:
        return ()
    row = known.row(key)
    clauses = _clauses(_counted([title, *_keywords(row)], row.lang), _counted(_texts(row), row.lang))
    return _alike(person, clauses, {key, row.about, *aside} - {""})


def near_title(person: Any, title: str) -> tuple[Similar, ...]:
    """Return what this person reads that resembles a title being typed; nothing for one without a word that tells."""
    return _alike(person, _clauses(_counted([title], None), Counter()), frozenset(), named=True)[:MOST_NEAR]


def _alike(
    person: Any, clauses: Collection[Clause], aside: Collection[str], *, named: bool = False
) -> tuple[Similar, ...]:
    known = catalogue()
    allowed = Allowed.to(known, scope_of(person))
    try:
        found = engine().alike(tuple(clauses), allowed, MOST_GIVEN + SPARE, aside, named=named) if clauses else []
    except IndexUnavailableError:
        return ()
    keys = list(_once_each((known.row(key) for key in found), aside))[:MOST_GIVEN]
    cards = cards_of(person, keys)
    return tuple(Similar(one, one.url(None), kind_label(one.kind)) for key in keys if (one := cards.get(key)))


def _once_each(rows: Iterable[CatalogueRow], aside: Collection[str]) -> Iterator[str]:
    """Pass keys on, but those of what only speaks of another thing that is given already or put aside."""
    told = set(aside)
    for row in rows:
        if row.about not in told and row.key not in told:
            told |= {row.key, row.about} - {""}
            yield row.key


def _keywords(row: CatalogueRow) -> Iterator[str]:
    return (slug.replace("-", " ") for slug in row.tags)


def _texts(row: CatalogueRow) -> list[str]:
    """Return how a thing's texts begin: its own words and its first passages, in a constant number of statements."""
    source = source_of(row.key)
    one, parts = number_of(row.key), (row.parts or (0,))[:PASSAGES_READ]
    numbers = [part * PART_SIZE + n for part in parts for n in range(1, 1 + PASSAGES_READ // len(parts))]
    found = source.texts({one: [0, *numbers]}) if source else {}
    return list(dict.fromkeys(found[place].text[:LONGEST_READ] for place in sorted(found)))


def _counted(texts: Iterable[str], lang: str | None) -> Counter[str]:
    """Count the words of texts that may tell something, whatever their ending; each by its first spelling."""
    spelled: dict[str, str] = {}
    times: Counter[str] = Counter()
    for text in texts:
        for token in tokens(text, lang):
            if not token.joined:
                times[spelled.setdefault(token.term, text[token.start : token.end])] += 1
    return Counter({word: n for word, n in times.items() if _may_tell(fold(word))})


def _may_tell(word: str) -> bool:
    return len(word) >= SHORTEST_WORD and not word.isdigit() and not is_stopword(word)


def _clauses(named: Counter[str], told: Counter[str]) -> list[Clause]:
    """Return what is looked up, each word weighed by how often it is said and whether it stands in the name."""
    weights: dict[tuple[tuple[str, ...], ...], float] = {}
    for base, words in ((IN_NAME, named), (1.0, told)):
        for word, times in words.most_common(MOST_CANDIDATES):
            for sequences in _sequences(word):
                weights[sequences] = max(weights.get(sequences, 0.0), base) * (1 + log(times))
    heaviest = sorted(weights.items(), key=lambda one: -one[1])[:MOST_CANDIDATES]
    return [Clause(sequences, weight=weight) for sequences, weight in heaviest]


@lru_cache(maxsize=4096)
def _sequences(word: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(clause.sequences for clause in terms_of(Query((Item(word),))).wanted)
