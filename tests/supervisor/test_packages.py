"""The lists of packages: pinned, with hashes, deserved, and tied to no machine."""

from __future__ import annotations

import re

import pytest

from tests.supervisor.conftest import ROOT

LISTS = ("requirements", "requirements-dev", "requirements-node")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)(\[[a-z,]+\])?==(?P<version>[^\s;\\]+)(?P<rest>.*)$")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    found = [match for line in text.splitlines() if (match := PIN.match(line))]
    return {plain(match["name"]): match["version"] for match in found}


@pytest.mark.parametrize("name", LISTS)
def test_lock_names_no_index_and_no_folder(name: str) -> None:
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|--trusted|/home|/opt", read(f"{name}.lock"))


@pytest.mark.parametrize("name", LISTS)
def test_lock_holds_every_direct_package_at_its_version(name: str) -> None:
    direct, locked = pins(read(f"{name}.txt")), pins(read(f"{name}.lock"))
    assert direct
    assert direct.items() <= locked.items()


@pytest.mark.parametrize("name", LISTS)
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", read(f"{name}.lock"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_direct_package_has_its_reason(name: str) -> None:
    lines = [line for line in read(f"{name}.txt").splitlines() if line and not line.startswith(("#", "-"))]
    assert [line for line in lines if not PIN.match(line) or "# " not in line] == []


def test_site_and_workshop_agree() -> None:
    site, workshop = pins(read("requirements.lock")), pins(read("requirements-dev.lock"))
    assert {name: (site[name], workshop[name]) for name in site.keys() & workshop if site[name] != workshop[name]} == {}


def test_given_packages_are_there() -> None:
    given = {"flask", "flask-login", "flask-sqlalchemy", "whoosh", "bleach", "markdown", "pytest"}
    assert given <= pins(read("requirements.txt")).keys()
