"""Documentation stays true where a test can hold it."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click import Group
from flask import Flask

from config import Settings, UnsafeSettingError, settings_table

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"\./run flask ([a-z]+) ([a-z-]+)")
FILE = re.compile(r"`((?:app|benchmarks|docs|tests)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")


def test_every_setting_is_documented_with_its_default() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text()


def test_reference_says_what_the_code_says(app: Flask) -> None:
    folder = str(ROOT / "docs")
    sys.path.insert(0, folder)
    try:
        written = import_module("reference").reference(app)
    finally:
        sys.path.remove(folder)
    assert (ROOT / "docs" / "reference.md").read_text() == written, "run: .venv/bin/python docs/reference.py"


def test_every_command_told_exists(app: Flask) -> None:
    told = {pair for document in DOCUMENTS for pair in COMMAND.findall(document.read_text())}
    missing = []
    for group, name in told:
        found = app.cli.commands.get(group)
        if not isinstance(found, Group) or name not in found.commands:
            missing.append(f"{group} {name}")
    assert missing == []


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_picture_is_shown() -> None:
    shown = {
        (document.parent / target).resolve() for document in DOCUMENTS for target in LINK.findall(document.read_text())
    }
    assert [picture for picture in (ROOT / "docs" / "images").iterdir() if picture not in shown] == []


def test_every_file_told_exists() -> None:
    missing = [
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in FILE.findall(document.read_text())
        if not (ROOT / path).exists()
    ]
    assert missing == []


def test_no_document_names_a_machine() -> None:
    told = re.compile(r"/(?:tmp|root|home)/\w|/work/")
    assert [str(document) for document in DOCUMENTS if told.search(document.read_text())] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("TIMEZONE", "Europe/Atlantide"), ("SECRET_KEY", "dev"), ("DEMO", "perhaps")],
)
def test_unsafe_setting_stops_the_start_with_its_name(name: str, value: str) -> None:
    with pytest.raises(UnsafeSettingError, match=f"BEFFROI_{name}"):
        Settings.from_environ({f"BEFFROI_{name}": value})


def test_folder_of_a_site_opened_to_others_is_closed_again_and_a_shared_one_left_alone(tmp_path: Path) -> None:
    site, shared = tmp_path / "site", tmp_path / "shared"
    for folder, name in ((site, "secret_key"), (shared, "of somebody else")):
        folder.mkdir()
        (folder / name).touch()
        folder.chmod(0o777)
        Settings(instance=folder).prepare_instance()
    assert [folder.stat().st_mode & 0o777 for folder in (site, shared)] == [0o700, 0o777]


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "site")
    first = settings.effective_secret_key()
    path = tmp_path / "site" / "secret_key"
    assert (settings.effective_secret_key(), len(first) > 40) == (first, True)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("host", "demo", "allowed", "known"),
    [
        ("127.0.0.1", "auto", True, True),
        ("::1", "auto", True, True),
        ("localhost", "0", False, False),
        ("0.0.0.0", "auto", False, False),  # noqa: S104 - the case under test
        ("0.0.0.0", "1", True, False),  # noqa: S104 - the case under test
    ],
)
def test_demo_is_safe(host: str, demo: str, allowed: bool, known: bool) -> None:  # noqa: FBT001 - a table
    settings = Settings(host=host, demo=demo)
    assert (settings.demo_allowed, settings.demo_passwords_known) == (allowed, known)


@pytest.mark.parametrize("demo", ["auto", "1"])
@pytest.mark.parametrize("front", [{"trusted_proxies": 1}, {"base_url": "https://reseau.example.org"}])
def test_demo_passwords_never_open_a_site_behind_a_proxy(demo: str, front: dict[str, Any]) -> None:
    settings = Settings(host="127.0.0.1", demo=demo, **front)
    assert (settings.demo_allowed, settings.demo_passwords_known) == (demo == "1", False)
    near = Settings(host="127.0.0.1", base_url="http://localhost:8000")
    assert near.demo_passwords_known


def test_every_decision_has_a_number_of_its_own() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [file.name[:4] for file in files]
    assert numbers == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert [file.read_text(encoding="utf-8")[2:6] for file in files] == numbers
