"""`./run test` and `./run lint`: every check in turn, with its time; fails when one of them does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NoReturn

from .browser import chromium_or_advice, may_install_packages
from .places import ROOT, VENV
from .postgres import server_for_tests

LEFT_OUT = "left out"


@dataclass(frozen=True)
class Check:
    """A check's name and its command."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """What came of a check: its exit code and how long it took."""

    name: str
    code: int
    seconds: float

    def __str__(self) -> str:
        """One line of the closing table."""
        return f"  {'ok    ' if self.code == 0 else 'FAILED'} {self.seconds:7.1f} s  {self.name}"


def main() -> NoReturn:
    """Run the checks; exits with 0 when all are well, else with the code of the last that is not."""
    word, *rest = sys.argv[1:]
    # The checks find the code by the project's folder, as anybody does.
    os.environ.pop("PYTHONPATH", None)
    # They start hundreds of times: what Python compiles once is kept, even where that is not the custom.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    outcomes = [run(check, os.environ) for check in lint_checks()]
    notes: list[str] = []
    if word == "test":
        outcomes += _tests(rest, notes)
    print("\n" + "\n".join([*map(str, outcomes), *(f"  {LEFT_OUT}: {note}" for note in notes)]), flush=True)
    sys.exit(next((one.code for one in reversed(outcomes) if one.code), 0))


def run(check: Check, environ: Mapping[str, str]) -> Outcome:
    """Run one check from the project's folder, its output going where ours goes."""
    print(f"\n— {check.name}", flush=True)
    start = time.monotonic()
    code = subprocess.run(check.command, cwd=ROOT, env=environ, check=False).returncode
    return Outcome(check.name, code, time.monotonic() - start)


def lint_checks() -> list[Check]:
    """Return the checks that read the code without running it."""
    return [
        Check("style", [_tool("ruff"), "check", "."]),
        Check("format", [_tool("ruff"), "format", "--check", "."]),
        Check("types", [_tool("mypy")]),
        Check("arrows", [_tool("lint-imports"), "--no-logo", "--cache-dir", ".cache/imports"]),
    ]


def _tool(name: str) -> str:
    return str(VENV / "bin" / name)


def _tests(rest: Sequence[str], notes: list[str]) -> list[Outcome]:
    """Run pytest with what this machine has; `notes` receives what had to be left out."""
    quick = "--quick" in rest
    may_install = may_install_packages(asked="--install" in rest)
    words = [word for word in rest if word not in {"--quick", "--install"}]
    with ExitStack() as stack:
        postgres = stack.enter_context(server_for_tests(may_install=may_install and not quick))
        browser = "" if quick else chromium_or_advice(may_install=may_install)
        if not postgres:
            notes.append("tests on PostgreSQL (no server: set TEST_POSTGRES_URL, or install postgresql)")
        if quick:
            notes.append("slow and thorough tests, cases after the first, PostgreSQL and browser journeys (--quick)")
        elif not browser:
            notes.append("browser journeys (no Chromium: ./run test --install as root installs it)")
        environ = os.environ | {"TEST_POSTGRES_URL": postgres, "TEST_CHROMIUM": browser}
        return [run(check, environ) for check in pytest_runs(words, quick=quick, browser=bool(browser))]


QUICK = "not slow and not browser and not thorough and not postgres"


def pytest_runs(words: Sequence[str], *, quick: bool, browser: bool) -> list[Check]:
    """Return the runs of pytest: what somebody asked for by name in one; everything in two.

    Sites, browsers and workers each have a port and a folder of their own and wait for each other: three processes, a
    file always in one, in the order `tests/conftest.py` gives, the longest first. On PostgreSQL tests run once each,
    with their first case; so does every test when it must be quick. Asked for by name they run with all of them. The
    few that kill and are held to a time have the machine for themselves.
    """
    pytest = [sys.executable, "-m", "pytest", "-rfEs"]
    together = [*pytest, "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "--few-on-postgres", "-m"]
    if words:
        left_out = QUICK if quick else "" if browser else "not browser"
        return [Check("tests", [*pytest, *(["-m", left_out] if left_out else []), *words])]
    if quick:
        return [Check("tests", [*together, QUICK, "--first-cases"])]
    return [
        Check("tests", [*together, "not alone" if browser else "not alone and not browser"]),
        Check("crashes", [*pytest, "-m", "alone"]),
    ]


if __name__ == "__main__":
    main()
