"""Other names of what a query means, by the thesaurus and the site's own groups, below the words themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.search.analysis import fold
from app.search.query import Query
from app.search.rules.compiled import Rules
from app.search.sources import meanings_of
from app.search.terms import Synonyms, Terms, terms_of

LONGEST_NAME = 12
MOST_NAMES = 12


def terms_for(query: Query, rules: Rules) -> Terms:
    """Return what an engine looks up for a query under the site's rules; a constant number of statements."""
    return terms_of(query, synonyms_of(query, rules), rules.ignored, rules.leading(query.words))


def synonyms_of(query: Query, rules: Rules) -> tuple[Synonyms, ...]:
    """Return the other names of what neighbouring words of a query name; the longest name counts, and only once.

    Words in quotes are taken as they are.
    """
    words = query.words
    texts = list(dict.fromkeys(text for _, _, text in _stretches(words)))
    known = {text: tuple(names) for text, names in meanings_of(texts).items()}
    for text in texts:
        if own := rules.other_names(text):
            known[text] = (*own, *known.get(text, ()))
    return tuple(_longest(words, known)) if known else ()


def _stretches(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + LONGEST_NAME) + 1):
            yield start, end, " ".join(words[start:end])


def _longest(words: Sequence[str], known: Mapping[str, Sequence[str]]) -> Iterator[Synonyms]:
    found = [(start, end, text) for start, end, text in _stretches(words) if text in known]
    taken: set[int] = set()
    for start, end, text in sorted(found, key=lambda one: one[0] - one[1]):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            others = [name for form, name in _by_form(known[text]).items() if form != fold(text)]
            if others:
                yield Synonyms(tuple(words[start:end]), tuple(others[:MOST_NAMES]))


def _by_form(names: Sequence[str]) -> dict[str, str]:
    """Give names by their letters, the first of each."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(fold(name), name)
    return found
