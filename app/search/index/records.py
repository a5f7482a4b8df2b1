"""The documents of an index side by side: which thing each belongs to, its number, the lengths of its fields."""

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Bools, Catalogue, Numbers
from app.search.engine import OWN_TEXT
from app.search.index.words import SCORED


class Records:
    """The records of all documents, by their place in the index; those that are not `live` were replaced or deleted."""

    def __init__(self, rows: NDArray[np.void], live: Bools) -> None:
        self.size = len(rows)
        self.live = live
        self.numbers = rows["n"]
        self.lengths: dict[str, NDArray[np.uint32]] = {name: rows[name] for name in SCORED}
        self._keys, self._parent = np.unique(rows["key"], return_inverse=True)
        self._placed: tuple[int, Numbers] = (0, np.empty(0, np.int64))

    def places(self, catalogue: Catalogue) -> Numbers:
        """Give for every document the place of its thing in a catalogue, -1 where it counts for nothing (any more)."""
        serial, placed = self._placed
        if serial != catalogue.serial:
            placed = np.empty(0, np.int64)
            if self.size:
                placed = catalogue.counted(catalogue.places(self._keys)[self._parent], self.numbers)
            self._placed = (catalogue.serial, placed)
        return placed

    def parents(self) -> int:
        """Give the number of things indexed."""
        return int(np.count_nonzero(self.live & (self.numbers == OWN_TEXT)))

    def passages(self) -> int:
        """Give the number of passages indexed, own texts left out."""
        return int(np.count_nonzero(self.live & (self.numbers != OWN_TEXT)))


def mean_length(lengths: NDArray[np.uint32], among: Bools) -> tuple[int, float]:
    """Give how many of some documents have words in a field, and the mean number of them."""
    counted = lengths[among]
    filled = int(np.count_nonzero(counted))
    return filled, float(counted.sum()) / filled if filled else 1.0
