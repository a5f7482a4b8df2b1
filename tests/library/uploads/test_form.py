"""A file that came in pieces and belongs to the form of a resource, not to the table."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.library.models import ReceivedFile
from app.library.staging.models import StagedResource
from tests.library.shelves import pdf, shown_in
from tests.library.uploads.tus import Tus
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, Cast

FILE, OTHER = pdf("Un bilan pour une fiche"), pdf("Un autre bilan, plus long que le premier")
NEW, TABLE = f"/espaces/{OPEN}/ressources/nouvelle", f"/espaces/{OPEN}/ressources/depot"


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def tus(browser: Any) -> Tus:
    return Tus(browser(MEMBER))


def hand_over(tus: Tus, where: str) -> TestResponse:
    return tus.browser.post(NEW, {"envoi": where.rpartition("/")[2]}, headers={"X-Requested-With": "fetch"})


def said(answer: TestResponse) -> dict[str, Any]:
    return dict(answer.get_json())


def waiting(app: Flask) -> tuple[list[tuple[str, str]], list[dict[str, str]]]:
    """Return the files that wait, with the form they wait for, and what was typed in the rows of the table."""
    with app.app_context():
        files = [(one.form, one.name) for one in db.session.scalars(select(ReceivedFile).order_by(ReceivedFile.id))]
        rows = [one.typed for one in db.session.scalars(select(StagedResource))]
        db.session.remove()
    return files, rows


def test_file_sent_in_pieces_joins_its_form_and_leaves_the_table(app: Flask, tus: Tus) -> None:
    where = tus.sent(FILE)
    answer = hand_over(tus, where)
    assert (answer.status_code, said(answer)["name"]) == (201, "Bilan.pdf")
    assert 'name="ordre"' in said(answer)["html"]
    assert waiting(app) == ([(NEW, "Bilan.pdf")], [])
    fields = {
        "title": "Bilan de l'année",
        "kind": "report",
        "audience": "space",
        "ordre": shown_in(said(answer)["html"]),
    }
    assert tus.browser.post(NEW, fields).status_code == 302
    assert waiting(app) == ([], [])


def test_answer_that_was_lost_is_given_again(app: Flask, tus: Tus) -> None:
    where = tus.sent(FILE)
    first, second = hand_over(tus, where), hand_over(tus, where)
    assert (second.status_code, said(second)["token"]) == (201, said(first)["token"])
    assert waiting(app) == ([(NEW, "Bilan.pdf")], [])


def test_file_that_is_not_whole_or_is_somebody_elses_joins_nothing(app: Flask, tus: Tus, browser: Any) -> None:
    begun = tus.begun(len(FILE))
    assert hand_over(tus, begun).status_code == 409
    whole = tus.sent(FILE)
    assert hand_over(Tus(browser(FACILITATOR)), whole).status_code == 404
    assert hand_over(Tus(browser(OUTSIDER)), whole).status_code in {403, 404}
    assert [form for form, _name in waiting(app)[0]] != [NEW]
    assert tus.offset(begun) == 0


def test_refused_file_says_why_to_its_form(tus: Tus) -> None:
    where = tus.begun(20)
    refused = tus.patch(where, b"<html>pas un PDF</ht", 0)
    assert (refused.status_code, "n’est pas un vrai fichier" in said(refused)["error"]) == (422, True)
    assert hand_over(tus, where).status_code == 410


def test_row_in_which_something_was_typed_keeps_its_file(app: Flask, tus: Tus) -> None:
    tus.browser.post(TABLE, {"files": (io.BytesIO(FILE), "Ancien.pdf")}, headers={"X-Requested-With": "fetch"})
    with app.app_context():
        row = db.session.scalars(select(StagedResource)).one()
        name, form = f"title-{row.public_id}", row.form
        db.session.remove()
    tus.browser.post(TABLE, {name: "Un titre choisi"})
    assert hand_over(tus, tus.sent(FILE)).status_code == 201
    files, rows = waiting(app)
    assert files == [(form, "Ancien.pdf"), (NEW, "Bilan.pdf")]
    assert [one["title"] for one in rows] == ["Un titre choisi"]


def test_two_files_of_one_form_keep_their_bytes_apart(app: Flask, tus: Tus) -> None:
    for content, name in ((FILE, "un.pdf"), (OTHER, "deux.pdf")):
        assert hand_over(tus, tus.sent(content, name)).status_code == 201
    with app.app_context():
        sizes = {one.name: one.blob.size for one in db.session.scalars(select(ReceivedFile))}
        db.session.remove()
    assert sizes == {"un.pdf": len(FILE), "deux.pdf": len(OTHER)}
