"""Which words of a text answer a query: for marks in snippets and for boxes over a page's picture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from app.search.analysis import Token, fold, tokens
from app.search.terms import Clause


@dataclass(frozen=True)
class Hit:
    """A stretch of text that answers a clause: character offsets, and which clause (its number)."""

    start: int
    end: int
    clause: int


def find_hits(text: str, clauses: Sequence[Clause], lang: str | None = "fr") -> list[Hit]:
    """Find every hit in a text, in order; the hits of different clauses may overlap."""
    index = _Index.of(tuple(clauses))
    found = list(tokens(text, lang, among=index.terms))
    at: dict[int, list[Token]] = {}
    for token in found:
        at.setdefault(token.position, []).append(token)
    hits = set(_prefixed(text, index, lang))
    for token in found:
        for number, sequence in index.starting.get(token.term, ()):
            end = _end_of(sequence, token, at)
            if end:
                hits.add(Hit(token.start, end, number))
    return sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.clause))


@dataclass(frozen=True)
class _Index:
    """Every term of some clauses, which sequences begin with it, and the clauses that ask for a beginning."""

    terms: frozenset[str]
    starting: Mapping[str, list[tuple[int, tuple[str, ...]]]]
    prefixes: tuple[tuple[int, str], ...]

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, clauses: tuple[Clause, ...]) -> _Index:
        starting: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for number, clause in enumerate(clauses):
            for sequence in clause.sequences:
                starting.setdefault(sequence[0], []).append((number, sequence))
        terms = frozenset(term for clause in clauses for sequence in clause.sequences for term in sequence)
        prefixes = tuple((number, clause.prefix) for number, clause in enumerate(clauses) if clause.prefix)
        return cls(terms, starting, prefixes)


def _prefixed(text: str, index: _Index, lang: str | None) -> Iterator[Hit]:
    if not index.prefixes:
        return
    for token in tokens(text, lang):
        for number, prefix in index.prefixes:
            if fold(text[token.start : token.end]).startswith(prefix):
                yield Hit(token.start, token.end, number)


def _end_of(sequence: tuple[str, ...], first: Token, at: dict[int, list[Token]]) -> int:
    """Give where a sequence that begins with `first` ends in the text; 0 when it is not there."""
    end = first.end
    for step, term in enumerate(sequence[1:], start=1):
        following = next((token for token in at.get(first.position + step, ()) if token.term == term), None)
        if following is None:
            return 0
        end = following.end
    return end


def matches(words: Sequence[str], clauses: Sequence[Clause], lang: str | None = "fr") -> list[int]:
    """Give the numbers of the words that are hits, in order.

    `words` are the words of a page as they follow each other (the text of each box). They are read as one text, so that
    phrases and compounds are found across words, and a word cut at a line's end is joined with the next.
    """
    pieces = [_spaced(word, is_last=number == len(words) - 1) for number, word in enumerate(words)]
    offsets = [0, *accumulate(len(piece) for piece in pieces)]
    hit: set[int] = set()
    for one in find_hits("".join(pieces), clauses, lang):
        hit.update(_words_between(one, offsets))
    return sorted(hit)


_CUT = ("-", "\u00ad", "\u0002", "\u2010", "\u2011")


def _spaced(word: str, *, is_last: bool) -> str:
    """Give the text of a word as it stands before the next: a cut word is followed by nothing."""
    if is_last:
        return word
    return word.rstrip() if word.rstrip().endswith(_CUT) and len(word.strip()) > 1 else word + " "


def _words_between(hit: Hit, offsets: Sequence[int]) -> Iterable[int]:
    first = bisect_right(offsets, hit.start) - 1
    last = bisect_right(offsets, hit.end - 1) - 1
    return range(first, last + 1)


def hit_boxes(
    words: Sequence[str],
    boxes: Sequence[tuple[float, float, float, float]],
    clauses: Sequence[Clause],
    lang: str | None = "fr",
) -> list[tuple[float, float, float, float]]:
    """Give the boxes of the words that are hits; `boxes` has one (left, top, right, bottom) a word, in any unit."""
    return [boxes[number] for number in matches(words, clauses, lang) if number < len(boxes)]
