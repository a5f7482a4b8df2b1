"""References come in: tried first, doubles found in what the person reads, done row by row, told in a report."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.library.exchange import FORMATS, read_file
from app.library.exchange.leaving import leaving
from app.library.incoming.models import ReferenceImport, ReferenceImportRow
from app.library.incoming.operations import forget_old
from app.library.listing import Wanted
from app.library.models import Resource
from tests.library.shelves import shared
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, loaded, work

HERE = f"/espaces/{OPEN}/ressources/importer"
FILE = """TY  - JOUR
TI  - Nuits apaisées
AU  - Roy, Jean
PY  - 2021
DO  - 10.5555/abc
ER  -
TY  - RPRT
TI  - <b>Déjà là</b>
ER  -
TY  - HOLO
TI  - Un hologramme
ER  -
TY  - JOUR
TI  - Nuits apaisées, bis
DO  - https://doi.org/10.5555/ABC
ER  -
TY  - JOUR
AU  - Sans, Titre
ER  -
"""


@pytest.fixture(autouse=True)
def _peopled(cast: Cast) -> None:
    """Have the cast in every test."""


def send(browser: Browser, text: str, name: str = "liste.ris", here: str = HERE) -> Any:
    browser.get(here)
    return browser.post(here, data={"file": (io.BytesIO(text.encode()), name)})


def titles() -> list[str]:
    return list(db.session.scalars(select(Resource.title).order_by(Resource.title)))


def test_list_is_tried_then_brought_in_and_told_row_by_row(app: Flask) -> None:
    shared(app, "Déjà là")
    browser = Browser(app, MEMBER)
    there = send(browser, FILE).headers["Location"]
    page = browser.get(there).get_data(as_text=True)
    for words in ("Importer 2 références", "Déjà dans la bibliothèque", "HOLO", "ligne 1", "pas de titre"):
        assert words in page.replace("\u00a0", " "), words
    with app.app_context():
        assert titles() == ["Déjà là"]
    browser.post(f"{there}/lancer")
    report = browser.get(there).get_data(as_text=True)
    assert "2 références sont dans la bibliothèque" in report.replace("\u00a0", " ")
    assert re.search(r'<a href="/ressources/\w+-nuits-apaisees">', report)
    with app.app_context():
        assert titles() == ["Déjà là", "Nuits apaisées", "Un hologramme"]
        kept = db.session.scalars(select(Resource).where(Resource.title == "Nuits apaisées")).one()
        assert kept.fields == {"authors": ["Roy, Jean"], "year": 2021, "doi": "10.5555/abc"}
        assert (kept.author_id, kept.audience) == (loaded(MEMBER).id, "space")
    assert browser.get(f"{there}/rapport.csv").get_data(as_text=True).count("\r\n") == 6
    assert browser.post(f"{there}/lancer").status_code == 409
    again = send(browser, FILE).headers["Location"]
    assert "Importer" in browser.get(again).get_data(as_text=True)
    assert "lancer" not in browser.get(again).get_data(as_text=True)


def test_one_title_is_borne_by_several_references_that_differ_by_year_or_doi(app: Flask) -> None:
    entry = "TY  - JOUR\nTI  - Rapport annuel\nAU  - Roy, J.\n{}\nER  - \n"
    said = ("PY  - 2019", "PY  - 2020", "", "PY  - 2019\nDO  - 10.5555/a", "PY  - 2019\nDO  - 10.5555/b")
    browser = Browser(app, MEMBER)
    there = send(browser, "".join(map(entry.format, said))).headers["Location"]
    browser.post(f"{there}/lancer")
    with app.app_context():
        rows = db.session.scalars(select(ReferenceImportRow).order_by(ReferenceImportRow.n)).all()
        assert [row.outcome for row in rows] == ["brought_in", "brought_in", "twice", "twice", "twice"]
        db.session.rollback()
    again = send(browser, entry.format("PY  - 2020") + entry.format("PY  - 2021")).headers["Location"]
    page = browser.get(again).get_data(as_text=True)
    assert ("Importer 1 référence" in page.replace("\u00a0", " "), "Déjà dans la bibliothèque" in page) == (True, True)


def test_double_in_a_closed_space_is_not_told(app: Flask) -> None:
    shared(app, "Secret du cercle", space=PRIVATE)
    text = "TY  - RPRT\nTI  - Secret du cercle\nER  - "
    page = Browser(app, GUEST)
    assert "sera importée" in page.get(send(page, text).headers["Location"]).get_data(as_text=True).lower()
    page = Browser(app, MEMBER)
    assert "déjà dans" in page.get(send(page, text).headers["Location"]).get_data(as_text=True).lower()


@pytest.mark.slow
def test_long_list_is_done_behind_and_may_be_stopped(app: Flask) -> None:
    text = "".join(f"TY  - RPRT\nTI  - Rapport {n}\nER  - \n" for n in range(30))
    browser = Browser(app, MEMBER)
    there = send(browser, text).headers["Location"]
    browser.post(f"{there}/lancer")
    assert "0 lignes sur 30" in browser.get(f"{there}/avancement").get_data(as_text=True).replace("\u00a0", " ")
    work(app)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Resource)) == 30
    assert "30 références sont" in browser.get(there).get_data(as_text=True).replace("\u00a0", " ")
    there = send(browser, text.replace("Rapport", "Autre")).headers["Location"]
    browser.post(f"{there}/arreter")
    assert browser.get(there).status_code == 404


def test_list_is_its_owner_s_alone_and_only_for_who_writes_there(app: Flask) -> None:
    owner = Browser(app, MEMBER)
    there = send(owner, FILE).headers["Location"]
    other = Browser(app, FACILITATOR)
    other.get(HERE)
    for path in (there, f"{there}/avancement", f"{there}/rapport.csv"):
        assert other.get(path).status_code == 404
    for deed in ("lancer", "arreter"):
        assert other.post(f"{there}/{deed}").status_code == 404
    stranger = Browser(app, OUTSIDER)
    stranger.get("/ressources")
    assert [stranger.get(there).status_code, stranger.post(f"{there}/lancer").status_code] == [403, 403]
    with app.app_context():
        assert titles() == []


@pytest.mark.parametrize(("text", "name"), [("", "a.ris"), ("x", "a.exe"), ("{", "a.json")])
def test_file_that_cannot_be_read_is_refused_in_words(app: Flask, text: str, name: str) -> None:
    answer = send(Browser(app, MEMBER), text, name)
    assert (answer.status_code, 'role="alert"' in answer.get_data(as_text=True)) == (422, True)


def test_page_says_which_columns_of_a_table_are_read(app: Flask) -> None:
    page = Browser(app, MEMBER).get(HERE).get_data(as_text=True)
    for names in ("Type, Titre, Résumé, Texte, Source, Date, Langue, Mots-clés", "Journal ou média, Auteurs"):
        assert names in page, names


def test_what_left_comes_back_the_same_in_another_space(app: Flask) -> None:
    shared(
        app, "=Somme", kind="press", fields={"outlet": "La Voix", "authors": ["A"]}, tags=["Nuit"], body="Un\n\nDeux"
    )
    shared(app, "Loi", kind="legal", fields={"reference": "n° 1"}, source="Parlement")
    with app.test_request_context():
        number, references = leaving(loaded(FACILITATOR), Wanted())
        kept = list(references)
        assert number == 2
        for form in FORMATS.values():
            back = read_file(f"a.{form.ending}", "".join(form.write(kept)).encode())
            assert [one.plain for one in back] == [one.plain for one in kept], form.key


def test_command_tries_and_brings_in_and_makes_no_doubles(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "liste.ris"
    file.write_text(FILE)
    args = ["library", "import-references", str(file), "--space", OPEN]
    said = [app.test_cli_runner().invoke(args=[*args, *more]) for more in (["--dry-run"], [], [])]
    assert [one.exit_code for one in said] == [0, 0, 0], said[0].output
    ends = [one.output.splitlines()[-1] for one in said]
    assert ends == [
        "3 would come in, 2 left out, 5 references",
        "3 brought in, 2 left out, 5 references",
        "0 brought in, 5 left out, 5 references",
    ]


def test_old_lists_are_forgotten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    send(Browser(app, MEMBER), FILE)
    with app.app_context():
        row = db.session.scalars(select(ReferenceImport)).one()
        row.updated_at = row.updated_at.replace(year=2020)
        db.session.commit()
        forget_old()
        db.session.commit()
        assert db.session.scalar(select(func.count()).select_from(ReferenceImport)) == 0
