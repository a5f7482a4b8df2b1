"""The list of one's sessions: which device, since when, and how to end them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.agents import device_in_words
from app.core.sessions import UserSession
from app.extensions import db
from tests.people import MEMBER, OUTSIDER, PASSWORD, Cast
from tests.support import Browser, CountedStatements

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"
KEYS = re.compile(r'name="session" value="(\w+)"')


def sign_in(app: Flask, email: str = MEMBER, agent: str = FIREFOX, address: str = "192.0.2.7") -> Browser:
    browser = Browser(app)
    browser.client.environ_base.update(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    browser.get("/connexion")
    assert browser.post("/connexion", {"email": email, "password": PASSWORD}).status_code == 302
    browser.get("/moi/sessions")
    return browser


def test_each_session_is_named_by_device_and_network_and_this_one_is_marked(app: Flask, cast: Cast) -> None:
    sign_in(app, agent=SAFARI, address="198.51.100.9")
    sign_in(app, OUTSIDER, agent=EDGE)
    page = sign_in(app).get("/moi/sessions").text
    assert page.index("Firefox sur Windows") < page.index("Cette session") < page.index("Safari sur iPhone")
    assert "192.0.2.0/24" in page
    assert "198.51.100.0/24" in page
    assert "Edge" not in page


def test_one_session_is_ended_and_the_others_go_on(app: Flask, cast: Cast) -> None:
    old, other, mine = sign_in(app, agent=SAFARI), sign_in(app, agent=EDGE), sign_in(app)
    (key,) = [k for k in KEYS.findall(mine.get("/moi/sessions").text) if k][1:]
    assert mine.post("/moi/sessions/arreter", {"session": key}).headers["Location"] == "/moi/sessions"
    assert sorted(one.get("/").status_code for one in (old, other)) == [200, 302]
    assert mine.get("/").status_code == 200
    assert mine.post("/moi/sessions/arreter", {"session": key}).status_code == 302


def test_all_others_are_ended_at_once(app: Flask, cast: Cast) -> None:
    old, stranger, mine = sign_in(app, agent=SAFARI), sign_in(app, OUTSIDER), sign_in(app)
    mine.post("/moi/sessions/arreter-les-autres")
    assert "1 autre session a pris fin." in mine.get("/moi/sessions").text
    assert [one.get("/").status_code for one in (old, stranger, mine)] == [302, 200, 200]


@pytest.mark.parametrize("key", ["", "x", "é", "\x00", "a" * 3000])
def test_sessions_of_others_and_unknown_ones_are_never_ended(app: Flask, cast: Cast, key: str) -> None:
    other = sign_in(app, OUTSIDER)
    sign_in(app, OUTSIDER, agent=EDGE)
    (theirs,) = KEYS.findall(other.get("/moi/sessions").text)
    mine = sign_in(app)
    for wanted in (key, theirs):
        assert mine.post("/moi/sessions/arreter", {"session": wanted}).status_code == 302
    with app.app_context():
        assert len(db.session.scalars(select(UserSession.id).where(UserSession.user_id.is_not(None))).all()) == 3


def test_list_costs_the_same_whatever_its_length(app: Flask, cast: Cast) -> None:
    browser = sign_in(app)
    counts: list[int] = []
    for agent in (FIREFOX, SAFARI, EDGE):
        with CountedStatements(app) as counted:
            browser.get("/moi/sessions")
        counts.append(len(counted))
        sign_in(app, agent=agent)
    assert counts[1] == counts[2]


AGENTS: list[Any] = [
    (FIREFOX, "Firefox sur Windows"),
    (SAFARI, "Safari sur iPhone"),
    (EDGE, "Edge sur Windows"),
    ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", "Chrome sur Android"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605", "Safari sur macOS"),
    ("curl/8.5.0", "Appareil inconnu"),
    ("", "Appareil inconnu"),
]


@pytest.mark.parametrize(("agent", "words"), AGENTS)
def test_browsers_are_said_in_words(app: Flask, agent: str, words: str) -> None:
    with app.test_request_context():
        assert device_in_words(agent) == words
