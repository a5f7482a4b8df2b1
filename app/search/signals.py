"""What weighs in the order of results beside the words: how recent a thing is, of which kind, how many found it useful.

Gentle and bounded: together they add five thousandths at most to what the words alone give, so a text that answers
clearly better is never overtaken. They stand above the engines: all of them order alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.clock import now
from app.search.catalogue import Catalogue, Numbers
from app.search.query import Field

Weights = NDArray[np.float32]

MOST_FRESH, MOST_FOR_KIND, MOST_USEFUL = 0.0025, 0.001, 0.0015
"""The most each may add, as a share of the score of the words.

Chosen by measure. Given at random, so that they tell nothing of the answer, they leave nDCG@10 where it was (.799 and
.800 on PIAF, .414 and .413 on Cranfield, .702 and .699 on CNIL); six times as much brings CNIL down to .690.
"""

HALF_LIFE = 730.0
"""After so many days a thing has half of its freshness left."""

MANY_VOICES = 20
"""From so many people on, one more who finds a thing useful changes nothing."""

_preferred: dict[str, float] = {}


def prefer_kinds(weights: Mapping[str, float]) -> None:
    """Declare kinds that come a little before others, each with its share (0 to 1) of the most a kind may add."""
    _preferred.update(weights)


@dataclass(frozen=True)
class Signals:
    """What each signal adds to the score of the words, as a share of it."""

    freshness: float
    kind: float
    usefulness: float

    @property
    def factor(self) -> float:
        """By what the score of the words is multiplied."""
        return 1 + self.freshness + self.kind + self.usefulness


MOST = Signals(MOST_FRESH, MOST_FOR_KIND, MOST_USEFUL)


def boosted(catalogue: Catalogue, places: Numbers, scores: Weights) -> Weights:
    """Give the scores of things (`places` in the catalogue) with what the signals add."""
    freshness, kind, usefulness = _shares(catalogue, places)
    return np.asarray(scores * (1 + freshness + kind + usefulness), np.float32)


def signals_of(catalogue: Catalogue, key: str) -> Signals:
    """Give the signals of one thing; nothing for one that the catalogue does not hold."""
    places = catalogue.places(np.array([key.encode()], dtype=catalogue.keys.dtype))
    if places[0] < 0:
        return Signals(0.0, 0.0, 0.0)
    return Signals(*(float(share[0]) for share in _shares(catalogue, places)))


def _shares(catalogue: Catalogue, places: Numbers) -> tuple[Weights, Weights, Weights]:
    voices = np.log2(1 + catalogue.useful[places]) / np.log2(1 + MANY_VOICES)
    return (
        _freshness(catalogue.dates[places], now().date()),
        np.asarray(MOST_FOR_KIND * _preference(catalogue)[places], np.float32),
        np.asarray(MOST_USEFUL * np.minimum(1.0, voices), np.float32),
    )


def _freshness(dates: Numbers, today: dt.date) -> Weights:
    """Give the freshness of days; what has no date has none, what is dated ahead is of today."""
    ages = np.maximum(0, today.toordinal() - dates)
    return np.asarray(np.where(dates > 0, MOST_FRESH * 0.5 ** (ages / HALF_LIFE), 0.0), np.float32)


def _preference(catalogue: Catalogue) -> Weights:
    kinds = catalogue.column(Field.KIND)
    by_code = np.array([_preferred.get(str(kind), 0.0) for kind in kinds.values], np.float32)
    preference = np.zeros(len(catalogue), np.float32)
    preference[kinds.places] = by_code[kinds.codes]
    return preference
