"""A bounded memory of arrays read before, shared by the threads of a process."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[np.generic], ...]
_OVERHEAD = 200


class Memory:
    """Keeps the arrays last used, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._kept: OrderedDict[Hashable, Arrays] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, read: Callable[[], Arrays]) -> Arrays:
        """Give what is kept under a key, or read and keep it."""
        kept = self.known(key)
        if kept is not None:
            return kept
        arrays = read()
        self.keep(key, arrays)
        return arrays

    def known(self, key: Hashable) -> Arrays | None:
        """Give what is kept under a key; None when nothing is (any more)."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, arrays: Arrays) -> None:
        """Keep arrays under a key in the place of what was, and forget what was not used for longest."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._held += _size(arrays) - (_size(before) if before else 0)
            self._kept[key] = arrays
            while self._held > self._limit and len(self._kept) > 1:
                self._held -= _size(self._kept.popitem(last=False)[1])

    def forget(self) -> None:
        """Forget everything, as a process does that has just begun."""
        with self._lock:
            self._kept.clear()
            self._held = 0


def _size(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays) + _OVERHEAD


MEMORY_BYTES = 48 * 2**20
memory = Memory(MEMORY_BYTES)
"""The one memory of a process, whichever its engine."""
