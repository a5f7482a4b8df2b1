"""What a person asks for: our own `Query`, and the small parser that reads one from what was typed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.search.analysis import fold, is_stopword
from app.search.analysis.chunks import CHUNK

MAX_LENGTH = 300
MAX_TERMS = 16
MAX_PREFIXES = 3
MAX_EXPANSIONS = 300
SHORTEST_PREFIX = 2
LAST_PAGE = 1000


class Hint(StrEnum):
    """What the parser could not take as typed; the page has a sentence for each (`app.search.hints`)."""

    TOO_LONG = "too_long"
    TOO_MANY_TERMS = "too_many_terms"
    TOO_MANY_PREFIXES = "too_many_prefixes"
    SHORT_PREFIX = "short_prefix"
    UNCLOSED_QUOTE = "unclosed_quote"
    UNREADABLE = "unreadable"


class Sort(StrEnum):
    """Order of the results: the best first, or the newest first."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True)
class Query:
    """A question put to the library, independent of any engine and of any person.

    `words` rank and any one is enough, unless `all_words`; `phrases` are required; what is excluded must stand nowhere
    in the thing. `prefixes` are words cut by their reader (`prév*`, kept without the star).
    `kinds` and `spaces` hold what was typed or ticked: a kind's name, a space's slug.
    """

    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    all_words: bool = False
    page: int = 1
    sort: Sort = Sort.RELEVANCE

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked for, not even a filter."""
        return not (self.asks_words or self.excluded_words or self.excluded_phrases or self.kinds or self.spaces)

    @property
    def asks_words(self) -> bool:
        """Whether some text must be found (a filter alone lists everything it lets through)."""
        return bool(self.words or self.prefixes or self.phrases)

    def to_dict(self) -> dict[str, Any]:
        """Give the query as plain values for JSON; what is at its default is left out, and so is the page."""
        names = [name for name in _LISTS if getattr(self, name)]
        kept: dict[str, Any] = {name: list(getattr(self, name)) for name in names}
        if self.all_words:
            kept["all_words"] = True
        if self.sort is not Sort.RELEVANCE:
            kept["sort"] = self.sort.value
        return kept

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Query":
        """Read back what `to_dict` gave; values of a wrong type or unknown are left out, nothing raises."""
        sort = Sort.DATE if kept.get("sort") == Sort.DATE.value else Sort.RELEVANCE
        plain = cls(all_words=kept.get("all_words") is True, sort=sort)
        lists: dict[str, Any] = {name: _strings(kept.get(name)) for name in _LISTS}
        return replace(plain, **lists)

    def filtered(self, kinds: Iterable[str] = (), spaces: Iterable[str] = ()) -> "Query":
        """Give the same query with more kinds and spaces ticked."""
        return replace(self, kinds=_unique((*self.kinds, *kinds)), spaces=_unique((*self.spaces, *spaces)))


_LISTS = ("words", "prefixes", "phrases", "excluded_words", "excluded_phrases", "kinds", "spaces")


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(_readable(item)[:MAX_LENGTH] for item in value[:MAX_TERMS] if isinstance(item, str))


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


@dataclass(frozen=True)
class Parsed:
    """A query and what its writer should be told about it."""

    query: Query
    hints: tuple[Hint, ...] = ()


_QUOTED = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”')
_QUOTES = '"«»“”„'
_FIELD = re.compile(r"(kind|type|genre|espace|space)\s?:\s?", re.IGNORECASE)
_BARE = re.compile(rf"[^\s{_QUOTES}]+")
_KINDS = frozenset({"kind", "type", "genre"})
_PREFIX = re.compile(r"^[^\W_]+\*+$")
_BETWEEN = frozenset({"OR", "OU"})
_TOGETHER = frozenset({"AND", "ET"})


def parse(typed: str, page: int = 1, sort: Sort = Sort.RELEVANCE) -> Parsed:
    """Read what a person typed. Never raises: what cannot be read is taken as words, and a hint says so."""
    return _Reader(typed).read(max(1, min(page, LAST_PAGE)), sort)


def _readable(typed: str) -> str:
    """Replace what no text holds (control characters, lone surrogates) by spaces."""
    return "".join(" " if unicodedata.category(sign) in {"Cc", "Cs", "Co"} else sign for sign in typed)


@dataclass
class _Reader:
    """Walks once through what was typed and gathers the parts of the query."""

    typed: str
    hints: list[Hint] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _LISTS})
    all_words: bool = False
    terms: int = 0

    def read(self, page: int, sort: Sort) -> Parsed:
        """Return what was typed as a query, with the hints that go with it; anything typed is answered."""
        if len(self.typed) > MAX_LENGTH:
            self.hints.append(Hint.TOO_LONG)
        text = _readable(self.typed[:MAX_LENGTH])
        at = 0
        while at < len(text):
            at = self._step(text, at)
        parts: dict[str, Any] = {name: _unique(items) for name, items in self.found.items()}
        query = Query(**parts, all_words=self.all_words, page=page, sort=sort)
        if self.typed.strip() and query.is_empty:
            self.hints.append(Hint.UNREADABLE)
        return Parsed(query, tuple(dict.fromkeys(self.hints)))

    def _step(self, text: str, at: int) -> int:
        """Read one part at `at` and give where the next begins."""
        if text[at].isspace():
            return at + 1
        minus = text[at] == "-" and not text[at + 1 : at + 2].isspace()
        start = at + 1 if minus else at
        quoted = _QUOTED.match(text, start)
        if quoted:
            self._phrase(next(filter(None, quoted.groups()), ""), excluded=minus)
            return quoted.end()
        if text[start : start + 1] and text[start] in _QUOTES:
            self.hints.append(Hint.UNCLOSED_QUOTE)
            return start + 1
        return self._field(text, start) or self._bare(text, start, excluded=minus)

    def _field(self, text: str, start: int) -> int:
        name = _FIELD.match(text, start)
        if not name:
            return 0
        value = _QUOTED.match(text, name.end()) or _BARE.match(text, name.end())
        if not value:
            return 0
        wanted = value[0].strip(_QUOTES + " ")
        if wanted:
            self.found["kinds" if name[1].lower() in _KINDS else "spaces"].append(wanted)
        return value.end()

    def _bare(self, text: str, start: int, *, excluded: bool) -> int:
        match = _BARE.match(text, start)
        if not match:
            return start + 1
        word = match[0]
        if word in _TOGETHER and not excluded:
            self.all_words = True
        elif _PREFIX.match(word) and not excluded:
            self._prefix(word.rstrip("*"))
        elif word not in _BETWEEN or excluded:
            self._words(word, excluded=excluded)
        return match.end()

    def _prefix(self, start: str) -> None:
        if len(fold(start)) < SHORTEST_PREFIX:
            self.hints.append(Hint.SHORT_PREFIX)
            self._words(start, excluded=False)
        elif len(self.found["prefixes"]) >= MAX_PREFIXES:
            self.hints.append(Hint.TOO_MANY_PREFIXES)
            self._words(start, excluded=False)
        elif self._has_room():
            self.found["prefixes"].append(start)

    def _phrase(self, inside: str, *, excluded: bool) -> None:
        if CHUNK.search(inside) and self._has_room():
            self.found["excluded_phrases" if excluded else "phrases"].append(inside.strip())

    def _words(self, text: str, *, excluded: bool) -> None:
        for chunk in CHUNK.findall(text):
            if is_stopword(fold(chunk)) or self._has_room():
                self.found["excluded_words" if excluded else "words"].append(chunk)

    def _has_room(self) -> bool:
        self.terms += 1
        if self.terms > MAX_TERMS:
            self.hints.append(Hint.TOO_MANY_TERMS)
        return self.terms <= MAX_TERMS
