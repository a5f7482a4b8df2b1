"""What tests need to act as a person in front of a browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Self

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, select
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.accounts.queries import normal_email, user_by_email
from app.core import clock
from app.core.db import separate_write
from app.core.sessions import UserSession, hashed
from app.core.worker import run_all
from app.extensions import db
from app.spaces.models import Space

#: A page anybody may open and that costs little: its bar holds forms.
LIGHT_PAGE = "/mentions-legales"
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """A test client that signs in with a real session row and sends the form token of the pages it saw."""

    def __init__(self, app: Flask, email: str | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        self.token = ""
        if email is not None:
            self.sign_in(email)

    def sign_in(self, email: str) -> None:
        """Give this browser a session of the person, as if they had just typed their password, without its cost."""
        secret = f"session-of-{email}"
        moment = clock.now()
        with self.app.app_context(), separate_write() as connection:
            user_id = connection.scalar(select(User.id).where(User.email == normal_email(email)))
            assert user_id is not None, email
            data = json.dumps({"_user_id": str(user_id), "_fresh": True, "confirmed_at": moment.timestamp()})
            row = {"user_id": user_id, "data": data, "expires_at": moment + timedelta(days=9)}
            connection.execute(delete(UserSession).where(UserSession.id == hashed(secret)))
            connection.execute(insert(UserSession).values(id=hashed(secret), **row))
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], secret)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET a page and remember its form token."""
        answer = self.client.get(path, **{"buffered": True, **options})
        if answer.mimetype == "text/html" and (found := CSRF.search(answer.get_data(as_text=True))):
            self.token = found.group(1)
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """POST a form with the token of this session, fetched from a page when none was seen yet."""
        if not self.token:
            self.get(LIGHT_PAGE)
        sent = {"csrf_token": self.token, **(data or {})}
        return self.client.post(path, data=sent, **{"buffered": True, **options})


class CountedStatements:
    """Counts the SQL statements sent inside a ``with``."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.statements: list[str] = []

    def _seen(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            self.statements.append(statement)

    def __enter__(self) -> Self:
        with self.app.app_context():
            self.engine = db.engine
        event.listen(self.engine, "before_cursor_execute", self._seen)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._seen)

    def __len__(self) -> int:
        return len(self.statements)


def work(app: Flask) -> int:
    """Do all the background work that is ready; return how many batches ran."""
    return run_all(app)


def loaded(email: str) -> User:
    """Return a person, inside an application context."""
    user = user_by_email(email)
    assert user is not None, email
    return user


def space_called(slug: str) -> Space:
    """Return a space, deleted or not, inside an application context."""
    return db.session.scalars(select(Space).where(Space.slug == slug)).one()


def on_sqlite(test: Any) -> Any:
    """Mark a test of thousands of requests: it runs on SQLite, and refuses what PostgreSQL would."""
    return pytest.mark.parametrize("app", ["sqlite"], indirect=True)(pytest.mark.usefixtures("fit_for_postgres")(test))


def thoroughly(*cases: Any) -> list[Any]:
    """Return cases of a test that ``./run test --quick`` leaves out, beside those that it tries."""
    return [pytest.param(case, marks=pytest.mark.thorough) for case in cases]
