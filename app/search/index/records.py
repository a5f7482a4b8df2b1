"""The documents of an index side by side: which thing each belongs to, its number, the lengths of its fields."""

from itertools import count

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Bools, Catalogue, Numbers
from app.search.engine import OWN_TEXT
from app.search.index.words import SCORED

_serial = count(1)


class Records:
    """The records of all documents, by their place in the index; those that are not `live` were replaced or deleted.

    `serial` is theirs alone in this process. `own`: which documents are a thing's own words, no passage of it.
    """

    def __init__(self, rows: NDArray[np.void], live: Bools) -> None:
        self.serial = next(_serial)
        self.size = len(rows)
        self.live = live
        # Side by side in memory, each for itself: read at every question, twice as fast as from rows.
        self.numbers = np.ascontiguousarray(rows["n"])
        self.lengths: dict[str, NDArray[np.uint32]] = {name: np.ascontiguousarray(rows[name]) for name in SCORED}
        self.own: Bools = self.numbers == OWN_TEXT
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
        return int(np.count_nonzero(self.live & self.own))

    def passages(self) -> int:
        """Give the number of passages indexed, own texts left out."""
        return int(np.count_nonzero(self.live & ~self.own))
