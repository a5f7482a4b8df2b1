"""The one analyser of every engine: from text to the terms under which it is indexed, with their places in the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from app.search.analysis.chunks import CHUNK, cut
from app.search.analysis.folding import fold
from app.search.analysis.french import stem as french_stem
from app.search.analysis.stopwords import is_stopword

__all__ = ["ANALYSER_VERSION", "LANGUAGES", "Token", "fold", "is_stopword", "stem", "tokens"]

ANALYSER_VERSION = 1
"""Kept in every index; raise it whenever the same text would give other terms: indexes are then rebuilt."""

LANGUAGES = ("fr", "en")
"""The languages a query is analysed in; a document in another language is analysed as French."""

_ENGLISH_MARK = "~en"
_english = Stemmer.Stemmer("english", 0)
_LONGEST_REMEMBERED = 80


@dataclass(frozen=True, slots=True)
class Token:
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


def tokens(text: str, lang: str | None = "fr") -> Iterator[Token]:
    """Walk through the terms of `text` in order; the same text and language always give the same terms."""
    position = 0
    for match in CHUNK.finditer(text):
        chunk, base = match[0], match.start()
        found = _terms(chunk, lang == "en") if len(chunk) <= _LONGEST_REMEMBERED else _read(chunk, lang == "en")
        for term, start, end, step in found:
            if step:
                yield Token(term, base + start, base + end, position)
                position += 1
            else:
                yield Token(term, base + start, base + end, position - _words_in(found), joined=True)


def _words_in(found: tuple[tuple[str, int, int, int], ...]) -> int:
    """Count the words of a chunk, without its second reading."""
    return sum(step for *_, step in found)


def _read(chunk: str, english: bool) -> tuple[tuple[str, int, int, int], ...]:  # noqa: FBT001 - a key of the cache
    """Give (term, start, end, step) of a chunk; step is 1 for a word and 0 for the joined reading."""
    lang = "en" if english else "fr"
    compound = cut(chunk)
    found = [(stem(piece.text, lang), piece.start, piece.end, 1) for piece in compound.pieces]
    if compound.joined:
        found.append((stem(compound.joined, lang), compound.pieces[0].start, compound.pieces[-1].end, 0))
    return tuple(found)


_terms = lru_cache(maxsize=200_000)(_read)
