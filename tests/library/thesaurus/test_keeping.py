"""Administrators structure the thesaurus: terms added, changed, merged, split, deleted; what carries them follows."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, RefusedError
from app.extensions import db
from app.library.models import Resource, Tag
from app.library.thesaurus.book import read_book
from app.library.thesaurus.keeping import delete_term, keep_term, merge_terms, split_off
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.queries import history_of
from app.library.thesaurus.saying import TermSaid, said_of
from tests.library.shelves import share
from tests.people import ADMIN, FACILITATOR, PRIVATE, Cast
from tests.support import loaded

TERMS = [
    TermSaid.of(fr="Drogues", en="Drugs"),
    TermSaid.of(fr="Stupéfiants", alt_fr=["narcotiques"], broader=["Drogues"]),
    TermSaid.of(fr="Crack", broader=["Stupéfiants"], related=["Drogues"]),
]


@pytest.fixture(autouse=True)
def _terms(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        bring_in(None, TERMS, origin="test")


def term(label: str) -> Tag:
    return db.session.scalars(select(Tag).where(Tag.label == label, Tag.space_id.is_(None))).one()


def said(label: str) -> TermSaid:
    db.session.expire_all()
    return said_of(term(label), read_book())


def labels(made: Resource) -> list[str]:
    db.session.expire_all()
    return [tag.label for tag in made.tags]


def test_term_is_added_and_changed_and_its_past_is_kept(context: Flask) -> None:
    with transaction():
        made = keep_term(loaded(ADMIN), TermSaid.of(fr="Cocaïne", broader=["Drogues"]))
    with transaction():
        keep_term(loaded(ADMIN), TermSaid.of(fr="Cocaïne", en="Cocaine", broader=["Stupéfiants"]), made, 1)
    assert said("Cocaïne").broader == ("Stupéfiants",)
    assert [(one.label, one.words) for one in history_of(made)] == [("Cocaïne", "Drogues")]
    with pytest.raises(EditConflictError), transaction():
        keep_term(loaded(ADMIN), TermSaid.of(fr="Coke"), made, 1)


@pytest.mark.parametrize(
    "wrong", [{"fr": "narcotiques"}, {"fr": "Neuf", "broader": ["Rien"]}, {"fr": "a, b"}, {"fr": "Crack"}]
)
def test_what_cannot_be_kept_is_said_and_nothing_is_written(context: Flask, wrong: dict[str, Any]) -> None:
    with pytest.raises(DomainError), transaction():
        keep_term(loaded(ADMIN), TermSaid.of(**wrong))
    assert len(read_book().terms) == len(TERMS)


def test_a_circle_is_refused(context: Flask) -> None:
    with pytest.raises(DomainError), transaction():
        keep_term(loaded(ADMIN), TermSaid.of(fr="Drogues", broader=["Crack"]), term("Drogues"))


def test_merged_terms_are_one_with_all_names_resources_and_narrower_terms(context: Flask) -> None:
    made = share(tags=["narcotiques"], space=PRIVATE)
    with transaction():
        merge_terms(loaded(ADMIN), term("Stupéfiants"), term("Drogues"))
    assert labels(made) == ["Drogues"]
    assert said("Drogues").alt_fr == ("Stupéfiants", "narcotiques")
    assert said("Crack").broader == ("Drogues",)
    assert labels(share(tags=["stupefiants"])) == ["Drogues"]
    assert len(history_of(term("Drogues"))) == 1


def test_synonym_split_off_is_a_term_beside_and_resources_stay(context: Flask) -> None:
    made = share(tags=["narcotiques"])
    with transaction():
        split_off(loaded(ADMIN), term("Stupéfiants"), "narcotiques")
    assert labels(made) == ["Stupéfiants"]
    assert (said("narcotiques").broader, said("narcotiques").related) == (("Drogues",), ("Stupéfiants",))
    assert said("Stupéfiants").alt_fr == ()


def test_merge_that_would_have_too_many_names_is_refused_with_a_sentence(context: Flask) -> None:
    many = [f"nom {n}" for n in range(59)]
    with transaction():
        keep_term(loaded(ADMIN), TermSaid.of(fr="Substances", alt_fr=many))
    with pytest.raises(DomainError, match="60 de chaque sorte"), transaction():
        merge_terms(loaded(ADMIN), term("Stupéfiants"), term("Substances"))
    assert said("Stupéfiants").alt_fr == ("narcotiques",)


def test_term_is_deleted_only_while_unused_as_far_as_one_reads(context: Flask) -> None:
    seen, hidden = share(tags=["Stupéfiants"]), share(tags=["Drogues"], space=PRIVATE)
    with pytest.raises(DomainError), transaction():
        delete_term(loaded(ADMIN), term("Stupéfiants"))
    with transaction():
        delete_term(loaded(ADMIN), term("Drogues"))
    assert (labels(seen), labels(hidden)) == (["Stupéfiants"], ["Drogues"])
    assert [tag.space_id for tag in hidden.tags] == [hidden.space_id]
    assert said("Stupéfiants").broader == ()


def test_only_administrators_keep_the_thesaurus(context: Flask) -> None:
    by = loaded(FACILITATOR)
    for deed in (
        lambda: keep_term(by, TermSaid.of(fr="Neuf")),
        lambda: merge_terms(by, term("Crack"), term("Drogues")),
        lambda: split_off(by, term("Stupéfiants"), "narcotiques"),
        lambda: delete_term(by, term("Crack")),
    ):
        with pytest.raises(RefusedError), transaction():
            deed()


def test_form_names_the_neighbours_in_the_language_of_the_reader(app: Flask, browser: Any) -> None:
    admin = browser(ADMIN)
    made = admin.post("/mots-cles/nouveau", {"fr": "Kétamine", "en": "Ketamine", "broader": "Drogues"})
    address = made.headers["Location"].rsplit("-", 1)[0]
    assert 'name="broader" type="text" value="Drogues"' in admin.get(f"{address}/modifier").text
    admin.post("/langue", {"lang": "en", "next": "/"})
    page = admin.get(f"{address}/modifier").text
    assert 'name="broader" type="text" value="Drugs"' in page
    said = {"fr": "Kétamine", "en": "Ketamine", "broader": "Drugs", "seen_version": "1"}
    assert admin.post(f"{address}/modifier", said).status_code == 302
    assert 'value="Drugs"' in admin.get(f"{address}/modifier").text


def test_pages_change_merge_split_and_delete(app: Flask, browser: Any) -> None:
    admin = browser(ADMIN)
    answer = admin.post("/mots-cles/nouveau", {"fr": "Kétamine", "broader": "drugs", "alt_fr": "kéta, K"})
    address = answer.headers["Location"].rsplit("-", 1)[0]
    assert "kéta, K" in admin.get(answer.headers["Location"]).get_data(as_text=True)
    assert admin.post("/mots-cles/nouveau", {"fr": "keta"}).status_code == 422
    page = admin.get(f"{address}/modifier").get_data(as_text=True)
    assert 'value="kéta, K"' in page
    changed = {"fr": "Kétamine", "en": "Ketamine", "alt_fr": "kéta", "broader": "Drogues", "seen_version": "1"}
    assert admin.post(f"{address}/modifier", changed).status_code == 302
    assert admin.post(f"{address}/modifier", changed).status_code == 422  # begun on an older version
    assert admin.post(f"{address}/detacher", {"synonyme": "kéta"}).status_code == 302
    assert admin.post(f"{address}/reunir", {"terme": "inconnu"}).headers["Location"].endswith("/modifier")
    assert admin.post(f"{address}/supprimer").headers["Location"].endswith("/mots-cles")
    assert admin.get(address).status_code == 404
