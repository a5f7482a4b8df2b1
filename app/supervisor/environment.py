"""The Python environment in `.venv`: made once, filled again only when the locked packages changed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .locks import held
from .places import CACHE, PYTHON, ROOT, VENV
from .stamps import Stamps, digest

STAMPS = Stamps(VENV / "stamps.json")
SETUP_LOCK = CACHE / "setup.lock"


class SetupError(Exception):
    """The set-up cannot go on. The message tells a person what to do."""


@dataclass(frozen=True)
class PackageList:
    """A locked list of packages and what it is for, in the words shown while it is installed."""

    file: str
    purpose: str

    @property
    def path(self) -> Path:
        """Where the list stands."""
        return ROOT / self.file

    @property
    def is_installed(self) -> bool:
        """Whether `.venv` was made by this Python from this list."""
        return PYTHON.exists() and STAMPS.get(self.file) == self.mark

    @property
    def mark(self) -> str:
        """Digest of the list and of the Python it is installed for."""
        return digest([self.path], f"{sys.version_info.major}.{sys.version_info.minor}")


SITE = PackageList("requirements.lock", "the packages of the site")
WORKSHOP = PackageList("requirements-dev.lock", "the tools of the workshop")
NODE = PackageList("requirements-node.lock", "npm, which this machine lacks")


def say(sentence: str) -> None:
    """Tell the person what is going on, at once, on standard error: standard output is the command's."""
    print(f"  {sentence}", file=sys.stderr, flush=True)


def waiting() -> None:
    """Tell that another start holds the set-up."""
    say("another start is setting this folder up, waiting for it")


def has_packages(*lists: PackageList) -> bool:
    """Whether every list is installed, without taking the lock: the folder may be read-only by now."""
    return all(one.is_installed for one in lists)


def install(*lists: PackageList) -> None:
    """Make `.venv` hold `lists`; call it with the set-up lock held. Raises SetupError when it cannot."""
    if not _is_sound():
        _make_environment()
    for one in lists:
        if not one.is_installed:
            say(f"installing {one.purpose} ({one.file})")
            _pip_install(one)
            STAMPS.keep(one.file, one.mark)


def ensure(*lists: PackageList) -> None:
    """Install `lists` unless they are there, one start at a time. Raises SetupError when it cannot."""
    if not has_packages(*lists):
        with held(SETUP_LOCK, waiting):
            install(*lists)


def _is_sound() -> bool:
    """Whether `.venv` was made whole by the Python that runs now: a half-made one has no stamp."""
    return PYTHON.exists() and STAMPS.get("python") == _python_mark()


def _python_mark() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor} {sys.base_prefix}"


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"This Python {version} comes without 'venv'. On Debian or Ubuntu: "
            f"sudo apt-get install python3-venv (or python{version}-venv), then ./run again."
        )
    say(f"making the environment in {VENV.name} with Python {sys.version.split()[0]}")
    command = [_outer_python(), "-I", "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False, env=_clean_environ()).returncode:
        raise SetupError("The environment could not be made (see above). Debian's package: python3-venv.")
    STAMPS.keep("python", _python_mark())


def _outer_python() -> str:
    """Return the interpreter outside of any environment: one in `.venv` would clear its own ground."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    outer = Path(sys.base_prefix) / "bin" / name
    return str(outer) if outer.exists() else sys.executable


def _pip_install(one: PackageList) -> None:
    command = [str(PYTHON), "-I", "-m", "pip", "install", "-qq", "--no-input", "--progress-bar=off"]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "-r", str(one.path)]
    if subprocess.run(command, check=False, cwd=ROOT, env=_clean_environ()).returncode:
        raise SetupError(f"Could not install {one.purpose} (see above): is the network there?")


def _clean_environ() -> dict[str, str]:
    """Return the environment without what would bend Python or pip: other paths, installing for the user."""
    bending = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_NO_BINARY"}
    return {name: value for name, value in os.environ.items() if name not in bending}
