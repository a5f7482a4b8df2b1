"""Which words are marked, in snippets, in texts and over pages."""

from __future__ import annotations

from markupsafe import Markup

from app.search.hits import hit_boxes, matches
from app.search.query import parse
from app.search.snippets import LONGEST, flowing, mark, snippet
from app.search.terms import Clause, terms_of


def clauses(typed: str) -> tuple[Clause, ...]:
    return terms_of(parse(typed).query).marked


def test_marks_stand_on_the_words_as_written() -> None:
    marked = mark("L’élue et les ÉLUS <du> réseau", clauses("élu"))
    assert marked == Markup("L’<mark>élue</mark> et les <mark>ÉLUS</mark> &lt;du&gt; réseau")


def test_text_is_escaped_everywhere() -> None:
    text = "<script>alert('police')</script> & police"
    assert "<script>" not in mark(text, clauses("police"))
    assert "<script>" not in snippet(text, clauses("police"))
    assert "<script>" not in snippet(text, clauses("absent"))


def test_phrase_marks_the_phrase_only() -> None:
    marked = mark("police, la police municipale", clauses('"police municipale"'))
    assert marked == Markup("police, la <mark>police municipale</mark>")


def test_excluded_words_are_not_marked() -> None:
    assert "<mark>" not in mark("le bruit", clauses("nuit -bruit"))


def test_cut_word_marks_what_begins_so() -> None:
    assert mark("la prévention, prévue", clauses("prév*")) == Markup("la <mark>prévention</mark>, <mark>prévue</mark>")


def test_snippet_shows_the_densest_hits_whole_words_only() -> None:
    text = "nuit " + "mot " * 200 + "la vie nocturne et le bruit de la nuit " + "fin " * 200
    cut = snippet(text, clauses("nuit nocturne bruit"))
    assert cut.count("<mark>") == 3
    assert cut.startswith("…mot ")
    assert cut.endswith("…")


def test_snippet_keeps_to_its_length() -> None:
    for size in (0, 10, 150, 210, 220, 500, 5000):
        text = ("abcdefghi " * 600)[:size] + "nuit " + ("abcdefghi " * 600)[:size]
        plain = snippet(text, clauses("nuit")).striptags()
        assert "nuit" in plain
        assert len(plain) <= LONGEST + 2


def test_snippet_without_hit_gives_the_beginning() -> None:
    assert snippet("Bonjour à tous. " * 50, clauses("absent")).startswith("Bonjour")
    assert snippet("", clauses("absent")) == ""


def test_snippet_of_one_endless_word_is_cut() -> None:
    assert len(snippet("x" * 10_000, clauses("x"))) < 300


def test_words_of_a_page_are_found_by_number() -> None:
    words = ["La", "vidéo-", "protection", "à", "Saint", "Denis,", "l’élue", "dit"]
    assert matches(words, clauses("vidéoprotection")) == [1, 2]
    assert matches(words, clauses("Saint-Denis élus")) == [4, 5, 6]
    assert matches(words, clauses('"Saint Denis"')) == [4, 5]
    assert matches(words, clauses('"Denis Saint"')) == []
    assert matches([], clauses("mot")) == []


def test_boxes_follow_the_words() -> None:
    boxes = [(0.0, 0.0, 1.0, 1.0), (1.0, 0.0, 2.0, 1.0)]
    assert hit_boxes(["la", "police"], boxes, clauses("police")) == [boxes[1]]


def test_sentence_cut_by_the_lines_of_a_page_runs_on() -> None:
    cut = "Ce qui va\nLe médiateur et l'éducatrice se rendent chaque\njour dans les écoles,\nà pied. - seize\nplaces"
    assert flowing(cut) == cut.replace("chaque\njour", "chaque jour")
    apart = "La ville finance depuis trois ans la préven-\ntion, les équipes de rue et les maisons des places\nDeux"
    assert flowing(apart) == apart
