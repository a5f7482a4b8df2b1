"""Filters with exact counts over rows already loaded: what each value would leave, the other filters kept.

The rows are those this reader may know of, so a count tells nothing more. A network has some thousands of people:
counting in memory costs milliseconds, and lists in columns (languages) are counted alike on every database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.core.db import sort_key
from app.search.beginnings import Begun, meets

Row = TypeVar("Row")
Chosen = Mapping[str, frozenset[str]]
MOST_CHOSEN = 20
LONGEST_VALUE = 120


@dataclass(frozen=True)
class Facet(Generic[Row]):
    """One group of filters: its name in the address, its title, the values of a row and how each is called.

    ``order`` fixes the order of the values; without it the most frequent come first. ``hidden``: shown only when on.
    """

    name: str
    title: str
    values_of: Callable[[Row], Iterable[str]]
    label: Callable[[str], str]
    order: Sequence[str] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Option:
    """A value that can be chosen, with how many rows it leaves."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Group(Generic[Row]):
    """A facet as it is shown."""

    facet: Facet[Row]
    options: list[Option]


def chosen_in(rows: Sequence[Row], facets: Iterable[Facet[Row]], asked: Callable[[str], list[str]]) -> Chosen:
    """Return the values asked for that some row has; what is unknown is passed over, as if it had never been."""
    chosen = {}
    for facet in facets:
        wanted = {value[:LONGEST_VALUE] for value in asked(facet.name)[:MOST_CHOSEN]}
        if wanted:
            wanted &= {value for row in rows for value in facet.values_of(row)}
        if wanted:
            chosen[facet.name] = frozenset(wanted)
    return chosen


def kept(rows: Iterable[Row], facets: Iterable[Facet[Row]], chosen: Chosen, aside: str = "") -> list[Row]:
    """Return the rows that have one of the values chosen in each facet, the facet ``aside`` left out."""
    filters = [(one.values_of, chosen[one.name]) for one in facets if one.name in chosen and one.name != aside]
    return [row for row in rows if all(not wanted.isdisjoint(values_of(row)) for values_of, wanted in filters)]


def groups_of(rows: Sequence[Row], facets: Sequence[Facet[Row]], chosen: Chosen) -> list[Group[Row]]:
    """Return the facets with their counts; those that would say nothing are left out."""
    shown = []
    for facet in facets:
        counts = Counter(value for row in kept(rows, facets, chosen, facet.name) for value in set(facet.values_of(row)))
        on = chosen.get(facet.name, frozenset())
        values = sorted({*counts, *on}, key=lambda value: _rank(facet, value, counts[value]))
        options = [Option(value, facet.label(value), counts[value], value in on) for value in values]
        if not facet.hidden and _says_something(options, len(rows)):
            shown.append(Group(facet, options))
    return shown


def _says_something(options: list[Option], rows: int) -> bool:
    """Tell whether choosing among these would leave anything out: not where one value is that of every row."""
    return len(options) > 1 or any(one.checked or one.count < rows for one in options)


def _rank(facet: Facet[Any], value: str, count: int) -> tuple[int, str]:
    if value in facet.order:
        return facet.order.index(value), ""
    return len(facet.order) - count, sort_key(facet.label(value))


def has_words(words: Iterable[Begun], *texts: str | None) -> bool:
    """Tell whether each word begins a word of one of the texts, already folded, or is the plural of one."""
    return meets("".join(f" {text} " for text in texts if text), words)
