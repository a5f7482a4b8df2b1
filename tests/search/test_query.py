"""What was typed, and what is asked."""

from __future__ import annotations

import json
import random

import pytest

from app.search.query import (
    LAST_PAGE,
    MAX_LENGTH,
    MAX_TERMS,
    Field,
    Filter,
    Form,
    Hint,
    Item,
    Query,
    Sort,
    from_dict,
    parse,
    to_dict,
    typed,
)
from app.search.query.fields import NAMES, years_in
from app.search.terms import terms_of


def phrase(text: str) -> Item:
    return Item(text, Form.PHRASE)


def start(text: str) -> Item:
    return Item(text, Form.PREFIX)


def required(written: str) -> list[list[str]]:
    """The groups of what must be met, each item as it is typed."""
    return [[str(item) for item in group] for group in parse(written).query.required]


def test_words_phrases_exclusions_and_filters_are_told_apart() -> None:
    written = 'sécurité "police municipale" « nuit calme » -bruit -"en été" -tapa* kind:practice espace:"Vie nocturne"'
    assert parse(f"{written} prév* -type:presse annee:2021…2019").query == Query(
        items=(phrase("police municipale"), phrase("nuit calme"), Item("sécurité"), start("prév")),
        required=((phrase("police municipale"),), (phrase("nuit calme"),)),
        excluded=(Item("bruit"), phrase("en été"), start("tapa")),
        filters=(
            Filter(Field.KIND, "practice"),
            Filter(Field.SPACE, "Vie nocturne"),
            Filter(Field.YEAR, "2019..2021"),
            Filter(Field.KIND, "presse", excluded=True),
        ),
    )


@pytest.mark.parametrize(
    ("written", "value", "rest"),
    [
        ("espace:'Vie nocturne' bruit", "Vie nocturne", ["bruit"]),
        ("espace: ’Vie nocturne’ bruit", "Vie nocturne", ["bruit"]),
        ("espace:‘Vie nocturne’ bruit", "Vie nocturne", ["bruit"]),
        ("(espace:'L'aide aux maires') l'été", "L'aide aux maires", ["l'été"]),
        ("ville:'s-Hertogenbosch l'été", "'s-Hertogenbosch", ["l'été"]),
        ("espace:l'été d'ici", "l'été", ["d'ici"]),
        ("espace:'nuit' calme", "nuit", ["calme"]),
    ],
)
def test_value_of_a_filter_may_stand_between_single_quotes(written: str, value: str, rest: list[str]) -> None:
    query = parse(written).query
    assert ([one.value for one in query.filters], [item.text for item in query.items][-len(rest) :]) == ([value], rest)


@pytest.mark.parametrize(("field", "names"), NAMES.items())
def test_every_field_has_its_names_in_both_languages_accents_or_not(field: Field, names: tuple[str, ...]) -> None:
    for name in names:
        for written in (f"{name}:2021", f"{name.upper()}: 2021", f"{name} : 2021"):
            assert parse(written).query == Query(filters=(Filter(field, "2021"),))
    assert parse("mot-clé:nuit année:2020").query.filters == (Filter(Field.TAG, "nuit"), Filter(Field.YEAR, "2020"))


@pytest.mark.parametrize("written", ["police ET justice", "police AND justice", "(police) ET (justice)"])
def test_capital_and_asks_for_all_words(written: str) -> None:
    assert required(written) == [["police"], ["justice"]]


def test_and_asks_for_every_word_of_its_sides() -> None:
    assert required("police municipale ET justice") == [["police"], ["municipale"], ["justice"]]


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("police OU gendarmerie", []),
        ("(police OU gendarmerie) ET nuit", [["police", "gendarmerie"], ["nuit"]]),
        ("nuit AND (police OR gend*)", [["nuit"], ["police", "gend*"]]),
        ("nuit ET bruit OU terrasse", [["nuit", "terrasse"], ["bruit", "terrasse"]]),
        ('"vie nocturne" OU "vie de nuit"', [['"vie nocturne"', '"vie de nuit"']]),
        ('"vie nocturne" bruit', [['"vie nocturne"']]),
        ("((police)) OU ((nuit ET (bruit)))", [["police", "nuit"], ["police", "bruit"]]),
    ],
)
def test_or_binds_less_than_and_and_brackets_group(written: str, groups: list[list[str]]) -> None:
    assert required(written) == groups


