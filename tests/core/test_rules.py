"""A rule says yes or no, and why, in sentences that are built as the rule is."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import true

from app.core.errors import RefusedError
from app.core.rules import Rule, Why


def simple(name: str, *, of_thing: bool = False) -> Rule:
    """Return a rule about a letter: it holds for the persons (texts) that contain it."""
    return Rule(
        name,
        f"il y a {name}",
        lambda person, _thing: name in person,
        lambda _person: true(),
        otherwise=f"il n'y a pas {name}",
        of_thing=of_thing,
    )


A, B, C = simple("a"), simple("b"), simple("c")
COMPOSED = {
    "a et b": A & B,
    "a ou b": A | B,
    "ni a": ~A,
    "mixte": (A | ~B) & ~(C & A) | B & C,
    "nom": (A & B).called("x"),
}
PEOPLE = ["".join(letters) for letters in product(("", "a"), ("", "b"), ("", "c"))]


@pytest.mark.parametrize("name", COMPOSED)
def test_reasons_agree_with_the_answer(name: str) -> None:
    rule = COMPOSED[name]
    assert [rule.why(person, None).holds for person in PEOPLE] == [rule(person, None) for person in PEOPLE]


@pytest.mark.parametrize("name", COMPOSED)
def test_reasons_are_enough_for_the_answer(name: str) -> None:
    for person in PEOPLE:
        why = COMPOSED[name].why(person, None)
        known = {fact.rule.name: fact.holds for fact in why.facts}
        alike = [other for other in PEOPLE if all((letter in other) == holds for letter, holds in known.items())]
        assert person in alike
        assert {COMPOSED[name](other, None) for other in alike} == {why.holds}


def _words(why: Why) -> list[str]:
    return [word.replace("\u2019", "'") for word in why.words]


@pytest.mark.parametrize(
    ("rule", "person", "words"),
    [
        (A & B, "ab", ["il y a a", "il y a b"]),
        (A & B, "a", ["il n'y a pas b"]),
        (A | B, "a", ["il y a a"]),
        (A | B, "", ["il n'y a pas a", "il n'y a pas b"]),
        (~A & B, "b", ["il n'y a pas a", "il y a b"]),
        (simple("t", of_thing=True) & A, "at", ["il y a a"]),
        (simple("t", of_thing=True) & A, "a", ["il n'y a pas t"]),
        ((A & B).called("nommée") | C, "ab", ["il y a a", "il y a b"]),
    ],
)
def test_reasons_are_the_facts_that_decide(rule: Rule, person: str, words: list[str]) -> None:
    assert _words(rule.why(person, None)) == words


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (A & B & C, "il y a a et il y a b et il y a c"),
        (A & (B | C), "il y a a et (il y a b ou il y a c)"),
        (A & B | C, "(il y a a et il y a b) ou il y a c"),
        (~A, "il n'y a pas a"),
        (~(A & B), "il est faux que (il y a a et il y a b)"),
        ((A & B).called("nommée") | C, "nommée ou il y a c"),
    ],
)
def test_sentences_are_read_in_one_way(context: Flask, rule: Rule, sentence: str) -> None:
    assert str(rule.sentence).replace("\u2019", "'") == sentence


@pytest.mark.parametrize(("person", "said"), [("", "Ceci est fermé."), ("c", "")])
def test_refusal_says_what_alone_stands_in_the_way(context: Flask, person: str, said: str) -> None:
    is_open = replace(A, said="Ceci est fermé.")
    with pytest.raises(RefusedError) as refusal:
        ((~C | B) & is_open).require(person, None)
    assert refusal.value.message == said


def test_named_rule_tells_what_it_is_made_of(context: Flask) -> None:
    made: Any = (A & B).called("nommée")
    assert (made.sentence, str(made.definition)) == ("nommée", "il y a a et il y a b")
