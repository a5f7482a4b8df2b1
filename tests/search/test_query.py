"""What was typed, and what is asked."""

from __future__ import annotations

import random

import pytest

from app.search.query import LAST_PAGE, MAX_LENGTH, MAX_PREFIXES, MAX_TERMS, Hint, Query, Sort, parse
from app.search.terms import terms_of


def test_words_phrases_exclusions_and_filters_are_told_apart() -> None:
    query = parse(
        'sécurité "police municipale" « nuit calme » -bruit -"en été" kind:practice espace:"Vie nocturne" prév*'
    ).query
    assert query == Query(
        words=("sécurité",),
        phrases=("police municipale", "nuit calme"),
        excluded_words=("bruit",),
        excluded_phrases=("en été",),
        kinds=("practice",),
        spaces=("Vie nocturne",),
        prefixes=("prév",),
    )


@pytest.mark.parametrize("typed", ["kind:note", "type:note", "TYPE: note", "kind : note"])
def test_kind_has_two_names(typed: str) -> None:
    assert parse(typed).query == Query(kinds=("note",))


@pytest.mark.parametrize("typed", ["police ET justice", "police AND justice"])
def test_capital_and_asks_for_all_words(typed: str) -> None:
    assert parse(typed).query == Query(words=("police", "justice"), all_words=True)


def test_small_et_is_a_word_like_others() -> None:
    assert not parse("police et justice").query.all_words
    assert len(terms_of(parse("police et justice").query).wanted) == 2


def test_only_function_words_are_looked_for_when_nothing_else_is() -> None:
    assert len(terms_of(parse("le la").query).wanted) == 2


def test_hyphen_inside_a_word_excludes_nothing() -> None:
    query = parse("Saint-Denis 2024-2026").query
    assert query.excluded_words == ()
    assert query.words == ("Saint-Denis", "2024-2026")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ('"police municipale', Hint.UNCLOSED_QUOTE),
        ("«police", Hint.UNCLOSED_QUOTE),
        ("x" * 301, Hint.TOO_LONG),
        ("é" * 10_240, Hint.TOO_LONG),
        ("-", Hint.UNREADABLE),
        ('""', Hint.UNREADABLE),
        ("\0\ud800", Hint.UNREADABLE),
        ("😀", Hint.UNREADABLE),
        ("a* b*", Hint.SHORT_PREFIX),
        ("aa* bb* cc* dd*", Hint.TOO_MANY_PREFIXES),
        (" ".join(f"mot{n}" for n in range(30)), Hint.TOO_MANY_TERMS),
    ],
)
def test_what_cannot_be_read_gives_a_hint(typed: str, hint: Hint) -> None:
    assert hint in parse(typed).hints


def test_empty_question_needs_no_hint() -> None:
    assert parse("  ").hints == ()
    assert parse("").query.is_empty


def test_unclosed_quote_leaves_words() -> None:
    assert parse('"police municipale').query.words == ("police", "municipale")


def test_cut_words_are_bounded() -> None:
    query = parse("aa* bb* cc* dd* ee*").query
    assert len(query.prefixes) == MAX_PREFIXES
    assert query.words == ("dd", "ee")


def test_terms_are_bounded() -> None:
    query = parse(" ".join(f'm{n} "p{n}" -x{n}' for n in range(20))).query
    assert len(query.words) + len(query.phrases) + len(query.excluded_words) <= MAX_TERMS


@pytest.mark.parametrize("page", [-5, 0, 1, 7, 10**30])
def test_page_stays_in_bounds(page: int) -> None:
    assert 1 <= parse("mot", page=page).query.page <= LAST_PAGE


def test_query_survives_being_saved() -> None:
    query = parse('sécurité "police municipale" -bruit kind:note espace:nuit prév* ET', sort=Sort.DATE).query
    assert Query.from_dict(query.to_dict()) == query


@pytest.mark.parametrize(
    "kept", [{}, {"words": 3}, {"words": [1, None, "mot"]}, {"sort": "x", "all_words": "yes"}, {"unknown": 1}]
)
def test_damaged_saved_query_is_read_as_far_as_possible(kept: dict[str, object]) -> None:
    assert isinstance(Query.from_dict(kept), Query)


def test_anything_typed_is_answered() -> None:
    chance = random.Random(7)  # noqa: S311 - the same questions at every run
    signs = "aé -\"«»“”*:+()[]{}~^\\/'’·.,\0\ud800\u202e\u0301😀ש\n\t" + "kind:type:espace:ETOR"
    for _ in range(3000):
        typed = "".join(chance.choice(signs) for _ in range(chance.randrange(0, 60)))
        query = parse(typed).query
        assert len(terms_of(query).wanted) <= 4 * MAX_LENGTH
        assert Query.from_dict(query.to_dict()) == query
