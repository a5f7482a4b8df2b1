"""What is set up once, and what is said when it cannot be."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import zipfile
from pathlib import Path

import pytest

from app.supervisor import environment
from app.supervisor.environment import PackageList, SetupError
from app.supervisor.stamps import Stamps, digest


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project's folder without any environment."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "STAMPS", Stamps(venv / "stamps.json"))
    return tmp_path


def test_missing_venv_names_the_package_to_install(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        environment.install(PackageList("requirements.lock", "the packages"))
    assert not (empty_folder / ".venv").exists()


@pytest.mark.slow
def test_environment_is_made_whole_then_left_alone(empty_folder: Path) -> None:
    (empty_folder / "empty.lock").write_text("", encoding="utf-8")
    nothing = PackageList("empty.lock", "nothing")
    environment.install(nothing)
    python = empty_folder / ".venv" / "bin" / "python"
    made = python.lstat().st_ctime_ns
    assert environment.has_packages(nothing)
    environment.install(nothing)
    assert python.lstat().st_ctime_ns == made


def test_changed_lock_is_installed_again(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = empty_folder / "some.lock"
    lock.write_text("# one\n", encoding="utf-8")
    some = PackageList("some.lock", "some")
    installed: list[str] = []
    monkeypatch.setattr(environment, "_make_environment", lambda: None)
    monkeypatch.setattr(environment, "_pip_install", lambda one: installed.append(one.path.read_text("utf-8")))
    (empty_folder / ".venv" / "bin").mkdir(parents=True)
    (empty_folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    environment.install(some)
    environment.install(some)
    lock.write_text("# two\n", encoding="utf-8")
    environment.install(some)
    assert installed == ["# one\n", "# two\n"]


def make_wheel(folder: Path) -> str:
    """Write the smallest package there can be, `bell` 1.0, and return its SHA-256."""
    wheel, info = folder / "bell-1.0-py3-none-any.whl", "bell-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("bell.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: bell\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.slow
def test_package_is_installed_only_with_its_own_hash(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(empty_folder))
    lock, bell = empty_folder / "bell.lock", PackageList("bell.lock", "a bell")
    true_hash = make_wheel(empty_folder)
    lock.write_text("bell==1.0 --hash=sha256:" + "0" * 64, encoding="utf-8")
    with pytest.raises(SetupError, match="Could not install a bell"):
        environment.install(bell)
    assert not environment.has_packages(bell)
    lock.write_text(f"bell==1.0 --hash=sha256:{true_hash}", encoding="utf-8")
    environment.install(bell)
    assert list((empty_folder / ".venv").rglob("bell.py"))


def test_stamps_survive_a_broken_file(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps.json")
    stamps.keep("npm", "a")
    stamps.keep("assets", "b")
    assert (stamps.get("npm"), stamps.get("assets"), stamps.get("other")) == ("a", "b", "")
    stamps.path.write_text("{broken", encoding="utf-8")
    assert stamps.get("npm") == ""


def test_digest_tells_a_missing_file_from_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    missing = digest([path])
    path.touch()
    assert digest([path]) != missing
    assert digest([path]) != digest([path], "3.12")
