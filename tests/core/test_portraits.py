"""Faces without pictures: always the same hue and the same letters for the same person."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from markupsafe import Markup

from app.core.portraits import HUES, hue, initials, linking


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Samir Oualid", "SO"), ("Jean-Marc de la Tour", "JT"), ("Élise", "É"), ("", "?"), (" - ", "?"), ("ß x", "SSX")],
)
def test_initials_are_the_first_letters_of_the_first_and_last_words(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_hues_are_steady_and_all_used() -> None:
    assert (hue("abc"), hue(""), hue("ÀÉ")) == ("hue-8", "hue-1", "hue-2")
    assert {hue(f"id{n}") for n in range(100)} == {f"hue-{n}" for n in range(1, HUES + 1)}


@pytest.mark.parametrize(
    "words",
    ["déposé par Léa <O'Neil>, à Nice & Menton", Markup("déposé par Léa &lt;O&#39;Neil&gt;, à Nice &amp; Menton")],
)
def test_name_in_a_sentence_leads_to_the_page_and_nothing_else_is_trusted(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = SimpleNamespace(name="Léa <O'Neil>")
    monkeypatch.setattr("app.core.portraits.page_of", lambda person: "/l?a&b" if person is who else "")
    linked = 'déposé par <a href="/l?a&amp;b">Léa &lt;O&#39;Neil&gt;</a>, à Nice &amp; Menton'
    assert linking(words, who) == linked
    assert linking(words, None) == words
    assert linking("quelqu'un d'autre", who) == "quelqu'un d'autre"
