"""From what was typed to a `Query`. Nothing raises: what cannot be read is taken as words, and a hint says so.

The language: words rank, any is enough; `"phrase"` must stand; `-word`, `-"phrase"`, `-field:value` must not; `préf*`;
`field:value`. « OU » between two sides asks for one of them, « ET » asks for every word of its sides; « ET » comes
first, brackets group.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.search.analysis import fold, is_stopword
from app.search.analysis.chunks import CHUNK
from app.search.query.asked import (
    LAST_PAGE,
    MAX_LENGTH,
    MAX_PREFIXES,
    MAX_TERMS,
    OPERATORS,
    PREFIX,
    QUOTES,
    SHORTEST_PREFIX,
    Field,
    Filter,
    Form,
    Item,
    Query,
    Sort,
    settled,
)
from app.search.query.fields import LOOKS_LIKE_A_FIELD, NAME, field_named, value_of
from app.search.query.needs import Sign, Token, needs_of


class Hint(StrEnum):
    """What could not be taken as typed; the page has a sentence for each (`app.search.hints`)."""

    TOO_LONG = "too_long"
    TOO_MANY_TERMS = "too_many_terms"
    TOO_MANY_PREFIXES = "too_many_prefixes"
    SHORT_PREFIX = "short_prefix"
    STAR = "star"
    UNCLOSED_QUOTE = "unclosed_quote"
    BRACKETS = "brackets"
    OPERATOR = "operator"
    LEAVING_OUT = "leaving_out"
    UNKNOWN_FIELD = "unknown_field"
    EMPTY_FIELD = "empty_field"
    YEAR = "year"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Parsed:
    """A query and what its writer should be told about it."""

    query: Query
    hints: tuple[Hint, ...] = ()


_QUOTED = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”')
#: Only around the value of a filter: elsewhere these signs are apostrophes, as within it (« espace:'L'aide' »).
_SINGLE = re.compile(rf"['‘’](?P<inside>[^{QUOTES}]+?)['’](?=[\s)]|$)")
_BARE = re.compile(rf"[^\s{QUOTES}]+")
_MINUS = "-−–"
#: How other search engines have a word left out; here they are words, and their writer is told of the hyphen.
_LEAVING_OUT = {"NOT", "SAUF"}
_STARRED = re.compile(r"\*\w|\w\*\S|^\*")


def parse(written: str, page: int = 1, sort: Sort = Sort.RELEVANCE) -> Parsed:
    """Read what a person typed."""
    return _Reader(written).read(max(1, min(page, LAST_PAGE)), sort)


def _readable(written: str) -> str:
    """Replace what no text holds (control characters, lone surrogates) by spaces."""
    return "".join(" " if unicodedata.category(sign) in {"Cc", "Cs", "Co"} else sign for sign in written)


@dataclass
class _Reader:
    """Walks once through what was typed and gathers the parts of the query."""

    written: str
    hints: list[Hint] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    excluded: list[Item] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    asked: set[Item] = field(default_factory=set)

    def read(self, page: int, sort: Sort) -> Parsed:
        """Return what was typed as a query, with the hints that go with it; anything typed is answered."""
        if len(self.written) > MAX_LENGTH:
            self.hints.append(Hint.TOO_LONG)
        text = _readable(self.written[:MAX_LENGTH])
        at = 0
        while at < len(text):
            at = self._step(text, at)
        query = self._query()
        if self.written.strip() and query.is_empty:
            self.hints.append(Hint.UNREADABLE)
        return Parsed(replace(query, page=page, sort=sort), tuple(dict.fromkeys(self.hints)))

    def _query(self) -> Query:
        needs = needs_of(self.tokens)
        if needs.lame:
            self.hints.append(Hint.OPERATOR)
        if needs.unbalanced:
            self.hints.append(Hint.BRACKETS)
        items = tuple(token for token in self.tokens if isinstance(token, Item))
        return settled(Query(items, needs.groups, tuple(dict.fromkeys(self.excluded)), tuple(self.filters)))

    def _step(self, text: str, at: int) -> int:
        """Read one part at `at` and give where the next begins."""
        if text[at].isspace():
            return at + 1
        if text[at] in "()":
            self.tokens.append(Sign.OPEN if text[at] == "(" else Sign.CLOSE)
            return at + 1
        minus = text[at] in _MINUS and not text[at + 1 : at + 2].isspace()
        start = at + 1 if minus else at
        quoted = _QUOTED.match(text, start)
        if quoted:
            self._phrase(next(filter(None, quoted.groups()), ""), excluded=minus)
            return quoted.end()
        if text[start : start + 1] and text[start] in QUOTES:
            self.hints.append(Hint.UNCLOSED_QUOTE)
            return start + 1
        return self._field(text, start, excluded=minus) or self._bare(text, start, excluded=minus)

    def _field(self, text: str, start: int, *, excluded: bool) -> int:
        """Read a filter; gives 0 when there is none that can be read."""
        name = NAME.match(text, start)
        known = field_named(name[1]) if name else None
        if name is None or known is None:
            return 0
        single = _SINGLE.match(text, name.end())
        quoted = single or _QUOTED.match(text, name.end())
        value = quoted or _BARE.match(text, name.end())
        inside = (value[0] if quoted else _without_bracket(value[0])) if value else ""
        cleaned = value_of(known, single["inside"] if single else inside)
        if not cleaned:
            self.hints.append(Hint.YEAR if inside and known is Field.YEAR else Hint.EMPTY_FIELD)
            return 0
        self.filters.append(Filter(known, cleaned, excluded))
        return name.end() + len(inside)

    def _bare(self, text: str, start: int, *, excluded: bool) -> int:
        match = _BARE.match(text, start)
        if not match:
            return start + 1
        word = _without_bracket(match[0])
        if word in OPERATORS and not excluded:
            self.tokens.append(Sign(OPERATORS[word]))
        elif PREFIX.match(word):
            self._prefix(word.rstrip("*"), excluded=excluded)
        else:
            self._words(word, excluded=excluded)
        return start + max(1, len(word))

    def _prefix(self, start: str, *, excluded: bool) -> None:
        known = sum(item.form is Form.PREFIX for item in self.asked)
        if len(fold(start)) < SHORTEST_PREFIX:
            self.hints.append(Hint.SHORT_PREFIX)
            self._words(start, excluded=excluded)
        elif known >= MAX_PREFIXES and Item(start, Form.PREFIX) not in self.asked:
            self.hints.append(Hint.TOO_MANY_PREFIXES)
            self._words(start, excluded=excluded)
        else:
            self._add(Item(start, Form.PREFIX), excluded=excluded)

    def _phrase(self, inside: str, *, excluded: bool) -> None:
        if CHUNK.search(inside):
            kept = "".join(" " if sign in QUOTES else sign for sign in inside)
            self._add(Item(" ".join(kept.split()), Form.PHRASE), excluded=excluded)

    def _words(self, text: str, *, excluded: bool) -> None:
        self._warn_of(text)
        for chunk in CHUNK.findall(text):
            self._add(Item(chunk.lower() if chunk in OPERATORS else chunk), excluded=excluded)

    def _warn_of(self, text: str) -> None:
        if text in _LEAVING_OUT:
            self.hints.append(Hint.LEAVING_OUT)
        if _STARRED.search(text):
            self.hints.append(Hint.STAR)
        if LOOKS_LIKE_A_FIELD.match(text) and not field_named(text.partition(":")[0]):
            self.hints.append(Hint.UNKNOWN_FIELD)

    def _add(self, item: Item, *, excluded: bool) -> None:
        """Take an item, while there is room: function words take none, nor does what was asked before."""
        if item not in self.asked and not (item.form is Form.WORD and is_stopword(fold(item.text))):
            if len(self.asked) >= MAX_TERMS:
                self.hints.append(Hint.TOO_MANY_TERMS)
                return
            self.asked.add(item)
        if excluded:
            self.excluded.append(item)
        else:
            self.tokens.append(item)


def _without_bracket(word: str) -> str:
    """Leave out the brackets that close at the end of a word and were not opened in it: "habitant(e)s)"."""
    while word.endswith(")") and word.count(")") > word.count("("):
        word = word[:-1]
    return word
