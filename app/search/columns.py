"""One column of the catalogue: which values of a field each thing has, as arrays that count and filter at once."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Value = str | int
Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True)
class Column:
    """Pairs of (place, code): the thing at a place has `values[code]`. A thing has none, one or several values."""

    size: int
    values: tuple[Value, ...]
    places: Numbers
    codes: Numbers

    @classmethod
    def of(cls, every: Iterable[Collection[Value]]) -> "Column":
        """Make a column from the values of every thing, in the order of their places."""
        known: dict[Value, int] = {}
        places: list[int] = []
        codes: list[int] = []
        size = 0
        for place, values in enumerate(every):
            size = place + 1
            for value in dict.fromkeys(values):
                places.append(place)
                codes.append(known.setdefault(value, len(known)))
        return cls(size, tuple(known), np.array(places, np.int64), np.array(codes, np.int64))

    def having(self, wanted: Collection[Value]) -> Bools:
        """Tell for every thing whether it has one of these values."""
        chosen = np.fromiter((value in wanted for value in self.values), np.bool_, len(self.values))
        found = np.zeros(self.size, np.bool_)
        found[self.places[chosen[self.codes]]] = True
        return found

    def counts(self, things: Bools) -> Mapping[Value, int]:
        """Count, for each value, how many of these things (true at their place) have it; what none has is left out."""
        numbers = np.bincount(self.codes[things[self.places]], minlength=len(self.values))
        return {value: n for value, n in zip(self.values, numbers.tolist(), strict=True) if n}

    def grouped(self, things: Bools, groups: Mapping[Value, Group]) -> Mapping[Group, int]:
        """Count, for each group of values, how many of these things have one of them; values of no group are left out.

        A thing with several values of a group counts once.
        """
        numbers = {group: number for number, group in enumerate(dict.fromkeys(groups.values()))}
        of_code = np.array([numbers[groups[value]] if value in groups else -1 for value in self.values], np.int64)
        if not numbers or not len(self.codes):
            return {}
        found = of_code[self.codes]
        counted = things[self.places] & (found >= 0)
        pairs = np.unique(self.places[counted] * len(numbers) + found[counted])
        counts = np.bincount(pairs % len(numbers), minlength=len(numbers)).tolist()
        return {group: counts[number] for group, number in numbers.items() if counts[number]}
