"""Other names of what a query means, by the thesaurus and the site's own groups, below the words themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.search.query import Query
from app.search.rules.compiled import Key, Rules, key_of
from app.search.terms import Synonyms, Terms, terms_of

LONGEST_NAME = 12
MOST_NAMES = 12


def terms_for(query: Query, rules: Rules) -> Terms:
    """Return what an engine looks up for a query under the site's rules."""
    return terms_of(query, synonyms_of(query, rules), rules.ignored, rules.leading(query.words))


def synonyms_of(query: Query, rules: Rules) -> tuple[Synonyms, ...]:
    """Return the other names of what neighbouring words of a query name; the longest name counts, and only once.

    Plural, accents and case do not count. Words in quotes are taken as they are. A word the site ignores brings nothing
    either, where it is not all that is asked.
    """
    words = query.words
    counting = {word for word in words if rules.counts(word)} or set(words)
    texts = dict.fromkeys(text for start, end, text in _stretches(words) if not counting.isdisjoint(words[start:end]))
    known = {text: names for text in texts if (names := (*rules.other_names(text), *rules.meant(text)))}
    return tuple(_longest(words, known))


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
            others = [name for key, name in _by_key(known[text]).items() if key not in {(), key_of(text)}]
            if others:
                yield Synonyms(tuple(words[start:end]), tuple(others[:MOST_NAMES]))


def _by_key(names: Sequence[str]) -> dict[Key, str]:
    """Give names by their terms, the first of each: several spellings would be looked for several times."""
    found: dict[Key, str] = {}
    for name in names:
        found.setdefault(key_of(name), name)
    return found
