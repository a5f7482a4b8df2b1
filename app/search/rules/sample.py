"""What a question becomes under the rules in force: what is looked for, what is not, what it brings, what leads."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from app.search.analysis import fold, is_stopword
from app.search.query import Form, Query
from app.search.rules.compiled import Rules, ignored_form
from app.search.widening import synonyms_of


class Fate(enum.StrEnum):
    """What becomes of a word."""

    SOUGHT = "sought"
    GRAMMAR = "grammar"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Brought:
    """Words of a question, the names they bring, and which of these are by the site's own groups."""

    words: str
    names: tuple[str, ...]
    own: frozenset[str]


@dataclass(frozen=True)
class Sample:
    """A question taken apart: each item as typed with what becomes of it, the names brought, keys that come first."""

    items: tuple[tuple[str, Fate], ...]
    brought: tuple[Brought, ...]
    first: tuple[str, ...]


def sample_of(query: Query, rules: Rules) -> Sample:
    """Take a question apart."""
    items = [(str(item), _fate(item.text, rules) if item.form is Form.WORD else Fate.SOUGHT) for item in query.items]
    if items and all(fate is not Fate.SOUGHT for _, fate in items):
        telling = Fate.IGNORED if any(fate is Fate.IGNORED for _, fate in items) else Fate.GRAMMAR
        items = [(word, Fate.SOUGHT if fate is telling else fate) for word, fate in items]
    return Sample(tuple(items), tuple(_brought(query, rules)), rules.leading(query.words))


def _fate(word: str, rules: Rules) -> Fate:
    if is_stopword(fold(word)):
        return Fate.GRAMMAR
    return Fate.IGNORED if ignored_form(word) in rules.ignored else Fate.SOUGHT


def _brought(query: Query, rules: Rules) -> Iterator[Brought]:
    for one in synonyms_of(query, rules):
        words = " ".join(one.words)
        yield Brought(words, one.names, frozenset(rules.other_names(words)))
