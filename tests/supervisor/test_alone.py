"""Commands run beside the site: on a fresh clone too."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.supervisor.alone import _needs_nothing
from config import Settings


def test_command_on_a_new_folder_waits_for_its_schema(tmp_path: Path) -> None:
    assert not _needs_nothing(Settings(instance=tmp_path), ["users", "create", "--admin"])


def test_command_on_a_site_that_is_there_runs_at_once(tmp_path: Path) -> None:
    (tmp_path / "beffroi.sqlite3").touch()
    assert _needs_nothing(Settings(instance=tmp_path), ["users", "list"])


def test_schema_of_a_server_is_always_looked_after(tmp_path: Path) -> None:
    assert not _needs_nothing(Settings(instance=tmp_path, database_url="postgresql://host/name"), ["users", "list"])


@pytest.mark.parametrize("words", [[], ["db", "migrate"], ["--help"], ["users", "--help"], ["routes"]])
def test_command_without_need_of_a_schema_makes_none(tmp_path: Path, words: list[str]) -> None:
    assert _needs_nothing(Settings(instance=tmp_path), words)
