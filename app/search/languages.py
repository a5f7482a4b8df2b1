"""Languages by their names: « anglais », "English", "en"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from babel import Locale

from app.search.analysis import fold

_CODE_LENGTH = 2
_NAMED_IN = ("fr", "en")


def languages_named(word: str) -> frozenset[str]:
    """Return the codes of the languages a word names, in French or in English, or its own code; most often one."""
    return _names().get(fold(word), frozenset())


@cache
def _names() -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for locale in _NAMED_IN:
        for code, name in Locale(locale).languages.items():
            if len(code) == _CODE_LENGTH:
                found[fold(name)].add(code)
                found[code].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}
