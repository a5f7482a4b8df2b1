"""Errors are pages too, whatever has broken."""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.access import signed_in
from app.core.db import is_writing, transaction
from app.core.errors import EditConflictError, TooManyError
from app.extensions import db
from tests.people import OUTSIDER, PASSWORD, Cast


@pytest.fixture
def breaking(app: Flask) -> Any:
    """Make the health check raise something, as a page of a signed-in person would."""
    kept = app.view_functions["health.healthz"]

    def break_with(error: BaseException) -> None:
        @signed_in
        def view() -> str:
            raise error

        app.view_functions["health.healthz"] = view

    yield break_with
    app.view_functions["health.healthz"] = kept


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError(), 500),
        (OSError(errno.ENOSPC, "no space"), 507),
        (OSError(errno.EIO, "broken"), 500),
        (OperationalError("x", {}, Exception("database is locked")), 503),
        (OperationalError("x", {}, Exception("database or disk is full")), 507),
        (EditConflictError("conflit"), 409),
        (TooManyError("attendez", 30), 429),
    ],
)
def test_error_becomes_its_page(breaking: Any, cast: Cast, browser: Any, error: Exception, status: int) -> None:
    breaking(error)
    answer = browser(OUTSIDER).get("/healthz")
    text = answer.get_data(as_text=True)
    assert answer.status_code == status
    # Only a fault of ours is worth a number to quote.
    assert (answer.headers["X-Request-Id"] in text) == (status >= 500)
    assert "Traceback" not in text


def test_our_scripts_get_the_error_as_data(breaking: Any, cast: Cast, browser: Any) -> None:
    breaking(EditConflictError("conflit"))
    answer = browser(OUTSIDER).get("/healthz", headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.get_json()["error"]) == (409, "conflit")


def test_page_of_a_dead_database_is_shown_without_asking_it(app: Flask, cast: Cast, browser: Any) -> None:
    reader = browser(OUTSIDER)
    reader.get("/")

    def dead(*_: Any) -> None:
        raise OperationalError("x", {}, Exception("connection refused"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", dead)
    try:
        answer = reader.get("/espaces")
    finally:
        event.remove(engine, "before_cursor_execute", dead)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def test_page_is_shown_though_its_session_cannot_be_written(app: Flask, cast: Cast, browser: Any) -> None:
    def full(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "INTO user_session" in statement:
            raise OperationalError("x", {}, Exception("database or disk is full"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", full)
    try:
        shown = browser().get("/connexion")
        sent = browser().client.post("/connexion", data={"email": OUTSIDER, "password": PASSWORD})
    finally:
        event.remove(engine, "before_cursor_execute", full)
    assert (shown.status_code, sent.status_code) == (200, 400)
    assert "Set-Cookie" not in shown.headers


def test_database_that_takes_no_writing_is_read_and_forms_are_told_to_come_again(
    app: Flask, cast: Cast, browser: Any
) -> None:
    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite says it as it says that it is locked")
    reader, moment = browser(OUTSIDER), clock.now()
    reader.get("/")

    def close(connection: Any) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    event.listen(engine, "begin", close)
    try:
        clock.set_clock(lambda: moment + timedelta(hours=1))  # a new visit, which cannot be noted
        shown = [reader.get(page).status_code for page in ("/", "/recherche?q=police", "/healthz")]
        sent = reader.post("/recherche/recentes", {"q": "police"})
    finally:
        event.remove(engine, "begin", close)
    assert (shown, sent.status_code) == ([200, 200, 200], 503)
    assert "Retry-After" in sent.headers


def test_failed_page_leaves_no_transaction_open(app: Flask, breaking: Any, cast: Cast, browser: Any) -> None:
    breaking(ZeroDivisionError())
    assert browser(OUTSIDER).get("/healthz").status_code == 500
    with app.app_context():
        assert not is_writing()
        with transaction():
            assert is_writing()


def test_title_of_a_form_that_comes_back_begins_with_the_error(browser: Any, cast: Cast) -> None:
    answer = browser(OUTSIDER).post("/moi/profil", {"name": ""})
    assert answer.status_code == 422
    assert "<title>Erreur : Mon profil" in answer.text.replace("\u00a0", " ")
    assert "Erreur" not in browser(OUTSIDER).get("/moi/profil").text
