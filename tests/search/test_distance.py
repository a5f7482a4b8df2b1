"""How far words are from each other, in keystrokes."""

from __future__ import annotations

import random

import pytest

from app.search.distance import distances


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("mediation", 0),
        ("mediaton", 1),
        ("mediatioon", 1),
        ("mediatoin", 1),
        ("nediation", 1),
        ("medatoin", 2),
        ("", 9),
    ],
)
def test_letters_added_left_out_changed_or_swapped_count_one(other: str, expected: int) -> None:
    assert distances("mediation", [other, "autre"]).tolist()[0] == expected


def test_nothing_is_near_nothing() -> None:
    assert distances("mot", []).tolist() == []


def test_distances_all_at_once_are_those_found_one_by_one() -> None:
    chance = random.Random(5)  # noqa: S311 - the same words at every run
    words = ["".join(chance.choices("abc", k=chance.randrange(1, 7))) for _ in range(200)]
    for word in words[:20]:
        assert distances(word, words).tolist() == [_one(word, other) for other in words]


def _one(first: str, second: str) -> int:
    table = {(-1, -1): 0} | {(i, -1): i + 1 for i in range(len(first))} | {(-1, j): j + 1 for j in range(len(second))}
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
            if i and j and a == second[j - 1] and first[i - 1] == b:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(first) - 1, len(second) - 1]
