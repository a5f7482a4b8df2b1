"""Two texts as one: what stayed, what went, what came."""

from __future__ import annotations

import time

import pytest

from app.core.differences import CAME, GONE, SAME, pieces_of


def plain(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.what, one.text) for one in pieces_of(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("", "", []),
        ("un mot", "un mot", [(SAME, "un mot")]),
        ("", "un mot", [(CAME, "un mot")]),
        ("un mot", "", [(GONE, "un mot")]),
        ("une rue calme", "une place calme", [(SAME, "une "), (GONE, "rue"), (CAME, "place"), (SAME, " calme")]),
        ("l'élu local", "l'élue locale", [(SAME, "l'"), (GONE, "élu local"), (CAME, "élue locale")]),
        ("a\nb\nc\n", "a\nc\n", [(SAME, "a\n"), (GONE, "b\n"), (SAME, "c\n")]),
    ],
)
def test_words_that_changed_are_told(before: str, after: str, found: list[tuple[str, str]]) -> None:
    assert plain(before, after) == found


def test_long_passages_that_stayed_are_cut_short() -> None:
    stay = "mot " * 500
    shown = plain(f"{stay}fin", f"{stay}suite")
    assert len(shown[0][1]) < 200
    assert shown[0][1].startswith("[…]")
    assert shown[1:] == [(GONE, "fin"), (CAME, "suite")]


def test_nothing_typed_takes_long() -> None:
    began = time.process_time()
    pieces_of("a b " * 15_000, "b a " * 15_000)
    pieces_of("a\n" * 30_000, "b\na\n" * 15_000)
    assert time.process_time() - began < 1
