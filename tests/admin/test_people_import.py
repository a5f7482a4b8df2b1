"""The pages of an import of people: the table, its columns, the trial, the work and its report."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.sheets import LARGEST_SHEET
from app.extensions import db
from app.spaces.models import Invitation
from tests.people import ADMIN, ENTERED, FACILITATOR, MEMBER, Cast
from tests.support import Browser, work

IMPORT = "/administration/personnes/importer"
LIST = (
    "Prénom;Nom;Courriel;Collectivité\nAnne;Roy;anne@ville.example;Castelmaure\n=1+1;<b>;eve@ville.example;Castelmore\n"
)
CHOSEN = {"column-0": "first_name", "column-1": "last_name", "column-2": "email", "column-3": "organisation"}


def sent(browser: Browser, data: bytes, name: str = "liste.csv") -> Any:
    return browser.post(IMPORT, {"file": (io.BytesIO(data), name)})


def columns_chosen(browser: Browser, here: str, **more: str) -> Any:
    return browser.post(here, {**CHOSEN, "kind": "member", "language": "fr", **more})


def started(app: Flask, browser: Browser) -> str:
    here: str = sent(browser, LIST.encode("cp1252")).headers["Location"]
    assert columns_chosen(browser, here).status_code == 302
    assert browser.post(f"{here}/lancer").status_code == 302
    return here


def test_nothing_sent_is_asked_for(app: Flask, cast: Cast) -> None:
    for nothing in ({}, {"pasted": "  \n "}):
        answer = Browser(app, ADMIN).post(IMPORT, nothing)
        assert answer.status_code == 422
        assert "Choisissez un fichier, ou collez votre liste." in answer.get_data(as_text=True)


def test_list_goes_from_the_file_to_the_report(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    here = sent(browser, LIST.encode("cp1252")).headers["Location"]
    page = browser.get(here).get_data(as_text=True)
    assert 'value="email" selected' in page
    assert "Anne, =1+1" in page
    answer = columns_chosen(browser, here, words="Bienvenue.")
    trial = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Envoyer 1 invitation" in trial
    assert '<span class="nowrap">Ligne' in trial
    assert "est-ce Castelmaure" in trial
    with app.app_context():
        assert db.session.scalars(select(Invitation)).all() == []
    report = browser.post(f"{here}/lancer").headers["Location"]
    waiting = browser.get(report).get_data(as_text=True)
    assert "data-poll-url" in waiting
    assert "0 lignes sur 2" in waiting
    work(app)
    page = browser.get(report).get_data(as_text=True)
    assert "C’est fait" in page
    ended = browser.get(f"{here}/avancement").get_data(as_text=True)
    assert ("data-poll-url" in ended, 'data-step="done"' in ended) == (False, True)
    with app.app_context():
        assert [one.email for one in db.session.scalars(select(Invitation))] == ["anne@ville.example"]


def test_report_is_a_table_no_spreadsheet_runs(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    here = started(app, browser)
    work(app)
    rows = list(csv.reader(io.StringIO(browser.get(f"{here}/rapport.csv").get_data(as_text=True)), delimiter=";"))
    assert rows[0] == ["\ufeffLigne", "Prénom", "Nom", "Courriel", "Collectivité", "Résultat", "Explication"]
    assert rows[1][5] == "invited"
    assert rows[2][:3] == ["3", "'=1+1", "<b>"]
    assert "est-ce Castelmaure" in rows[2][6]


def test_pasted_list_needs_no_headings(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    here = browser.post(IMPORT, {"pasted": "a@ville.example\nb@ville.example"}).headers["Location"]
    page = browser.get(here).get_data(as_text=True)
    assert "Colonne 1" in page
    assert 'value="email" selected' in page


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"Nom;Courriel\n" + b"a;b\n" * 5001, b"\x00\x01\x02" * 500],
)
def test_what_cannot_be_read_is_said_on_the_page(app: Flask, cast: Cast, data: bytes) -> None:
    answer = sent(Browser(app, ADMIN), data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_large_file_is_refused(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    browser.get(IMPORT)
    head = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    parts = [head.format("csrf_token", ""), browser.token, "\r\n", head.format("file", '; filename="l.csv"')]
    body = "".join(parts).encode() + b"a;b\n" * (LARGEST_SHEET // 4 + 20_000) + b"\r\n--x--\r\n"
    answer = browser.client.post(IMPORT, data=body, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, "dépasse 5" in answer.get_data(as_text=True)) == (413, True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"column-2": ""}, "quelle colonne contient"),
        ({"column-3": "email"}, "Deux colonnes"),
        ({"until": "hier"}, "Écrivez la date"),
        ({"until": "01/01/2001"}, "est passée"),
        ({"until": "31/12/9999"}, "un an au plus"),
        ({"organisation": "Ailleurs"}, "n’est pas enregistrée"),
        ({"kind": "king"}, ""),
        ({"spaces": "nosuchid12"}, ""),
        ({"language": "xx"}, ""),
        ({"words": "x" * 2001}, ""),
    ],
)
def test_odd_choices_are_said_and_nothing_typed_is_lost(
    app: Flask, cast: Cast, more: dict[str, str], words: str
) -> None:
    browser = Browser(app, ADMIN)
    here = sent(browser, LIST.encode()).headers["Location"]
    answer = columns_chosen(browser, here, **{"purpose": "Un essai de motif", **more})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, words in page) == (422, True)
    assert "Un essai de motif" in page


def test_list_is_seen_only_by_who_brought_it(app: Flask, cast: Cast) -> None:
    here = started(app, Browser(app, ADMIN))
    for who, status in ((ENTERED, 404), (FACILITATOR, 403), (MEMBER, 403)):
        for part in ("", "/apercu", "/rapport", "/avancement", "/rapport.csv"):
            assert Browser(app, who).get(here + part).status_code == status
    for part in ("lancer", "arreter"):
        assert Browser(app, ENTERED).post(f"{here}/{part}").status_code == 404


def test_work_is_stopped_and_a_prepared_list_forgotten(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    here = started(app, browser)
    assert browser.post(f"{here}/arreter").status_code == 302
    work(app)
    assert "a été arrêté" in browser.get(f"{here}/rapport").get_data(as_text=True)
    prepared = sent(browser, LIST.encode()).headers["Location"]
    browser.post(f"{prepared}/arreter")
    assert browser.get(prepared).status_code == 404
    with app.app_context():
        assert db.session.scalars(select(Invitation)).all() == []


def test_work_begins_once(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    here = started(app, browser)
    assert browser.post(f"{here}/lancer").status_code == 409
    assert browser.post(here, CHOSEN).headers["Location"].endswith("/rapport")


@pytest.mark.thorough
def test_five_thousand_rows_are_tried_on_one_page(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    rows = "".join(f"P{n};N;p{n}@ville.example;Ville {n % 300}\n" for n in range(5000))
    here = sent(browser, f"Prénom;Nom;Courriel;Collectivité\n{rows}".encode()).headers["Location"]
    answer = columns_chosen(browser, here, create_organisations="1")
    page = browser.get(f"{answer.headers['Location']}?issue=invited_new_city&page=99999").get_data(as_text=True)
    assert "Envoyer 5\u202f000 invitations" in page
    assert "300 collectivités seront créées" in page
    assert "Ligne 5001" in page