def test_small_et_and_ou_are_words_like_others() -> None:
    assert parse("police et justice ou nuit").query.required == ()
    assert len(terms_of(parse("police et justice").query).wanted) == 2


def test_only_function_words_are_looked_for_when_nothing_else_is() -> None:
    assert len(terms_of(parse("le la").query).wanted) == 2


def test_function_words_are_never_required_beside_others() -> None:
    assert len(terms_of(parse("le maire ET la nuit").query).required) == 2


def test_hyphen_inside_a_word_excludes_nothing() -> None:
    query = parse("Saint-Denis 2024-2026 nuit - bruit").query
    assert query.excluded == ()
    assert query.words == ("Saint-Denis", "2024-2026", "nuit", "bruit")


def test_bracketed_ending_belongs_to_its_word() -> None:
    assert parse("habitant(e)s").query.words == ("habitant(e)s",)
    assert required("(élu(e)s OU habitant(e)s) ET nuit") == [["élu(e)s", "habitant(e)s"], ["nuit"]]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ('"police municipale', Hint.UNCLOSED_QUOTE),
        ("«police", Hint.UNCLOSED_QUOTE),
        ("x" * (MAX_LENGTH + 1), Hint.TOO_LONG),
        ("é" * 10_240, Hint.TOO_LONG),
        ("-", Hint.UNREADABLE),
        ('""', Hint.UNREADABLE),
        ("\0\ud800", Hint.UNREADABLE),
        ("😀", Hint.UNREADABLE),
        ("a* b*", Hint.SHORT_PREFIX),
        ("aa* bb* cc* dd*", Hint.TOO_MANY_PREFIXES),
        (" ".join(f"mot{n}" for n in range(30)), Hint.TOO_MANY_TERMS),
        ("vi*le", Hint.STAR),
        ("*ville", Hint.STAR),
        ("(police OU gendarmerie ET nuit", Hint.BRACKETS),
        ("police OU gendarmerie) ET nuit", Hint.BRACKETS),
        ("police ET", Hint.OPERATOR),
        ("OU police", Hint.OPERATOR),
        ("ET ET", Hint.OPERATOR),
        ("police NOT nuit", Hint.LEAVING_OUT),
        ("police SAUF nuit", Hint.LEAVING_OUT),
        ("thème:nuit", Hint.UNKNOWN_FIELD),
        ("type:", Hint.EMPTY_FIELD),
        ("annee:hier", Hint.YEAR),
    ],
)
def test_what_cannot_be_read_gives_a_hint(written: str, hint: Hint) -> None:
    assert hint in parse(written).hints


@pytest.mark.parametrize(
    "written",
    [
        "police (municipale",
        "Objet : la nuit",
        "https://exemple.fr/page",
        "à 10:30",
        "nuit, bruit ; été ?",
        "tout sauf la nuit",
    ],
)
def test_ordinary_punctuation_needs_no_hint(written: str) -> None:
    assert parse(written).hints == ()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('"police municipale', ("police", "municipale")),
        ("thème:nuit", ("thème", "nuit")),
        ("annee:hier", ("annee", "hier")),
        ("vi*le", ("vi", "le")),
        ("police ET", ("police",)),
    ],
)
def test_syntax_that_cannot_be_read_is_taken_as_words(written: str, words: tuple[str, ...]) -> None:
    assert parse(written).query == Query(tuple(Item(word) for word in words))


def test_empty_question_needs_no_hint() -> None:
    assert parse("  ").hints == ()
    assert parse("").query.is_empty


