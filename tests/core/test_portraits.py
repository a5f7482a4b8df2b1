"""Faces without pictures: always the same hue and the same letters for the same person."""

from __future__ import annotations

import pytest

from app.core.portraits import HUES, hue, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Samir Oualid", "SO"), ("Jean-Marc de la Tour", "JT"), ("Élise", "É"), ("", "?"), (" - ", "?"), ("ß x", "SSX")],
)
def test_initials_are_the_first_letters_of_the_first_and_last_words(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_hues_are_steady_and_all_used() -> None:
    assert (hue("abc"), hue(""), hue("ÀÉ")) == ("hue-8", "hue-1", "hue-2")
    assert {hue(f"id{n}") for n in range(100)} == {f"hue-{n}" for n in range(1, HUES + 1)}
