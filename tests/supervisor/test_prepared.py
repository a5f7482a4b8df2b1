"""What lets a second start skip the preparation, and what never does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.supervisor import prepared
from app.supervisor.prepared import recall, remember
from config import Settings


def bring_to(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)")
        connection.execute("DELETE FROM alembic_version")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a site prepared at revision `one`."""
    monkeypatch.setattr(prepared, "MIGRATIONS", tmp_path / "versions")
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "one.py").write_text("", encoding="utf-8")
    bring_to(tmp_path / "beffroi.sqlite3", "one")
    settings = Settings(instance=tmp_path)
    remember(settings, "Bonjour\n")
    return settings


def test_prepared_site_greets_as_before(settings: Settings) -> None:
    assert recall(settings) == "Bonjour\n"


def test_new_migration_is_noticed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "versions" / "two.py").write_text("", encoding="utf-8")
    assert recall(settings) is None


def test_older_database_put_back_is_noticed(settings: Settings, tmp_path: Path) -> None:
    bring_to(tmp_path / "beffroi.sqlite3", "zero")
    assert recall(settings) is None


def test_removed_or_broken_database_is_noticed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "beffroi.sqlite3").write_bytes(b"not a database at all" * 100)
    assert recall(settings) is None
    (tmp_path / "beffroi.sqlite3").unlink()
    assert recall(settings) is None
    assert not (tmp_path / "beffroi.sqlite3").exists()


def test_demo_turned_off_is_noticed(settings: Settings, tmp_path: Path) -> None:
    assert recall(Settings(instance=settings.instance, demo="0")) is None


def test_server_is_always_looked_at(settings: Settings) -> None:
    elsewhere = Settings(instance=settings.instance, database_url="postgresql://host/name")
    remember(elsewhere, "Bonjour")
    assert recall(elsewhere) is None
