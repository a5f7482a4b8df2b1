"""What one person sees of an index, whatever they ask: worked out once, and kept for who sees the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from app.search.catalogue import Allowed, Bools, Numbers
from app.search.index.memory import memory
from app.search.index.records import Records
from app.search.index.words import SCORED

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Sight:
    """The documents of an index as a person sees them.

    `places`: for every document the place of its thing in the catalogue, -1 where it counts for nothing. `visible`: the
    documents that the person may read, which belong to so many `things`. `means`: of each field, how many of these have
    words in it, and how many words these have on average.
    """

    places: Numbers
    visible: Bools
    things: int
    means: Mapping[str, tuple[int, float]]


def sight_of(records: Records, allowed: Allowed) -> Sight:
    """Give what a person sees; kept under all that they may read, so that nobody is given what another one sees."""
    places = records.places(allowed.catalogue)
    digest = blake2b(allowed.mask.tobytes(), digest_size=_DIGEST_BYTES).digest()

    def work_out() -> tuple[NDArray[np.generic], ...]:
        visible = _visible(records, places, allowed.mask)
        means = [mean_length(records.lengths[name], visible) for name in SCORED]
        return visible, np.array([(count_things(places[visible], len(allowed.catalogue)), 0.0), *means])

    visible, figures = memory.get((records.serial, allowed.catalogue.serial, digest), work_out)
    (things, _), *means = figures.tolist()
    of_fields = {name: (int(filled), mean) for name, (filled, mean) in zip(SCORED, means, strict=True)}
    return Sight(places, visible.astype(np.bool_, copy=False), int(things), of_fields)


def _visible(records: Records, places: Numbers, mask: Bools) -> Bools:
    if not len(mask):
        return np.zeros(records.size, np.bool_)
    return np.asarray(records.live & (places >= 0) & mask[places], dtype=np.bool_)


def mean_length(lengths: NDArray[np.uint32], among: Bools) -> tuple[int, float]:
    """Give how many of some documents have words in a field, and the mean number of them."""
    counted = lengths[among]
    filled = int(np.count_nonzero(counted))
    return filled, float(counted.sum()) / filled if filled else 1.0


def held(places: Numbers, things: int) -> Bools:
    """Tell of each of so many things, and of none (-1, the last), whether some documents belong to it."""
    found = np.zeros(things + 1, np.bool_)
    found[places] = True
    return found


def count_things(places: Numbers, things: int) -> int:
    """Count the things, of so many, to which some documents belong."""
    return int(np.count_nonzero(held(places, things)))
