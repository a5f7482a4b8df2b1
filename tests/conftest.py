"""A real application on a real database for each test: SQLite and, where there is one, PostgreSQL."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.core import clock
from app.extensions import db
from config import Settings
from tests.people import Cast, bring_in
from tests.support import Browser

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
_apps: dict[str, Flask] = {}
_postgres: dict[str, str | None] = {}


def _server() -> str | None:
    """Return the address of a PostgreSQL server, from TEST_POSTGRES_URL or on this machine's usual port."""
    named = os.environ.get("TEST_POSTGRES_URL")
    local = [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in ("postgres", getpass.getuser())]
    for address in [named] if named else local:
        try:
            psycopg.connect(address, connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return address
    return None


def _new_postgres_database(server: str) -> str:
    name = f"beffroi_test_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    _postgres["server"], _postgres["name"] = server, name
    return server.rsplit("/", 1)[0] + "/" + name


def new_app(kind: str, folder: Path, **more: Any) -> Flask:
    """Build an application on an empty database of one kind; skips the test where there is no such server."""
    url = ""
    if kind == "postgres":
        server = _server()
        if server is None:
            pytest.skip("no PostgreSQL server (set TEST_POSTGRES_URL or start one on 127.0.0.1:5432)")
        url = _new_postgres_database(server)
    settings = Settings(instance=folder, database_url=url, demo="0", **more)
    app = create_app(settings, TESTING=True, PASSWORD_COST="test", PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture(scope="session", autouse=True)
def _leave_nothing() -> Iterator[None]:
    yield
    for app in _apps.values():
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    if _postgres.get("name"):
        with psycopg.connect(str(_postgres["server"]), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {_postgres['name']} WITH (FORCE)")


def _empty(app: Flask) -> None:
    with app.app_context():
        db.session.rollback()
        with db.engine.begin() as connection:
            for table in reversed(db.metadata.sorted_tables):
                connection.execute(text(f'DELETE FROM "{table.name}"'))  # noqa: S608 - our own table names
        db.session.remove()


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with empty tables. No context is pushed: a request of the test client makes its own."""
    kind = request.param
    if kind not in _apps:
        _apps[kind] = new_app(kind, tmp_path_factory.mktemp(kind))
    _empty(_apps[kind])
    yield _apps[kind]
    clock.set_clock(None)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed, for tests that call operations and queries directly."""
    with app.app_context():
        yield app
        db.session.rollback()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people everybody knows, their cities and their three spaces (see ``tests/people.py``)."""
    with app.app_context():
        return bring_in()


@pytest.fixture
def browser(app: Flask) -> Any:
    """A function that gives a browser, signed in as somebody (by address) or as nobody."""

    def open_browser(email: str | None = None) -> Browser:
        return Browser(app, email)

    return open_browser
