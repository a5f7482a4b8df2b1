"""Fonts, styles and catalogues are fetched and made when they can be, and never stop a start."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.supervisor import pages
from app.supervisor.stamps import Stamps

FAILING_NPM = '#!/bin/sh\necho \'npm error code ENOTFOUND\' >&2\necho tried >> "$(dirname "$0")/tries"\nexit 1\n'
WORKING_NPM = '#!/bin/sh\nmkdir -p node_modules\necho "$@" >> "$(dirname "$0")/tries"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project's folder that has a lock of npm and nothing else."""
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "STATIC", tmp_path / "app" / "static")
    monkeypatch.setattr(pages, "TRANSLATIONS", tmp_path / "app" / "translations")
    monkeypatch.setattr(pages, "STAMPS", Stamps(tmp_path / ".venv" / "stamps.json"))
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    return tmp_path


def put_npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name in ("npm", "node"):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return programs / "tries"


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_failed_fetch_is_said_in_one_line_and_not_tried_at_every_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = put_npm(folder, FAILING_NPM, monkeypatch)
    pages.make_ready()
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == [
        "  fonts and htmx could not be fetched (npm error code ENOTFOUND): the site works without, in system fonts"
    ]
    assert pages.are_ready()
    pages.make_ready()
    assert len(lines(tries)) == 1


def test_failed_fetch_is_tried_again_when_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = put_npm(folder, FAILING_NPM, monkeypatch)
    pages.make_ready()
    pages.make_ready(insist=True)
    assert len(lines(tries)) == 2


def test_fetch_is_done_once_until_its_lock_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = put_npm(folder, WORKING_NPM, monkeypatch)
    pages.make_ready()
    pages.make_ready()
    assert len(lines(tries)) == 1
    assert lines(tries)[0].startswith("ci --fetch-retries=0 --fetch-timeout=15000 --ignore-scripts")
    (folder / "package-lock.json").write_text("{ }", encoding="utf-8")
    pages.make_ready()
    assert len(lines(tries)) == 2


def test_npm_that_hangs_is_left_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(folder, "#!/bin/sh\nexec sleep 60\n", monkeypatch)
    monkeypatch.setattr(pages, "NPM_SECONDS", 0.2)
    pages.make_ready()
    assert pages.are_ready()


def test_catalogue_is_compiled_when_its_source_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_packages_wanted", lambda **_: False)
    monkeypatch.setattr(pages, "PYTHON", Path(sys.executable))
    catalogue = folder / "app" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    catalogue.write_text(head + 'msgid "Bonjour"\nmsgstr "Bonjour"\n', encoding="utf-8")
    assert not pages.are_ready()
    pages.make_ready()
    assert catalogue.with_suffix(".mo").exists()
    assert pages.are_ready()
    catalogue.with_suffix(".mo").unlink()
    assert not pages.are_ready()
