"""Rules as a search looks them up: by the terms of the words, so that plural, accents and case do not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.search.analysis import fold, is_stopword, tokens
from app.search.analysis.french import singular
from app.search.rules.models import RuleKind

Key = tuple[str, ...]
K = TypeVar("K")


def key_of(text: str) -> Key:
    """Return the terms of a text without its function words: what two spellings of one name have in common."""
    kept = (token for token in tokens(text) if not token.joined)
    return tuple(token.term for token in kept if not is_stopword(fold(text[token.start : token.end])))


def ignored_form(word: str) -> str:
    """Return the form under which a word is ignored: folded, in the singular."""
    return singular(fold(word))


@dataclass(frozen=True)
class Rules:
    """The rules in force: other names by the key of a name, words ignored, keys of things by the words they answer.

    ``meanings``: all names of what a name means, as those hand them over who know (``sources.meanings``).
    """

    names: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    meanings: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    first: Mapping[frozenset[str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Iterable[tuple[str, Mapping[str, Any]]], meanings: Iterable[Sequence[str]] = ()) -> Rules:
        """Read rules as they are kept, each its kind and what it says; `meanings`: the names of each thing."""
        by_kind: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in RuleKind}
        for kind, one in said:
            by_kind[kind].append(one)
        names: dict[Key, list[str]] = {}
        for one in by_kind[RuleKind.SYNONYMS]:
            for key, others in _named(one["words"], one_way=one["one_way"]):
                names.setdefault(key, []).extend(others)
        ignored = frozenset(ignored_form(one["word"]) for one in by_kind[RuleKind.IGNORED])
        first: dict[frozenset[str], list[str]] = {}
        for one in by_kind[RuleKind.FIRST]:
            first.setdefault(asked_key(one["words"].split(), ignored), []).append(one["key"])
        meant: dict[Key, list[str]] = {}
        for every in meanings:
            for key in {key_of(name) for name in every}:
                meant.setdefault(key, []).extend(every)
        return cls(names=_each_once(names), meanings=_each_once(meant), ignored=ignored, first=_each_once(first))

    def counts(self, word: str) -> bool:
        """Tell whether a word is looked for beside others: neither the grammar's nor one that the site ignores."""
        return not is_stopword(fold(word)) and ignored_form(word) not in self.ignored

    def other_names(self, text: str) -> tuple[str, ...]:
        """Return the other names a text has by these rules; it begins and ends with words that mean something."""
        return _looked_up(self.names, text)

    def meant(self, text: str) -> tuple[str, ...]:
        """Return all names of what a text means, its own among them; its first and last words mean something."""
        return _looked_up(self.meanings, text)

    def leading(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the keys of the things that come first when exactly these words are looked for, in any order."""
        key = asked_key(words, self.ignored) if self.first else frozenset()
        return self.first.get(key, ()) if key else ()


NO_RULES = Rules()


def asked_key(words: Iterable[str], ignored: frozenset[str]) -> frozenset[str]:
    """Return what two spellings of one question have in common: its terms, without the words that do not count."""
    every = list(words)
    counting = [word for word in every if ignored_form(word) not in ignored]
    return frozenset(key_of(" ".join(counting or every)))


def _named(words: list[str], *, one_way: bool) -> Iterable[tuple[Key, list[str]]]:
    """Give each name that brings others: all of a group, or its first alone."""
    for at, word in enumerate(words[:1] if one_way else words):
        yield key_of(word), [other for place, other in enumerate(words) if place != at]


def _each_once(found: Mapping[K, list[str]]) -> dict[K, tuple[str, ...]]:
    return {key: tuple(dict.fromkeys(values)) for key, values in found.items()}


def _looked_up(names: Mapping[Key, tuple[str, ...]], text: str) -> tuple[str, ...]:
    key = key_of(text) if names else ()
    return names.get(key, ()) if key and not _has_loose_ends(text) else ()


def _has_loose_ends(text: str) -> bool:
    found = text.split()
    return is_stopword(fold(found[0])) or is_stopword(fold(found[-1]))
