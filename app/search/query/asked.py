"""A question put to the library: independent of any engine, of any person and of how it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.search.analysis import fold, is_stopword
from app.search.analysis.chunks import CHUNK

MAX_LENGTH = 500
MAX_TERMS = 24
MAX_PREFIXES = 3
MAX_EXPANSIONS = 300
"""How many words that begin alike Whoosh reads for one prefix, of those that stand in what the person may read."""
MAX_FILTERS = 30
MAX_VALUE = 120
SHORTEST_PREFIX = 2
LAST_PAGE = 1000

QUOTES = '"«»“”„'
OPERATORS = {"OU": "or", "OR": "or", "ET": "and", "AND": "and"}
PREFIX = re.compile(r"^[^\W_]+\*+$")


class Form(StrEnum):
    """How an item stands for words: one word, words that follow each other, the beginning of a word."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"


@dataclass(frozen=True)
class Item:
    """A word, a phrase (without its quotes) or a beginning (without its star), as its writer spelled it."""

    text: str
    form: Form = Form.WORD

    def __str__(self) -> str:
        """Give the item as it is typed: `mot`, `"deux mots"`, `préf*`."""
        return {Form.WORD: self.text, Form.PHRASE: f'"{self.text}"', Form.PREFIX: f"{self.text}*"}[self.form]

    @classmethod
    def read(cls, written: str) -> Item | None:
        """Read back what `str` gave; None for anything else."""
        if len(written) > MAX_LENGTH:
            return None
        inside = written[1:-1]
        if written[:1] == '"' == written[-1:] and CHUNK.search(inside) and not set(inside) & set(QUOTES):
            return cls(" ".join(inside.split()), Form.PHRASE)
        if PREFIX.match(written):
            return cls(written.rstrip("*"), Form.PREFIX)
        return cls(written) if CHUNK.fullmatch(written) and written not in OPERATORS else None


class Field(StrEnum):
    """What a filter looks at."""

    KIND = "kind"
    SPACE = "space"
    TAG = "tag"
    CITY = "city"
    AUTHOR = "author"
    YEAR = "year"
    LANG = "lang"


@dataclass(frozen=True)
class Filter:
    """A filter as it was typed or ticked: a name or a code, whose meaning depends on the reader."""

    field: Field
    value: str
    excluded: bool = False


class Sort(StrEnum):
    """Order of the results: the best first, or the newest first."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True)
class Query:
    """What is asked for.

    `items` rank, and any one is enough. Of each group of `required` one item at least must stand in the thing;
    what is `excluded` must stand nowhere in it. Filters of one field widen each other, those of several fields
    narrow; an excluded filter drops what it names.
    """

    items: tuple[Item, ...] = ()
    required: tuple[tuple[Item, ...], ...] = ()
    excluded: tuple[Item, ...] = ()
    filters: tuple[Filter, ...] = ()
    page: int = 1
    sort: Sort = Sort.RELEVANCE

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked for, not even a filter."""
        return not (self.items or self.excluded or self.filters)

    @property
    def words(self) -> tuple[str, ...]:
        """The plain words that rank, in the order typed."""
        return tuple(item.text for item in self.items if item.form is Form.WORD)

    def values(self, field: Field, *, excluded: bool = False) -> tuple[str, ...]:
        """Give the values of one field's filters."""
        return tuple(one.value for one in self.filters if one.field is field and one.excluded is excluded)

    def filtered(self, more: Iterable[Filter]) -> Query:
        """Give the same query with more filters, each once."""
        return replace(self, filters=in_order((*self.filters, *more)))


def in_order(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Give filters each once, as they are kept: field by field, those that exclude last, a bounded number of them."""
    order = list(Field)
    return tuple(sorted(dict.fromkeys(filters), key=lambda one: (one.excluded, order.index(one.field)))[:MAX_FILTERS])


def settled(query: Query) -> Query:
    """Give the one form of all queries that ask the same, so that what is written reads back equal.

    What is required comes first among the items; a phrase always is. A group of plain words is written with « ET »,
    which asks for every word: then the words left over are required too. A lone group of all the words asks for
    nothing more than they do.
    """
    groups = tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in query.required if group))
    strict = any(_is_plain(group) for group in groups)
    held = {item for group in groups for item in group}
    left = [item for item in _once(query.items) if item not in held]
    groups += tuple((item,) for item in left if strict or item.form is Form.PHRASE)
    required = dict.fromkeys(item for group in groups for item in group)
    items = (*required, *(item for item in left if item not in required))
    if len(groups) == 1 and _is_plain(groups[0]):
        groups = ()
    return replace(query, items=items, required=groups, filters=in_order(query.filters))


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    """Give items each once, but function words as often as they stand: a name may hold two (« de … de la … »)."""
    known: set[Item] = set()
    kept = []
    for item in items:
        if item not in known or (item.form is Form.WORD and is_stopword(fold(item.text))):
            kept.append(item)
            known.add(item)
    return tuple(kept)


def _is_plain(group: Iterable[Item]) -> bool:
    return all(item.form is not Form.PHRASE for item in group)
