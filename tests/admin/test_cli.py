"""``flask audit``: the journal for the host."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry, record
from app.core.db import transaction
from app.core.i18n import local
from app.extensions import db
from tests.people import ADMIN, OUTSIDER, Cast
from tests.support import loaded


def _signed_in(app: Flask) -> None:
    with app.app_context():
        for email in (ADMIN, OUTSIDER):
            with transaction():
                record("user.signed_in", loaded(email), loaded(email))


def test_list_shows_the_last_lines(app: Flask, cast: Cast) -> None:
    _signed_in(app)
    shown = app.test_cli_runner().invoke(args=["audit", "list", "--action", "user.signed_in", "--limit", "1"])
    assert (shown.exit_code, "Odile Kervella  Sign-in" in shown.output, "Ada" in shown.output) == (0, True, False)


def test_export_writes_a_table_and_a_line(app: Flask, cast: Cast, tmp_path: Path) -> None:
    _signed_in(app)
    file = tmp_path / "journal.csv"
    done = app.test_cli_runner().invoke(args=["audit", "export", str(file), "--person", "lorrain"])
    assert (done.exit_code, done.output) == (0, f"1 line in {file}\n")
    assert "Date and time;Who;" in file.read_text(encoding="utf-8")
    assert "Ada Lorrain;Sign-in" in file.read_text(encoding="utf-8")
    with app.app_context():
        assert (
            db.session.scalars(select(AuditEntry).where(AuditEntry.action == "journal.exported")).one().person_id
            is None
        )


def test_file_that_cannot_be_written_is_said_and_not_journalled(app: Flask, cast: Cast, tmp_path: Path) -> None:
    _signed_in(app)
    done = app.test_cli_runner().invoke(args=["audit", "export", str(tmp_path / "nowhere" / "journal.csv")])
    assert (done.exit_code, "could not be written: No such file" in done.output) == (1, True)
    with app.app_context():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "journal.exported")).all() == []


def test_hours_are_those_of_the_site(app: Flask, cast: Cast) -> None:
    _signed_in(app)
    with app.app_context():
        newest = db.session.scalars(select(AuditEntry.at).order_by(AuditEntry.id.desc())).first()
        assert newest is not None
        hour = f"{local(newest):%Y-%m-%d %H:%M}"
    assert app.test_cli_runner().invoke(args=["audit", "list", "--limit", "1"]).output.startswith(hour)
    assert app.test_cli_runner().invoke(args=["audit", "list", "--limit", "-1"]).exit_code == 2


@pytest.mark.parametrize("asked", [("--since", "hier"), ("--until", "2026-13-40"), ("--action", "rien.du.tout")])
def test_what_cannot_be_read_is_said_instead_of_showing_all(app: Flask, cast: Cast, asked: tuple[str, str]) -> None:
    _signed_in(app)
    shown = app.test_cli_runner().invoke(args=["audit", "list", *asked])
    assert (shown.exit_code != 0, "Sign-in" in shown.output, asked[1] in shown.output) == (True, False, True)
    assert app.test_cli_runner().invoke(args=["audit", "list", "--since", "2020-01-01"]).output.count("Sign-in") == 2
