"""From a `Query` to terms: what an engine looks up, and what marks a hit in a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.search.analysis import LANGUAGES, fold, is_stopword, tokens
from app.search.analysis.combining import split_combined
from app.search.query import Query

Sequence = tuple[str, ...]
"""Terms that must stand one after the other; most often a single one."""


@dataclass(frozen=True)
class Clause:
    """One thing asked for: any of its sequences answers it; `prefix` (folded letters) adds every term beginning so."""

    sequences: tuple[Sequence, ...]
    prefix: str = ""


@dataclass(frozen=True)
class Terms:
    """A query ready to be run: `wanted` rank, `required` must each be met, `excluded` must not be met at all."""

    wanted: tuple[Clause, ...]
    required: tuple[Clause, ...]
    excluded: tuple[Clause, ...]

    @property
    def marked(self) -> tuple[Clause, ...]:
        """The clauses whose hits a reader wants to see."""
        return tuple(dict.fromkeys((*self.wanted, *self.required)))


@lru_cache(maxsize=1024)
def terms_of(query: Query) -> Terms:
    """Analyse a query in every language we index."""
    words = _word_clauses(query.words)
    phrases = tuple(clause for text in query.phrases if (clause := _clause(text)))
    prefixes = tuple(_prefix_clause(start) for start in query.prefixes)
    excluded = [clause for text in query.excluded_phrases if (clause := _clause(text))]
    excluded += _word_clauses(query.excluded_words)
    required = (*phrases, *words, *prefixes) if query.all_words else phrases
    joined = tuple(_written_together(query.words))
    return Terms((*words, *joined, *prefixes, *phrases), required, tuple(excluded))


def _word_clauses(words: Iterable[str]) -> tuple[Clause, ...]:
    """Give a clause for every word worth asking for: function words only count when there is nothing else."""
    parts = [part for word in words for part in _parts(word)]
    chosen = [part for part in parts if not is_stopword(fold(part))] or parts
    return tuple(clause for part in chosen if (clause := _clause(part)))


def _parts(chunk: str) -> list[str]:
    """Give a word without its elided article, a compound whole, but words merely tied together apart ("peut-il")."""
    found = list(tokens(chunk))
    if any(token.joined for token in found):
        return [chunk]
    return [chunk[token.start : token.end] for token in found]


def _clause(text: str) -> Clause | None:
    readings = [reading for lang in LANGUAGES for reading in _readings(text, lang)]
    return Clause(tuple(dict.fromkeys(readings))) if readings else None


def _readings(text: str, lang: str) -> Iterator[Sequence]:
    """Give the sequences a text can stand for: word by word, its compounds written together, a combined word apart."""
    found = list(tokens(text, lang))
    plain = tuple(token.term for token in found if not token.joined)
    if not plain:
        return
    yield plain
    together = _with_compounds_joined(text, lang)
    if together != plain:
        yield together
    apart = split_combined(fold(text))
    if apart:
        yield tuple(token.term for token in tokens(apart, lang) if not token.joined)


def _with_compounds_joined(text: str, lang: str) -> Sequence:
    joined = {token.position: token for token in tokens(text, lang) if token.joined}
    terms: list[str] = []
    covered = 0
    for token in tokens(text, lang):
        if token.joined or token.end <= covered:
            continue
        whole = joined.get(token.position)
        covered = whole.end if whole else 0
        terms.append(whole.term if whole else token.term)
    return tuple(terms)


def _written_together(words: tuple[str, ...]) -> Iterator[Clause]:
    """Give, for two neighbours of which the first often begins a compound, the one word they may make."""
    for first, second in pairwise(words):
        together = "" if is_stopword(fold(first)) else fold(first + second)
        if split_combined(together) == f"{fold(first)} {fold(second)}" and (clause := _clause(together)):
            yield clause


def _prefix_clause(start: str) -> Clause:
    letters = fold(start)
    readings = [tuple(token.term for token in tokens(start, lang)) for lang in LANGUAGES]
    return Clause(tuple(reading for reading in readings if reading), prefix=letters)
