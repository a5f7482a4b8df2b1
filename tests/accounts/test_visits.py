"""A visit is noted from its first page on, rarely written, and remembers when the one before ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.accounts import visits as noting
from app.core import clock
from tests.people import MEMBER, PASSWORD, Cast
from tests.support import Browser, CountedStatements, loaded


def visits(app: Flask) -> tuple[datetime | None, datetime | None]:
    with app.app_context():
        person = loaded(MEMBER)
        return person.last_seen_at, person.previous_visit_at


def sign_in(browser: Browser) -> None:
    browser.get("/connexion")
    browser.post("/connexion", {"email": MEMBER, "password": PASSWORD})


def test_first_visit_has_none_before_it(app: Flask, cast: Cast) -> None:
    start = clock.now()
    browser = Browser(app)
    for minutes in (0, 3, 9):
        clock.set_clock(lambda minutes=minutes: start + timedelta(minutes=minutes))  # type: ignore[misc]
        if not minutes:
            sign_in(browser)
        browser.get("/")
    last, before = visits(app)
    assert last == start + timedelta(minutes=9)
    assert before is None


def test_short_visit_counts(app: Flask, cast: Cast) -> None:
    start = clock.now()
    for day in (0, 1, 2):
        clock.set_clock(lambda day=day: start + timedelta(days=day))  # type: ignore[misc]
        browser = Browser(app)
        sign_in(browser)
        browser.get("/")
    assert visits(app) == (start + timedelta(days=2), start + timedelta(days=1))


def test_coming_back_within_half_an_hour_is_the_same_visit(app: Flask, cast: Cast) -> None:
    start = clock.now()
    browser = Browser(app, MEMBER)
    for minutes in (0, 20, 49):
        clock.set_clock(lambda minutes=minutes: start + timedelta(minutes=minutes))  # type: ignore[misc]
        browser.get("/espaces")
    assert visits(app) == (start + timedelta(minutes=49), None)
    clock.set_clock(lambda: start + timedelta(minutes=49, hours=1))
    browser.get("/espaces")
    assert visits(app)[1] == start + timedelta(minutes=49)


def test_visit_is_written_every_five_minutes_at_most(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    browser.get("/espaces")
    with CountedStatements(app) as counted:
        browser.get("/espaces")
    assert not [one for one in counted.statements if one.startswith(("UPDATE", "INSERT", "DELETE"))]


def test_page_is_shown_though_its_visit_cannot_be_written(
    app: Flask, cast: Cast, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OperationalError("x", {}, Exception("database or disk is full"))

    monkeypatch.setattr(noting, "separate_write", full)
    assert browser(MEMBER).get("/espaces").status_code == 200
    assert visits(app) == (None, None)
