"""The one analyser of every engine: from text to the terms under which it is indexed, with their places in the text."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from app.search.analysis.chunks import CHUNK, cut
from app.search.analysis.folding import fold
from app.search.analysis.french import stem as french_stem
from app.search.analysis.stopwords import is_stopword

__all__ = ["ANALYSER_VERSION", "LANGUAGES", "Token", "fold", "is_stopword", "positions", "stem", "tokens"]

ANALYSER_VERSION = 2
"""Kept in every index; raise it whenever the same text would give other terms: indexes are then rebuilt."""

LANGUAGES = ("fr", "en")
"""The languages a query is analysed in; a document in another language is analysed as French."""

_ENGLISH_MARK = "~en"
_english = Stemmer.Stemmer("english", 0)
_LONGEST_REMEMBERED = 80


class Token(NamedTuple):
    """A term met in a text: `start` and `end` are character offsets, `position` counts words from 0.

    `joined` marks the second reading of a compound ("vidéo-protection" as one word), placed where its first word is.
    """

    term: str
    start: int
    end: int
    position: int
    joined: bool = False


def stem(folded: str, lang: str | None) -> str:
    """Give the term of one folded word in a language ("en", or anything else for French)."""
    if lang == "en":
        return str(_english.stemWord(folded)) + _ENGLISH_MARK
    return french_stem(folded)


def tokens(text: str, lang: str | None = "fr", among: frozenset[str] | None = None) -> Iterator[Token]:
    """Walk through the terms of `text` in order, all or only those `among` some terms.

    The same text and language always give the same terms.
    """
    for base, position, found in _chunks(text, lang):
        for term, start, end, shift, joined in found:
            if among is None or term in among:
                yield Token(term, base + start, base + end, position + shift, joined)


def positions(text: str, lang: str | None = "fr") -> tuple[dict[str, list[int]], int]:
    """Give the positions of every term of a text, and the number of its words: `tokens`, as an index wants it."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    words = 0
    for _, position, found in _chunks(text, lang):
        words = position
        for term, _, _, shift, joined in found:
            places[term].append(position + shift)
            words += not joined
    return dict(places), words


# One term of a chunk: the term, its first and last offset in the chunk, its position in it, whether it is joined.
_Reading = tuple[tuple[str, int, int, int, bool], ...]


def _chunks(text: str, lang: str | None) -> Iterator[tuple[int, int, _Reading]]:
    """Give the offset, the position and the terms of every chunk of a text."""
    position = 0
    english = lang == "en"
    for match in CHUNK.finditer(text):
        chunk = match[0]
        found, words = (_remembered if len(chunk) <= _LONGEST_REMEMBERED else _read)(chunk, english)
        yield match.start(), position, found
        position += words


def _read(chunk: str, english: bool) -> tuple[_Reading, int]:  # noqa: FBT001 - a key of the cache
    """Give the terms of a chunk and the number of its words."""
    lang = "en" if english else "fr"
    compound = cut(chunk)
    pieces = compound.pieces
    found = [(stem(piece.text, lang), piece.start, piece.end, at, False) for at, piece in enumerate(pieces)]
    if compound.joined:
        found.append((stem(compound.joined, lang), pieces[0].start, pieces[-1].end, 0, True))
    return tuple(found), len(pieces)


_remembered = lru_cache(maxsize=200_000)(_read)