def test_cut_words_are_bounded() -> None:
    query = parse("aa* bb* cc* dd* ee*").query
    assert query.items == (start("aa"), start("bb"), start("cc"), Item("dd"), Item("ee"))


def test_terms_are_bounded() -> None:
    query = parse(" ".join(f'm{n} "p{n}" -x{n}' for n in range(40))).query
    assert len(query.items) + len(query.excluded) == MAX_TERMS


def test_ways_to_choose_are_bounded() -> None:
    written = " OU ".join(f"(a{n} ET b{n} ET c{n})" for n in range(7))
    query = parse(written).query
    assert len(query.required) <= 64
    assert len(terms_of(parse("(" * 200 + "nuit" + ")" * 200 + " ET bruit").query).wanted) >= 1


@pytest.mark.parametrize("page", [-5, 0, 1, 7, 10**30])
def test_page_stays_in_bounds(page: int) -> None:
    assert 1 <= parse("mot", page=page).query.page <= LAST_PAGE


QUESTIONS = [
    "le conseil local de sécurité et de prévention de la délinquance est-il " + "de la ville ou " * 20,
    'sécurité "police municipale" -bruit kind:note -espace:"Vie nocturne" prév*',
    "(police OU gendarmerie) ET nuit",
    '"vie nocturne" OU calme bruit',
    "a1 ET b1 OU c1 ET d1 annee:..2021 langue:anglais",
    "l’élu·e du C.L.S.P.D. -habitant(e)s",
    '-"en été" mot-cle:"vidéo-protection & droits"',
]


@pytest.mark.parametrize("written", QUESTIONS)
def test_query_is_written_back_and_read_the_same_in_both_languages(written: str) -> None:
    query = parse(written).query
    for lang in ("fr", "en"):
        assert parse(typed(query, lang)).query == query


@pytest.mark.parametrize("written", QUESTIONS)
def test_query_survives_being_saved(written: str) -> None:
    query = parse(written, sort=Sort.DATE).query
    assert from_dict(json.loads(json.dumps(to_dict(query)))) == query


def test_saved_query_names_fields_in_no_language_of_its_own() -> None:
    assert to_dict(parse('nuit ET bruit type:note -ville:Lille "vie nocturne"').query) == {
        "items": ["nuit", "bruit", '"vie nocturne"'],
        "required": [["nuit"], ["bruit"], ['"vie nocturne"']],
        "filters": {"kind": ["note"]},
        "without": {"city": ["Lille"]},
    }


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"items": 3},
        {"items": [1, None, "mot", "deux mots", '"', "ET", "x" * 10_000]},
        {"required": [["a"], "b", ['"']], "items": ['"x y"', "c"]},
        {"sort": "x", "filters": [1], "without": {"year": ["hier"], "kind": 3, "lune": ["x"]}},
        {"unknown": 1},
    ],
)
def test_damaged_saved_query_is_read_as_far_as_possible(kept: dict[str, object]) -> None:
    query = from_dict(kept)
    assert parse(typed(query)).query == query


@pytest.mark.parametrize(
    ("written", "years"), [("2019", (2019, 2019)), ("2019..2021", (2019, 2021)), ("2019..", (2019, 9999))]
)
def test_years_are_a_span(written: str, years: tuple[int, int]) -> None:
    assert years_in(written) == years


@pytest.mark.slow
def test_anything_typed_is_answered_and_written_back() -> None:
    chance = random.Random(7)  # noqa: S311 - the same questions at every run
    signs = [*"aé -\"«»“”*:+()[]{}~^\\/'’·.,\0\ud800\u202e\u0301😀ש\n\t", "type:", "espace:", " ET ", " OU ", "mot"]
    for _ in range(1500):
        written = "".join(chance.choice(signs) for _ in range(chance.randrange(0, 60)))
        query = parse(written).query
        assert len(terms_of(query).wanted) <= 4 * MAX_LENGTH
        assert from_dict(to_dict(query)) == query
        again = typed(query)
        assert len(again) > MAX_LENGTH or parse(again).query == query, (written, again)
