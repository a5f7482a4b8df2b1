"""What resembles a thing or a title: what holds the rarest of its words.

All that is counted, how rare a word is and how long texts are, is counted over what the person may read: what they may
not read changes neither which things are given nor their order.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np

from app.search.catalogue import Allowed, Bools
from app.search.index.reading import Docs, Reading
from app.search.index.scoring import Tally, are_among, best_of_each, rarity
from app.search.index.sight import Sight, count_things, sight_of
from app.search.index.words import SCORED
from app.search.terms import Clause, Terms

MOST_WORDS = 12
"""How many words are compared: the rarest tell nearly all."""

NAME = ("title", "tags")

LEAST_SHARE, LEAST_NAMED = 0.3, 0.2
"""What holds less of the words, weighed by their rarity, is about something else; where the name must tell, less do."""


def alike(
    reading: Reading, words: Sequence[Clause], allowed: Allowed, limit: int, aside: Collection[str], *, named: bool
) -> list[str]:
    """Give the keys of the things that hold most of some words, the likest first; none of those put `aside`.

    What is put aside is counted like the rest. Words that nothing else holds tell nothing, wherever else they stand.
    `named`: one of the words at least stands in the name of the thing, its title or its keywords.
    """
    sight, things = sight_of(reading.records, allowed), len(allowed.catalogue)
    places = sight.places
    others = sight.visible & ~are_among(aside, allowed)[places]
    reading.prepare(Terms(required=(tuple(words),)))
    chosen = _telling(reading, words, sight, others, things)
    reading.prepare(Terms(wanted=chosen))
    tally = Tally(reading, sight, things)
    for clause in chosen:
        tally.add(clause)
    wanted = tally.matched & others
    if named:
        wanted &= _named(reading, chosen, sight, things)[places]
    docs = np.flatnonzero(wanted)
    docs = docs[tally.shares(docs) >= (LEAST_NAMED if named else LEAST_SHARE)] if len(docs) else docs
    found, best = best_of_each(places[docs], tally.scores(docs), things)
    return [allowed.catalogue.key(int(place)) for place in found[np.lexsort((found, -best))][:limit]]


def _telling(reading: Reading, words: Iterable[Clause], sight: Sight, others: Bools, things: int) -> tuple[Clause, ...]:
    """Give the words that tell most: rare among what is seen, and held by something else."""
    worth: dict[Clause, float] = {}
    for clause in dict.fromkeys(words):
        docs = _holding(reading, clause, sight.visible)
        if others[docs].any():
            worth[clause] = clause.weight * rarity(count_things(sight.places[docs], things), sight.things)
    return tuple(sorted(worth, key=lambda clause: -worth[clause])[:MOST_WORDS])


def _named(reading: Reading, words: Iterable[Clause], sight: Sight, things: int) -> Bools:
    """Tell for every place, and for none (-1, the last), whether the name of the thing holds one of the words."""
    found = np.zeros(things + 1, np.bool_)
    for clause in words:
        for fieldname in NAME:
            found[sight.places[reading.holding(fieldname, clause, sight.visible)]] = True
    return found


def _holding(reading: Reading, clause: Clause, seen: Bools) -> Docs:
    fields: Iterator[Docs] = (reading.holding(fieldname, clause, seen) for fieldname in SCORED)
    return np.concatenate(list(fields))
