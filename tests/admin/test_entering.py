"""The pages by which an administrator enters a space, sees where they are, and leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.spaces.models import Space, SpaceEntry
from tests.people import ADMIN, ENTERED, FACILITATOR, MEMBER, OPEN, OUTSIDER, PASSWORD, PRIVATE, REQUEST, Cast
from tests.support import loaded, work

REASON = "Un message signalé ce matin"


@pytest.fixture
def way_in(app: Flask, cast: Cast) -> str:
    return _way_in(app, PRIVATE)


def _way_in(app: Flask, slug: str) -> str:
    with app.app_context():
        public_id = db.session.scalars(select(Space.public_id).where(Space.slug == slug)).one()
    return f"/administration/espaces/{public_id}/entrer"


def test_administrator_enters_sees_the_banner_everywhere_and_leaves(way_in: str, browser: Any) -> None:
    ada = browser(ADMIN)
    assert ada.get(f"/espaces/{PRIVATE}").status_code == 404
    answer = ada.post(way_in, {"reason": REASON, "minutes": "30"})
    assert answer.headers["Location"] == f"/espaces/{PRIVATE}"
    for path in (f"/espaces/{PRIVATE}", "/", "/recherche?q=ville", "/administration/acces"):
        page = ada.get(path).text
        assert all(word in page for word in ("Vous avez accès à «", "Cercle fermé", REASON)), path
    left = ada.post(way_in.replace("entrer", "sortir"))
    assert left.headers["Location"] == "/administration/acces"
    assert "Vous avez quitté «" in ada.get("/administration/acces").text
    assert "Vous avez accès à «" not in ada.get("/administration/acces").text
    assert ada.get(f"/espaces/{PRIVATE}").status_code == 404
    assert ada.post(way_in.replace("entrer", "sortir")).status_code == 302


@pytest.mark.parametrize(("minutes", "hours"), [("30", 0.5), ("120", 2), ("480", 8)])
def test_stay_lasts_as_chosen(app: Flask, way_in: str, browser: Any, minutes: str, hours: float) -> None:
    moment = now()
    clock.set_clock(lambda: moment)
    browser(ADMIN).post(way_in, {"reason": REASON, "minutes": minutes})
    with app.app_context():
        end = select(SpaceEntry.ends_at).where(SpaceEntry.reason == REASON)
        assert db.session.scalars(end).one() == moment + timedelta(hours=hours)


@pytest.mark.parametrize(
    "sent",
    [
        {"reason": ""},
        {"reason": "Trop court"},
        {"reason": "Peu\n\n\n\n\n\n\n\n\n\n\n\nde mots"},
        {"reason": "x" * 601},
        {"reason": REASON, "minutes": "600"},
    ],
)
def test_refused_form_keeps_what_was_typed(app: Flask, way_in: str, browser: Any, sent: dict[str, str]) -> None:
    ada = browser(ADMIN)
    answer = ada.post(way_in, {"minutes": "30", **sent})
    assert (answer.status_code, sent["reason"] in answer.text) == (422, True)
    assert ada.get(f"/espaces/{PRIVATE}").status_code == 404


def test_password_is_asked_again(way_in: str, browser: Any) -> None:
    ada, later = browser(ADMIN), now() + timedelta(minutes=16)
    clock.set_clock(lambda: later)
    assert ada.get(way_in).headers["Location"].startswith("/confirmation")
    ada.get("/")
    assert ada.post(way_in, {"reason": REASON, "minutes": "30"}).status_code == 401
    ada.get("/")
    assert ada.get(f"/espaces/{PRIVATE}").status_code == 404
    ada.get("/")
    ada.post(way_in, {"reason": REASON, "minutes": "30", "confirmation_password": PASSWORD})
    assert ada.get(f"/espaces/{PRIVATE}").status_code == 200


def test_page_says_who_will_be_told(way_in: str, browser: Any) -> None:
    assert "Faustine Delmas" in browser(ADMIN).get(way_in).text


@pytest.mark.parametrize(("who", "slug", "word"), [(ADMIN, OPEN, "est ouvert"), (ENTERED, REQUEST, "déjà entré")])
def test_page_says_when_there_is_nothing_to_enter(
    app: Flask, cast: Cast, browser: Any, who: str, slug: str, word: str
) -> None:
    here, path = browser(who), _way_in(app, slug)
    shown, sent = here.get(path), here.post(path, {"reason": REASON, "minutes": "30"})
    assert (shown.status_code, word in shown.text, sent.status_code, word in sent.text) == (200, True, 409, True)


def test_unknown_space_is_not_found(cast: Cast, app: Flask, browser: Any) -> None:
    assert browser(ADMIN).get("/administration/espaces/aaaaaaaaaa/entrer").status_code == 404


@pytest.mark.slow
def test_home_search_and_lists_follow_the_stay_to_the_minute(app: Flask, way_in: str, browser: Any) -> None:
    with app.app_context():
        with transaction():
            space = db.session.scalars(select(Space).where(Space.slug == PRIVATE)).one()
            share_resource(loaded(FACILITATOR), space, ResourceDetails.of(kind="report", title="Rapport zorglub"))
        work(app)
    ada, pages = browser(ADMIN), ("/", "/ressources", "/recherche?q=rapport", f"/espaces/{PRIVATE}/ressources")

    def seen() -> list[bool]:
        return ["Rapport zorglub" in ada.get(path).text.replace("<mark>", "").replace("</mark>", "") for path in pages]

    assert seen() == [False] * 4
    ada.post(way_in, {"reason": REASON, "minutes": "30"})
    assert seen() == [True] * 4
    end = now() + timedelta(minutes=31)
    clock.set_clock(lambda: end)
    assert seen() == [False] * 4


def test_those_who_run_the_space_see_the_visits_and_nobody_else_does(way_in: str, browser: Any) -> None:
    browser(ADMIN).post(way_in, {"reason": REASON, "minutes": "30"})
    page = browser(FACILITATOR).get(f"/espaces/{PRIVATE}/membres").text
    assert all(word in page for word in ("Passages de l’administration", "Ada Lorrain", REASON, "En cours"))
    assert "Passages de l’administration" not in browser(MEMBER).get(f"/espaces/{PRIVATE}/membres").text


def test_banner_shows_to_nobody_else(way_in: str, browser: Any) -> None:
    browser(ADMIN).post(way_in, {"reason": REASON, "minutes": "30"})
    assert not [who for who in (OUTSIDER, MEMBER, FACILITATOR) if "Vous avez accès à «" in browser(who).get("/").text]


def test_access_page_gives_the_way_in_and_out(app: Flask, cast: Cast, way_in: str, browser: Any) -> None:
    page = browser(ADMIN).get("/administration/acces").text
    assert ("Atelier ouvert" not in page, "Vie nocturne" in page, way_in in page) == (True, True, True)
    assert way_in not in browser(ENTERED).get("/administration/acces").text
