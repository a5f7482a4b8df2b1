"""Real processes for the tests of the supervisor, none of which outlives its test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WATCHED = Path(__file__).with_name("watched.py")
PATIENCE = 10.0

Launch = Callable[..., "subprocess.Popen[str]"]


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Wait until the condition holds; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be buried does not."""
    fields = _stat(Path(f"/proc/{pid}/stat"))
    return bool(fields) and fields[0] != "Z"


def children_of(pid: int) -> list[int]:
    """Return the processes started by this one that still run, in the order of their numbers."""
    return sorted(
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if (fields := _stat(stat)) and fields[0] != "Z" and int(fields[1]) == pid
    )


def _stat(path: Path) -> list[str]:
    """Return state, parent and the rest of a process, nothing when it has just gone."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def numbers(path: Path) -> list[int]:
    """Return the whole numbers a stub wrote, one on each line."""
    return [int(line) for line in path.read_text(encoding="utf-8").split()] if path.exists() else []


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Start Python in a real process, with the supervisor's package on its path."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'app'}:{ROOT}", **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    """Return a port nobody listens on."""
    return _free_port()


@pytest.fixture
def other_free_port(free_port: int) -> int:
    """Return a second one."""
    return next(port for port in iter(_free_port, None) if port != free_port)
