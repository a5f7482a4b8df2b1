"""A list of terms: who each row speaks of, what is left aside, and why."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.core.errors import RefusedError
from app.extensions import db
from app.library.models import Tag
from app.library.thesaurus.book import read_book
from app.library.thesaurus.columns import terms_in, written
from app.library.thesaurus.judging import Outcome, plan
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid, said_of
from app.library.thesaurus.starting import start_thesaurus, starter_terms
from tests.people import FACILITATOR, Cast
from tests.support import loaded


def brought(*rows: dict[str, Any]) -> list[tuple[str, str]]:
    with transaction():
        verdicts = bring_in(None, [TermSaid.of(**row) for row in rows], origin="test")
    return [
        (one.outcome.value, one.detail.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'"))
        for one in verdicts
    ]


LONG = "x" * 41


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"fr": "x" * 81}, "Ce texte est trop long : 80 caractères au plus."),
        ({"fr": "Rue", "en": "x" * 81}, f"« {LONG[:40]}… » est trop long : 80 caractères au plus."),
        ({"fr": "Rue", "hidden_en": ["x" * 81]}, f"« {LONG[:40]}… » est trop long : 80 caractères au plus."),
        ({"fr": "Rue", "note_en": "x" * 1001}, f"« {LONG[:40]}… » est trop long : 1000 caractères au plus."),
        (
            {"fr": "Rue", "alt_fr": [f"nom {n}" for n in range(61)]},
            "Ce terme a trop de synonymes, de graphies ou de voisins : 60 de chaque sorte au plus.",
        ),
    ],
)
def test_term_longer_than_a_term_may_be_is_refused_and_not_cut(
    context: Flask, row: dict[str, Any], sentence: str
) -> None:
    assert brought(row) == [("refused", sentence)]
    assert db.session.scalar(select(Tag.id)) is None
    widest = {"fr": "x" * 80, "note_fr": "x" * 1000, "alt_en": [f"name {n}" for n in range(60)]}
    assert brought(widest) == [("created", "")]


def test_refused_row_leaves_the_term_it_speaks_of_and_those_that_name_it(context: Flask) -> None:
    brought({"fr": "Rue"})
    known = db.session.scalars(select(Tag.public_id)).one()
    assert [one for one, _detail in brought({"fr": "x" * 81, "id": known}, {"fr": "Quai", "broader": [known]})] == [
        "refused",
        "created",
    ]
    book = read_book()
    (quay,) = [tag for tag in book.terms.values() if tag.label == "Quai"]
    assert [book.terms[one].public_id for one in book.broader[quay.id]] == [known]


def test_starter_thesaurus_is_whole_and_says_nothing_twice(context: Flask) -> None:
    terms = starter_terms()
    verdicts = plan(read_book(), terms).verdicts
    assert [(one.said.fr, one.detail) for one in verdicts if one.detail or one.outcome is not Outcome.CREATED] == []
    assert len(terms) >= 150
    assert all(one.en for one in terms)
    assert all(len(one.broader) >= 1 or any(one.fr in other.broader for other in terms) for one in terms)


def test_starter_thesaurus_is_brought_in_once_and_leaves_what_was_changed(context: Flask, cast: Cast) -> None:
    with transaction():
        assert len(start_thesaurus()) >= 150
    brought({"fr": "CLSPD", "en": "Changed here"})
    with transaction():
        assert start_thesaurus() == []
    assert db.session.scalar(select(Tag.label_en).where(Tag.slug == "clspd")) == "Changed here"


def test_a_table_gives_back_the_same_terms(context: Flask) -> None:
    with transaction():
        start_thesaurus()
    book = read_book()
    said = [said_of(tag, book) for tag in book.terms.values()]
    assert terms_in(written(said).encode()) == said
    with transaction():
        verdicts = bring_in(None, terms_in(written(said).encode()), origin="test")
    assert {one.outcome for one in verdicts} == {Outcome.UNCHANGED}


TAKEN = "« Éviter » désigne déjà le mot-clé « Éviter »."
UNKNOWN = "Le terme plus large « Inconnu » n'existe pas."


def test_rows_that_cannot_be_terms_say_why(context: Flask) -> None:
    assert brought(
        {"fr": "Prévention", "alt_fr": ["éviter"]},
        {"fr": "", "en": "Nothing"},
        {"fr": "prevention"},
        {"fr": "Rues, places"},
        {"fr": "Éviter"},
        {"fr": "Police", "alt_fr": ["Éviter", "a ; b"], "broader": ["Inconnu"]},
    ) == [
        ("created", "« éviter » désigne déjà le mot-clé « Éviter »."),
        ("refused", "Il manque le libellé français."),
        ("twice", "Voir la ligne 1."),
        ("refused", "Un mot-clé ne contient ni virgule, ni point-virgule, ni barre."),
        ("created", ""),
        (
            "created",
            f"{TAKEN} « a ; b » est laissé de côté : ni virgule, ni point-virgule, ni barre. {UNKNOWN}",
        ),
    ]


def test_nothing_stands_lower_than_the_levels_allowed(context: Flask) -> None:
    rows = [{"fr": f"Terme {n}", "broader": [f"Terme {n + 1}"]} for n in range(40)]
    details = [detail for _outcome, detail in brought(*rows, {"fr": "Terme 40"})]
    assert sum("il y aurait plus de 6 niveaux" in detail for detail in details) == 6
    book = read_book()
    assert max(len(book.above(one)) for one in book.terms) == 5


def test_a_circle_is_not_closed(context: Flask) -> None:
    rows = ({"fr": "A", "broader": ["C"]}, {"fr": "B", "broader": ["A"]}, {"fr": "C", "broader": ["B", "C"]})
    details = [detail for _outcome, detail in brought(*rows)]
    assert details[:2] == ["", ""]
    assert details[2].count("le cercle n'est pas fermé") == 2
    book = read_book()
    under = {(book.terms[one].label, book.terms[other].label) for one, other in book.under() if one != other}
    assert under == {("C", "A"), ("C", "B"), ("A", "B")}


def test_a_new_label_keeps_the_old_address(context: Flask) -> None:
    brought({"fr": "Vidéosurveillance", "en": "CCTV"})
    public_id = db.session.scalar(select(Tag.public_id))
    assert brought({"id": public_id, "fr": "Vidéoprotection", "en": "CCTV"}) == [("updated", "")]
    found = read_book().called("videosurveillance")
    assert found is not None
    assert (found.label, found.names) == ("Vidéoprotection", {"hidden_fr": ["Vidéosurveillance"]})


def test_only_administrators_bring_terms_in(context: Flask, cast: Cast) -> None:
    with pytest.raises(RefusedError), transaction():
        bring_in(loaded(FACILITATOR), [TermSaid.of(fr="Mot")], origin="test")
