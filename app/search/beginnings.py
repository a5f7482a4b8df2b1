"""What is typed so far, as beginnings of words: how names and titles are looked for in the database, and marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, and_, case, false, literal, or_

from app.core.db import begins, sort_key
from app.search.analysis import fold, is_stopword
from app.search.analysis.chunks import CHUNK, cut
from app.search.analysis.combining import split_combined

MOST_WORDS = 8
SHORTEST_PLURAL = 5
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


@dataclass(frozen=True)
class Begun:
    """One word typed: it is met where one of `starts` begins words of a name, or one of `wholes` stands there whole.

    Both are written as names are compared (`sort_key`); a compound may be several words.
    """

    starts: tuple[str, ...]
    wholes: tuple[str, ...] = ()


def begun(text: str) -> tuple[Begun, ...]:
    """Return the words of a text, each perhaps unfinished; function words count as the last alone, not yet finished."""
    pieces = [(chunk, [piece.text for piece in cut(chunk).pieces]) for chunk in CHUNK.findall(text)]
    filled = [(chunk, words) for chunk, words in pieces if words]
    telling = [one for one in filled[:-1] if not _says_little(one[1])] + filled[-1:]
    found = (_begun(chunk, words) for chunk, words in telling)
    return tuple(dict.fromkeys(one for one in found if one.starts))[:MOST_WORDS]


def named(column: Any, words: Sequence[Begun], between: str = " ") -> ColumnElement[bool]:
    """Return the condition that a name, by its folded form, holds all that is typed, in any order; nothing for nothing.

    ``between`` is what stands between the words of the name.
    """
    return and_(*(_met(column, one, between) for one in words)) if words else false()


def one_named(column: Any, words: Sequence[Begun]) -> ColumnElement[bool]:
    """Return the condition that a name holds one at least of the words typed."""
    return or_(false(), *(_met(column, one, " ") for one in words))


def names_first(column: Any, words: Sequence[Begun]) -> ColumnElement[int]:
    """Return the order that puts the names which begin with a word typed before those that hold it elsewhere."""
    begin = (column.startswith(start, autoescape=True) for one in words for start in one.starts)
    return case((or_(false(), *begin), 0), else_=1)


def is_named(name: str, words: Iterable[Begun]) -> bool:
    """Tell of a name in memory what `named` asks of a column."""
    return meets(f" {sort_key(name)} ", words)


def meets(hay: str, words: Iterable[Begun]) -> bool:
    """Tell whether folded names, a space before and after each, hold all that is typed."""
    return all(
        any(f" {start}" in hay for start in one.starts) or any(f" {whole} " in hay for whole in one.wholes)
        for one in words
    )


def marked(name: str, words: Iterable[Begun]) -> Markup:
    """Return a name, escaped, with what is typed of its words marked."""
    typed = {part for one in words for form in (*one.starts, *one.wholes) for part in form.split() if len(part) > 1}
    parts, at = [], 0
    for match in _WORD.finditer(name):
        end = match.start() + _length_typed(match[0], typed)
        if end > match.start():
            parts += [escape(name[at : match.start()]), Markup("<mark>{}</mark>").format(name[match.start() : end])]
            at = end
    return Markup("").join([*parts, escape(name[at:])])


def _says_little(words: Sequence[str]) -> bool:
    return len(words) == 1 and (len(words[0]) == 1 or is_stopword(words[0]))


def _begun(chunk: str, words: Sequence[str]) -> Begun:
    compound = cut(chunk)
    plain = " ".join(words)
    written = sort_key(" ".join(chunk[piece.start : piece.end] for piece in compound.pieces))
    starts = (written, sort_key(plain), sort_key(compound.joined), sort_key(split_combined(plain) or ""))
    ligatures = (start.replace("oe", "œ").replace("ae", "æ") for start in starts)
    return Begun(tuple(dict.fromkeys(filter(None, (*starts, *ligatures)))), tuple(_singulars(plain)))


def _singulars(word: str) -> Iterator[str]:
    """Give what a word may be the plural of: whole, because what it begins is begun by the word as well."""
    if len(word) >= SHORTEST_PLURAL and word[-1] in "sx":
        yield word[:-1]
    if len(word) >= SHORTEST_PLURAL and word.endswith("aux"):
        yield f"{word[:-3]}al"


def _met(column: Any, one: Begun, between: str) -> ColumnElement[bool]:
    hay = literal(between) + column + literal(between)
    starts = (begins(column, start.replace(" ", between), between) for start in one.starts)
    wholes = (hay.contains(f"{between}{whole.replace(' ', between)}{between}", autoescape=True) for whole in one.wholes)
    return or_(*starts, *wholes)


def _length_typed(word: str, typed: Iterable[str]) -> int:
    """Tell how many letters of a written word are typed: those of the longest beginning it has among `typed`."""
    folded = fold(word)
    longest = max((len(part) for part in typed if folded.startswith(part)), default=0)
    return next((n for n in range(len(word) + 1) if len(fold(word[:n])) >= longest), len(word)) if longest else 0
