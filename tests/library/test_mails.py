"""A mail dropped into the form is a file like others, whose attachments join it where the person says so."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.extensions import db
from app.library.models import FileVersion, ReceivedFile
from app.library.saying import SHORTEST_READING
from tests.library.reading.test_mail import carrying
from tests.library.shelves import upload
from tests.people import FACILITATOR, MEMBER, OPEN, Cast
from tests.support import Browser, work

NEW = f"/espaces/{OPEN}/ressources/nouvelle"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def names(app: Flask, model: type[ReceivedFile | FileVersion]) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(model.name).order_by(model.id)))


@pytest.mark.slow
def test_attachments_chosen_join_the_resource_and_refused_ones_are_told(app: Flask) -> None:
    browser = Browser(app, MEMBER)
    sent = browser.post(NEW, {"files": upload(carrying().as_bytes(), "message.eml")}, headers=FETCH)
    assert sent.status_code == 201, sent.get_data(as_text=True)
    token = sent.get_json()["token"]
    work(app)
    moment = clock.now() + SHORTEST_READING * 2
    clock.set_clock(lambda: moment)
    page = browser.get(NEW).get_data(as_text=True)
    boxes = re.findall(rf'name="piece-{token}" value="(\d)"( checked)?( disabled)?', page)
    assert boxes == [("0", " checked", ""), ("1", " checked", ""), ("2", "", " disabled")]
    assert "enfermées par Outlook" in page
    assert 'value="Arrêté « nuit »"' in page.replace("\u00a0", " ")
    chosen = {"kind": "report", "title": "Bilan", "sortir": token, f"piece-{token}": ["0", "1", "2", "77", "x"]}
    answer = browser.post(NEW, chosen).get_data(as_text=True)
    assert "arrêté.pdf" in answer
    assert names(app, ReceivedFile) == ["message.eml", "arrêté.pdf", "Arrêté « nuit ».eml"]
    browser.post(NEW, {"kind": "report", "title": "Bilan", "audience": "space"})
    assert names(app, FileVersion) == ["message.eml", "arrêté.pdf", "Arrêté « nuit ».eml"]


def test_mail_of_somebody_else_is_not_opened(app: Flask) -> None:
    sent = Browser(app, MEMBER).post(NEW, {"files": upload(carrying().as_bytes(), "m.eml")}, headers=FETCH)
    token = sent.get_json()["token"]
    work(app)
    answer = Browser(app, FACILITATOR).post(NEW, {"kind": "report", "sortir": token, f"piece-{token}": "1"})
    assert (answer.status_code, names(app, ReceivedFile)) == (404, ["m.eml"])
