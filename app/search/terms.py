"""From a `Query` to terms: what an engine looks up, and what marks a hit in a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.search.analysis import LANGUAGES, fold, is_stopword, stem, tokens
from app.search.analysis.combining import split_combined
from app.search.analysis.endings import ENGLISH_ENDINGS, FRENCH_ENDINGS
from app.search.analysis.french import singular
from app.search.query import Form, Item, Query

Sequence = tuple[str, ...]
"""Terms that must stand one after the other; most often a single one."""

SYNONYM = 0.4
"""Weight of a synonym beside 1.0 for the words themselves."""


@dataclass(frozen=True)
class Clause:
    """One thing asked for: any of its sequences answers it; `prefix` (folded letters) adds every term beginning so.

    What is found by it counts `weight` times its score.
    """

    sequences: tuple[Sequence, ...]
    prefix: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class Terms:
    """A query ready to be run by an engine.

    `wanted` rank. Of each group of `required` one clause at least must be met by the thing (its title, tags or any of
    its passages); what is `excluded` must not be met at all. The things of the keys in `first` answer whatever their
    words and come before all others, unless what is required or excluded drops them.
    """

    wanted: tuple[Clause, ...] = ()
    required: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Clause, ...] = ()
    first: tuple[str, ...] = ()

    @property
    def marked(self) -> tuple[Clause, ...]:
        """The clauses whose hits a reader wants to see."""
        required = (clause for group in self.required for clause in group)
        return tuple(dict.fromkeys((*self.wanted, *required)))


@dataclass(frozen=True)
class Synonyms:
    """Words of a query that name something, as typed, and the other names it has."""

    words: tuple[str, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def terms_of(
    query: Query,
    synonyms: tuple[Synonyms, ...] = (),
    ignored: frozenset[str] = frozenset(),
    first: tuple[str, ...] = (),
) -> Terms:
    """Analyse a query in every language we index; its synonyms count less, and answer where the words must stand.

    Words whose singular is `ignored` are treated as function words are, save where they are excluded or in quotes.
    """
    named = {one: clause for one in synonyms if (clause := _any_of(one.names))}
    wanted = [*_word_clauses(query.words, ignored), *_written_together(query.words), *named.values()]
    wanted += [clause for item in query.items if item.form is not Form.WORD for clause in _clauses(item)]
    groups = [_group(group, named, ignored) for group in query.required]
    excluded = _word_clauses(item.text for item in query.excluded if item.form is Form.WORD)
    excluded += [clause for item in query.excluded if item.form is not Form.WORD for clause in _clauses(item)]
    return Terms(tuple(dict.fromkeys(wanted)), tuple(group for group in groups if group), tuple(excluded), first)


def _group(items: Iterable[Item], named: dict[Synonyms, Clause], ignored: frozenset[str]) -> tuple[Clause, ...]:
    """Give what meets a group; a group of function words only asks for nothing."""
    words = {item.text for item in items if item.form is Form.WORD}
    clauses = [clause for item in items for clause in _clauses(item) if not _is_empty_word(item, ignored)]
    clauses += [clause for one, clause in named.items() if words & set(one.words)] if clauses else []
    return tuple(dict.fromkeys(clauses))


def _is_empty_word(item: Item, ignored: frozenset[str]) -> bool:
    letters = fold(item.text)
    return item.form is Form.WORD and (is_stopword(letters) or singular(letters) in ignored)


def _clauses(item: Item) -> list[Clause]:
    if item.form is Form.PREFIX:
        return [_prefix_clause(item.text)]
    if item.form is Form.WORD:
        return _word_clauses([item.text])
    clause = _clause(item.text)
    return [clause] if clause else []


def _any_of(names: Iterable[str]) -> Clause | None:
    sequences = [sequence for name in names if (clause := _clause(name)) for sequence in clause.sequences]
    return Clause(tuple(dict.fromkeys(sequences)), weight=SYNONYM) if sequences else None


def _word_clauses(words: Iterable[str], ignored: frozenset[str] = frozenset()) -> list[Clause]:
    """Give a clause for every word worth asking for: what is ignored only counts when there is nothing else."""
    parts = [part for word in words for part in _parts(word)]
    telling = [part for part in parts if not is_stopword(fold(part))]
    chosen = [part for part in telling if singular(fold(part)) not in ignored] or telling or parts
    return [clause for part in chosen if (clause := _clause(part))]


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
    """Give a clause for a beginning, with the terms of words it may begin: a stem may be shorter than it is."""
    letters = fold(start)
    ends = (("fr", FRENCH_ENDINGS), ("en", ENGLISH_ENDINGS))
    found = (stem(letters + ending, lang) for lang, endings in ends for ending in endings)
    return Clause(tuple((term,) for term in dict.fromkeys(found) if not term.startswith(letters)), prefix=letters)
