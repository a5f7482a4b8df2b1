"""Commands on a database that does not do: one sentence for the host, and no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, event, text

from app.core.commands import HostGroup
from app.extensions import db
from tests.conftest import DATABASES, new_database_app
from tests.people import MEMBER, Cast

#: The tables as they were before what ``search state`` tells was kept.
BEFORE_SEARCH_STATE = "c4d80f6b219e"
NOT_SET_UP = "Error: this site is not set up, its database holds nothing yet: flask db upgrade\n"


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def test_every_group_of_ours_is_one_that_says_so(app: Flask) -> None:
    theirs = {"db", "routes", "run", "shell"}
    others = {name for name, one in app.cli.commands.items() if not isinstance(one, HostGroup)}
    assert others <= theirs


@pytest.mark.parametrize("kind", DATABASES)
def test_site_that_is_not_set_up_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    with new_database_app(kind, tmp_path) as app:
        for words in (("users", "list"), ("search", "state"), ("jobs", "work", "--until-idle"), ("audit", "list")):
            assert run(app, *words) == (1, NOT_SET_UP)
        with app.app_context():
            upgrade()
        assert run(app, "users", "list") == (0, "")


def test_older_and_newer_tables_are_told_apart(tmp_path: Path) -> None:
    with new_database_app("sqlite", tmp_path) as app:
        with app.app_context():
            upgrade()
            downgrade(revision=BEFORE_SEARCH_STATE)
        assert run(app, "search", "state") == (
            1,
            "Error: the database is of an earlier version of Beffroi: flask db upgrade\n",
        )
        with app.app_context(), db.engine.connect() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'of tomorrow'"))
            connection.commit()
        assert run(app, "search", "state") == (
            1,
            "Error: the database is of a later version of Beffroi than this one\n",
        )


def test_database_that_is_away_is_said(tmp_path: Path) -> None:
    with new_database_app("sqlite", tmp_path) as app:
        app.config["SETTINGS"].instance.joinpath("beffroi.sqlite3").mkdir()
        code, output = run(app, "users", "list")
        assert (code, output.startswith("Error: the database cannot be reached: ")) == (1, True)


@pytest.mark.parametrize("app", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize(
    "words", [("search", "rebuild"), ("search", "rebuild", "--queue"), ("users", "referent", MEMBER)]
)
def test_database_that_takes_no_writing_is_said(app: Flask, cast: Cast, words: tuple[str, ...]) -> None:
    with app.app_context():
        engine = db.engine

    def close(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    event.listen(engine, "begin", close)
    try:
        code, output = run(app, *words)
    finally:
        event.remove(engine, "begin", close)
    assert (code, output.splitlines()[-1].startswith("Error: the database takes no writing now: ")) == (1, True), output
