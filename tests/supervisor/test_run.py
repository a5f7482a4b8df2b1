"""`./run` itself, in the plainest shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.supervisor.conftest import ROOT

DASH = shutil.which("dash") or "/bin/sh"


def run(*words: str, path: str = os.environ["PATH"], **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DASH, str(ROOT / "run"), *words],
        env={"PATH": path, "HOME": "/nonexistent", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def put_python(folder: Path, script: str) -> None:
    for name in ("python3", "python3.11"):
        (folder / name).write_text(script, encoding="utf-8")
        (folder / name).chmod(0o755)
    for tool in ("dirname", "sh"):
        (folder / tool).symlink_to(str(shutil.which(tool)))


def test_help_says_every_word() -> None:
    from app.supervisor.__main__ import DEEDS  # the program itself, imported for its table

    done = run("help")
    assert done.returncode == 0
    words = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("./run ")}
    assert words - {"set", "help"} == DEEDS.keys() - {"serve"}


def test_unknown_word_is_refused_with_the_help() -> None:
    done = run("srve")
    assert done.returncode == 1
    assert "./run knows no 'srve'" in done.stderr
    assert "./run test" in done.stderr


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"])
def test_without_a_recent_python_it_says_what_to_install(tmp_path: Path, script: str) -> None:
    put_python(tmp_path, script)
    done = run("help", path=str(tmp_path))
    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_python_may_be_chosen(tmp_path: Path) -> None:
    put_python(tmp_path, "#!/bin/sh\nexit 1\n")
    assert run("help", path=str(tmp_path), BEFFROI_PYTHON=sys.executable).returncode == 0


def test_pipeline_calls_the_same_command() -> None:
    assert "CI=true exec ./run test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
