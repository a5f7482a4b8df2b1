"""One's last searches: kept for their person alone, a few of them, until they are erased."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.rights.erasing import erase
from app.accounts.rights.exporting import gather
from app.core.clock import now, set_clock
from app.core.db import transaction
from app.extensions import db
from app.search.jobs import check
from app.search.models import RecentSearch
from app.search.query import parse
from app.search.recent import KEPT, MOST_KEPT, recent_of, remember
from tests.people import ADMIN, MEMBER, OUTSIDER, Cast
from tests.support import loaded

HERE = "/recherche/recentes"


@pytest.fixture
def asked(app: Flask, cast: Cast, browser: Any) -> Flask:
    for words in ("médiation nocturne", "type:pratique école", "médiation nocturne"):
        assert browser(MEMBER).post(HERE, {"q": words}).status_code == 204
    return app


def words_of(email: str) -> list[str]:
    return [one.words for one in recent_of(loaded(email))]


def test_search_asked_again_comes_first_once(asked: Flask) -> None:
    with asked.app_context():
        assert words_of(MEMBER) == ["médiation nocturne", "école type:pratique"]
        assert words_of(OUTSIDER) == []


def test_box_that_opens_empty_proposes_them_to_their_person_alone(asked: Flask, browser: Any) -> None:
    shown = browser(MEMBER).get("/recherche/suggestions").text
    assert re.findall(r'data-word="([^"]+)"', shown) == ["médiation nocturne", "école type:pratique"]
    assert f'href="{HERE}"' in shown
    for who in (OUTSIDER, ADMIN):
        assert browser(who).get("/recherche/suggestions").text.strip() == ""


def test_those_that_hold_what_is_typed_come_first(asked: Flask, browser: Any) -> None:
    shown = browser(MEMBER).get("/recherche/suggestions?q=noct").text
    assert re.findall(r'data-word="([^"]+)"', shown) == ["médiation nocturne"]
    assert re.findall(r'data-word="([^"]+)"', browser(MEMBER).get("/recherche/suggestions?q=xyzzy").text) == []


def test_person_erases_one_or_all_and_nobody_elses(asked: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    address = re.findall(r'action="([^"]+/effacer)"', here.get(HERE).text)
    assert len(address) == 3
    assert browser(ADMIN).post(address[0]).status_code == 404
    assert browser(ADMIN).post(address[-1]).status_code == 302
    here.post(address[0])
    with asked.app_context():
        assert words_of(MEMBER) == ["école type:pratique"]
    here.post(address[-1])
    assert "Aucune recherche récente" in here.get(HERE).text


def test_few_are_kept_and_not_for_long(asked: Flask) -> None:
    with asked.app_context():
        for n in range(MOST_KEPT + 5):
            with transaction():
                remember(loaded(OUTSIDER), parse(f"mot{n}").query)
        assert words_of(OUTSIDER) == [f"mot{n}" for n in reversed(range(5, MOST_KEPT + 5))]
        moment = now() + KEPT + timedelta(days=1)
        set_clock(lambda: moment)
        assert words_of(OUTSIDER) == []
        check({})
        assert db.session.scalar(select(func.count()).select_from(RecentSearch)) == 0


@pytest.mark.parametrize("words", ["", "  ", "🙂", "\0", '"'])
def test_what_asks_nothing_is_not_kept(app: Flask, cast: Cast, browser: Any, words: str) -> None:
    assert browser(MEMBER).post(HERE, {"q": words}).status_code == 204
    with app.app_context():
        assert words_of(MEMBER) == []


def test_they_leave_with_the_person(asked: Flask) -> None:
    with asked.app_context():
        part = next(one for one in gather(loaded(MEMBER)) if one.name == "recent_searches")
        assert [one["Recherche"] for one in part.records] == ["médiation nocturne", "école type:pratique"]
        with transaction():
            erase(loaded(MEMBER), withdraw=False)
        assert db.session.scalar(select(func.count()).select_from(RecentSearch)) == 0
