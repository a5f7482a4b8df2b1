"""The journal is only added to: the database itself refuses the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.core.audit import AuditEntry, purge_journal, record
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from config import Settings, UnsafeSettingError

APP = Path(__file__).parents[2] / "app"


def _line(days: int = 0) -> None:
    with transaction():
        db.session.add(AuditEntry(at=now() - timedelta(days=days), action="user.signed_in", detail={}))


def _lines() -> int:
    return len(db.session.scalars(select(AuditEntry.id)).all())


def test_line_is_never_changed(context: Flask) -> None:
    _line()
    with pytest.raises(DBAPIError, match="only added to"), transaction() as session:
        session.execute(update(AuditEntry).values(action="user.signed_out"))
    with pytest.raises(DBAPIError, match="only added to"), transaction() as session:
        session.scalars(select(AuditEntry)).one().detail = {"forged": True}
    assert db.session.scalars(select(AuditEntry)).one().action == "user.signed_in"


@pytest.mark.parametrize(("days", "left"), [(0, 1), (100, 1), (179, 1), (190, 0)])
def test_recent_line_is_never_removed(context: Flask, days: int, left: int) -> None:
    _line(days)
    try:
        with transaction() as session:
            session.execute(delete(AuditEntry))
    except DBAPIError:
        assert left
    assert _lines() == left


def test_lines_are_purged_after_the_months_of_the_setting(context: Flask) -> None:
    for days in (0, 200, 300, 364, 367):
        _line(days)
    purge_journal({})
    assert _lines() == 4


def test_purge_follows_a_shorter_setting(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shorter = replace(context.config["SETTINGS"], journal_months=6)
    monkeypatch.setitem(context.config, "SETTINGS", shorter)
    for days in (0, 170, 190):
        _line(days)
    purge_journal({})
    assert _lines() == 2


@pytest.mark.parametrize("months", ["5", "13", "0", "-1"])
def test_journal_is_kept_six_to_twelve_months(months: str) -> None:
    with pytest.raises(UnsafeSettingError, match="BEFFROI_JOURNAL_MONTHS"):
        Settings.from_environ({"BEFFROI_JOURNAL_MONTHS": months})


def test_action_that_nobody_declared_is_not_written(context: Flask) -> None:
    with pytest.raises(LookupError), transaction():
        record("user.abducted")


def test_no_code_changes_or_removes_lines_but_the_purge() -> None:
    touching = re.compile(r"(?:update|delete)\(AuditEntry|UPDATE audit|DELETE FROM audit")
    found = [path.relative_to(APP).as_posix() for path in APP.rglob("*.py") if touching.search(path.read_text("utf-8"))]
    assert found == ["core/audit.py"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_line_is_not_replaced(context: Flask) -> None:
    _line()
    again = "REPLACE INTO audit (id, at, action, detail) SELECT id, at, 'user.signed_out', '{}' FROM audit"
    with pytest.raises(DBAPIError, match="only added to"), transaction() as session:
        session.execute(text(again))
    assert db.session.scalars(select(AuditEntry)).one().action == "user.signed_in"
