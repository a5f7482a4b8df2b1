"""What a person sees of an index is kept for who sees the same, and for nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from app.search.catalogue import Allowed, Audience, Catalogue, Scope
from app.search.index.records import Records
from app.search.index.sight import sight_of
from app.search.index.words import RECORD
from tests.search.world import row

OPEN, CLOSED = 1, 2
CATALOGUE = Catalogue(
    [
        row("resource:1", OPEN, Audience.SPACE),
        row("resource:2", CLOSED, Audience.SPACE),
    ]
)


def records(*lengths: int, live: tuple[bool, ...] = (True, True, True, True)) -> Records:
    """Four documents, each thing's own words and a passage, with as many words in their bodies."""
    keys = [b"resource:1", b"resource:1", b"resource:2", b"resource:2"]
    rows = [(key, n, 2, 0, length) for key, n, length in zip(keys, (0, 1, 0, 1), lengths, strict=True)]
    return Records(np.array(rows, RECORD), np.array(live))


def of(*spaces: int) -> Allowed:
    return Allowed.to(CATALOGUE, Scope(1, is_member=True, space_ids=frozenset(spaces)))


def test_lengths_and_things_are_those_of_what_is_read() -> None:
    both, one, none = (sight_of(records(0, 10, 0, 30), of(*spaces)) for spaces in ((OPEN, CLOSED), (OPEN,), ()))
    assert (both.visible.tolist(), both.things, both.means["body"]) == ([True] * 4, 2, (2, 20.0))
    assert (one.visible.tolist(), one.things, one.means["body"]) == ([True, True, False, False], 1, (1, 10.0))
    assert (none.visible.tolist(), none.things, none.means["title"]) == ([False] * 4, 0, (0, 1.0))


@pytest.mark.parametrize("spaces", [(OPEN,), (OPEN, CLOSED), ()])
def test_what_is_kept_of_others_changes_nothing(spaces: tuple[int, ...]) -> None:
    index = records(0, 10, 0, 30)
    first = sight_of(records(0, 10, 0, 30), of(*spaces))
    for others in ((OPEN, CLOSED), (CLOSED,), (OPEN,), ()):
        sight_of(index, of(*others))
    for seen in (sight_of(index, of(*spaces)), sight_of(index, of(*spaces))):
        assert (seen.visible.tolist(), seen.things, seen.means) == (first.visible.tolist(), first.things, first.means)


def test_index_that_changed_is_looked_at_again() -> None:
    assert sight_of(records(0, 10, 0, 30), of(CLOSED)).means["body"] == (1, 30.0)
    assert sight_of(records(0, 10, 0, 50), of(CLOSED)).means["body"] == (1, 50.0)
    assert sight_of(records(0, 10, 0, 50, live=(True, True, True, False)), of(CLOSED)).means["body"] == (0, 1.0)
