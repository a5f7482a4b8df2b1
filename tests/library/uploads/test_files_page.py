"""Files added to a resource, or put in the place of one, that came in pieces: theirs alone who sent them."""

from __future__ import annotations

import io
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.extensions import db
from app.library.models import ReceivedFile, Resource
from app.spaces.models import Space
from tests.library.shelves import pdf, shared, shown_in
from tests.library.uploads.tus import Tus
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, Cast
from tests.support import Browser, loaded

FIRST, SECOND = pdf("Les chiffres de mars"), pdf("Les chiffres d'avril, plus longs que ceux de mars")
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def here(app: Flask) -> str:
    """Return the address of the files of a resource that holds one."""
    public_id, _ = shared(app, "Bilan", by=MEMBER, files=[(b"un texte", "bilan.txt")])
    return f"/ressources/{public_id}/fichiers"


def hand_over(tus: Tus, page: str, where: str) -> TestResponse:
    return tus.browser.post(page, {"envoi": where.rpartition("/")[2]}, headers=FETCH)


def handed(tus: Tus, page: str, content: bytes, name: str) -> str:
    """Send a file in pieces to a page; return under which id it waits there."""
    answer = hand_over(tus, page, tus.sent(content, name))
    assert answer.status_code == 201
    return str(answer.get_json()["token"])


def shown(browser: Browser, page: str) -> str:
    return unescape(browser.get(page).get_data(as_text=True))


def names(app: Flask) -> list[list[str]]:
    """Return the names of the versions of each file of the resource."""
    with app.app_context():
        made = db.session.scalars(select(Resource)).one()
        return [[version.name for version in one.versions] for one in made.attachments]


def waiting(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.form, one.name) for one in db.session.scalars(select(ReceivedFile).order_by(ReceivedFile.id))]


def replacing(app: Flask, here: str) -> str:
    with app.app_context():
        return f"{here}/{db.session.scalars(select(Resource)).one().attachments[0].public_id}/remplacer"


def test_files_sent_in_pieces_wait_on_the_page_and_are_added_in_their_order(
    app: Flask, browser: Any, here: str
) -> None:
    tus = Tus(browser(MEMBER))
    first, second = handed(tus, here, FIRST, "mars.pdf"), handed(tus, here, SECOND, "avril.pdf")
    assert waiting(app) == [(here, "mars.pdf"), (here, "avril.pdf")]
    page = shown(tus.browser, here)
    assert len(shown_in(page)) == 2
    assert "mars.pdf" not in shown(browser(FACILITATOR), here)
    answer = tus.browser.post(here, {"ordre": [second, first]}, follow_redirects=True)
    assert "2 fichiers sont ajoutés" in answer.get_data(as_text=True).replace("\u00a0", " ")
    assert names(app) == [["bilan.txt"], ["avril.pdf"], ["mars.pdf"]]
    assert waiting(app) == []
    again = tus.browser.post(here, {"ordre": [second, first]})
    assert (again.status_code, "Choisissez un fichier." in again.text) == (422, True)


def test_file_on_its_page_is_taken_away_before_it_is_added(app: Flask, browser: Any, here: str) -> None:
    tus = Tus(browser(MEMBER))
    token = handed(tus, here, FIRST, "mars.pdf")
    assert tus.browser.post(here, {"retirer": token}).status_code == 200
    assert (waiting(app), names(app)) == ([], [["bilan.txt"]])


def test_without_a_script_one_refused_file_costs_nothing_of_the_others(app: Flask, browser: Any, here: str) -> None:
    me = browser(MEMBER)
    sent = {"files": [(io.BytesIO(FIRST), "mars.pdf"), (io.BytesIO(b"MZ"), "virus.exe")]}
    refused = me.post(here, sent)
    assert refused.status_code == 422
    assert "mars.pdf" in refused.text
    assert names(app) == [["bilan.txt"]]
    assert me.post(here, {"ordre": shown_in(refused.text)}).status_code == 302
    assert names(app) == [["bilan.txt"], ["mars.pdf"]]


def test_file_sent_in_pieces_replaces_another_and_the_one_chosen_last_counts(
    app: Flask, browser: Any, here: str
) -> None:
    tus, page = Tus(browser(MEMBER)), replacing(app, here)
    for content, name in ((FIRST, "mars.pdf"), (SECOND, "avril.pdf")):
        handed(tus, page, content, name)
    assert waiting(app) == [(page, "avril.pdf")]
    assert "avril.pdf" in shown(tus.browser, page)
    answer = tus.browser.post(page, {"note": "Chiffres d'avril", "seen": "1"}, follow_redirects=True)
    assert "est maintenant la version 2" in answer.get_data(as_text=True).replace("\u00a0", " ")
    assert (names(app), waiting(app)) == ([["bilan.txt", "avril.pdf"]], [])
    assert tus.browser.post(page, {}).status_code == 422


def test_one_file_is_not_replaced_by_two(app: Flask, browser: Any, here: str) -> None:
    tus, page = Tus(browser(MEMBER)), replacing(app, here)
    handed(tus, page, FIRST, "mars.pdf")
    with app.app_context(), transaction() as session:
        one = session.scalars(select(ReceivedFile)).one()
        other = session.scalars(select(Resource)).one().attachments[0].current.blob
        session.add(ReceivedFile(person_id=one.person_id, form=one.form, name="piece.txt", blob=other))
    refused = tus.browser.post(page, {"note": "gardée"})
    assert (refused.status_code, "se remplace par un seul" in refused.text) == (409, True)
    assert 'value="gardée"' in refused.text
    assert names(app) == [["bilan.txt"]]


def test_file_goes_nowhere_for_who_may_not_change_the_resource(app: Flask, browser: Any, here: str) -> None:
    page = replacing(app, here)
    whole = Tus(browser(MEMBER)).sent(FIRST, "mars.pdf")
    for one in (here, page):
        assert hand_over(Tus(browser(FACILITATOR)), one, whole).status_code == 404  # another's upload
        assert hand_over(Tus(browser(OUTSIDER)), one, whole).status_code in {403, 404}
    assert [form for form, _name in waiting(app) if form in {here, page}] == []


def test_right_is_asked_again_when_the_file_is_added(app: Flask, browser: Any, here: str) -> None:
    tus, page = Tus(browser(MEMBER)), replacing(app, here)
    for one in (here, page):
        handed(tus, one, FIRST, "mars.pdf")
    with app.app_context(), transaction() as session:
        session.scalars(select(Resource)).one().author_id = loaded(FACILITATOR).id
    for one in (here, page):
        assert tus.browser.post(one, {}).status_code == 403
    assert names(app) == [["bilan.txt"]]


def test_file_beyond_the_place_of_the_space_of_the_resource_is_refused(app: Flask, browser: Any, here: str) -> None:
    tus = Tus(browser(MEMBER))
    where = tus.sent(FIRST, "mars.pdf")
    with app.app_context(), transaction() as session:
        session.scalars(select(Space).where(Space.slug == OPEN)).one().quota = 20
    refused = hand_over(tus, here, where)
    assert (refused.status_code, "ne tient plus dans l’espace" in refused.get_json()["error"]) == (422, True)
    assert (here, "mars.pdf") not in waiting(app)
