"""From a `Query` to terms: what an engine looks up, and what marks a hit in a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.search.analysis import LANGUAGES, fold, is_stopword, tokens
from app.search.analysis.combining import split_combined
from app.search.query import Query

Sequence = tuple[str, ...]
"""Terms that must stand one after the other; most often a single one."""


@dataclass(frozen=True)
class Clause:
    """One thing asked for: any of its sequences answers it. `prefix` (folded letters) adds every term that begins so."""

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
    words = tuple(_word_clauses(_worth_asking(query.words)))
    phrases = tuple(clause for text in query.phrases if (clause := _clause(text)))
    prefixes = tuple(_prefix_clause(start) for start in query.prefixes)
    excluded = [clause for text in query.excluded_phrases if (clause := _clause(text))]
    excluded += _word_clauses(query.excluded_words)
    required = (*phrases, *words, *prefixes) if query.all_words else phrases
    joined = tuple(_written_together(query.words))
    return Terms((*words, *joined, *prefixes, *phrases), required, tuple(excluded))


def _worth_asking(words: Iterable[str]) -> list[str]:
    """Leave the function words out, unless there is nothing else."""
    every = list(words)
    return [word for word in every if not is_stopword(fold(word))] or every


def _word_clauses(words: Iterable[str]) -> Iterator[Clause]:
    for word in words:
        yield from _clauses_of_chunk(word)


def _clauses_of_chunk(chunk: str) -> list[Clause]:
    """Give one clause for a word or a compound, several for words merely tied together ("peut-il")."""
    found = list(tokens(chunk))
    if len(found) > 1 and not any(token.joined for token in found):
        parts = [chunk[token.start : token.end] for token in found]
        return [clause for part in _worth_asking(parts) if (clause := _clause(part))]
    clause = _clause(chunk)
    return [clause] if clause else []


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
    for first, second in zip(words, words[1:], strict=False):
        together = fold(first + second)
        if split_combined(together) == f"{fold(first)} {fold(second)}" and (clause := _clause(together)):
            yield clause


def _prefix_clause(start: str) -> Clause:
    letters = fold(start)
    readings = [tuple(token.term for token in tokens(start, lang)) for lang in LANGUAGES]
    return Clause(tuple(reading for reading in readings if reading), prefix=letters)
