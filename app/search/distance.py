"""How many keystrokes lie between two words: letters added, left out, changed, or two neighbours swapped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def distances(word: str, others: Sequence[str]) -> NDArray[np.int64]:
    """Return the distance of a word to each of others, all at once (optimal string alignment)."""
    if not others:
        return np.empty(0, np.int64)
    longest = max(map(len, others))
    signs = np.array(others, f"U{longest}").view(np.uint32).reshape(len(others), longest)
    sizes = np.array([len(other) for other in others])
    typed = [ord(sign) for sign in word]
    rows = [np.tile(np.arange(len(typed) + 1), (len(others), 1))]
    for at in range(longest):
        rows.append(_next_row(rows, signs, typed, at))
    return np.asarray(np.stack(rows)[sizes, np.arange(len(others)), len(typed)], np.int64)


def _next_row(
    rows: Sequence[NDArray[np.int64]], signs: NDArray[np.uint32], typed: Sequence[int], at: int
) -> NDArray[np.int64]:
    """Extend the table by the sign at a place of every other word: `row[n][j]`, the first `j` signs typed."""
    above = rows[-1]
    row = np.empty_like(above)
    row[:, 0] = at + 1
    for j, sign in enumerate(typed, start=1):
        changed = above[:, j - 1] + (signs[:, at] != sign)
        row[:, j] = np.minimum(changed, np.minimum(above[:, j], row[:, j - 1]) + 1)
        if at and j > 1:
            swapped = (signs[:, at] == typed[j - 2]) & (signs[:, at - 1] == sign)
            row[:, j] = np.where(swapped, np.minimum(row[:, j], rows[-2][:, j - 2] + 1), row[:, j])
    return row
