"""A child process on a short leash: it opens one document, within limits, and is put away with all it started."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .endings import EXIT_MEMORY, EXIT_OUTPUT, RESULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .limits import Limits

_CHILD = Path(__file__).with_name("child.py")
_PREFIX = "reading-"
_ABANDONED_AFTER = 3600
_SAID = 4096
_LINE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its folder of results and, when it did not end well, why.

    `failure` is empty, or one of: timeout, cpu, memory, output, crash. `said` is the end of its error output,
    for the log only: it may quote the document.
    """

    folder: Path
    failure: str
    said: str

    @property
    def results(self) -> Path:
        """The file of results, which may not exist."""
        return self.folder / RESULT

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the results one by one, in the order they were written; a line cut short by a death is left out."""
        if not self.results.is_file():
            return
        with self.results.open("rb") as results:
            while line := results.readline(_LINE):
                with contextlib.suppress(ValueError):
                    yield json.loads(line)


@contextlib.contextmanager
def bounded_child(work: str, request: dict[str, Any], limits: Limits) -> Iterator[Outcome]:
    """Run one piece of work (a name known to `child.py`) and yield its outcome; its folder lives until the end.

    The child is a new interpreter (`-I`), never a copy of this process: it inherits no open file, no connection,
    no variable of the environment. Whatever happens, its whole process group is killed before this returns.
    """
    sweep_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        failure, said = _run(work, request, limits, folder)
        yield Outcome(folder, failure, said)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def sweep_abandoned() -> None:
    """Remove, once in the life of a process, the folders of an hour ago whose owner was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob(_PREFIX + "*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.lstat().st_mtime > _ABANDONED_AFTER:
                shutil.rmtree(folder, ignore_errors=True)


def _run(work: str, request: dict[str, Any], limits: Limits, folder: Path) -> tuple[str, str]:
    (folder / "home").mkdir()
    order = {"work": work, "request": request, "limits": asdict(limits), "folder": str(folder), "parent": os.getpid()}
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell, arguments of our own
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder / "home",
        env=_environment(folder / "home"),
        start_new_session=True,
    )
    timed_out, said = True, b""
    try:
        said, timed_out = _listen(child, json.dumps(order).encode("ascii"), time.monotonic() + limits.wall)
    finally:
        _put_away(child)
    return _failure(child.returncode, timed_out=timed_out), said.decode("utf-8", "replace")


def _environment(home: Path) -> dict[str, str]:
    """Return the child's whole environment: a home of its own and few threads (each costs address space)."""
    few = dict.fromkeys(("RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS", "OMP_NUM_THREADS"), "2")
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(home))
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "2", **places, **few}


def _listen(child: subprocess.Popen[bytes], order: bytes, deadline: float) -> tuple[bytes, bool]:
    """Give the order, then wait until the child closes its output (it ended) or the deadline passes.

    Returns the end of what it said and whether it was late. Waiting on the pipe, not on the process, keeps the
    process group's number ours until `_put_away` has killed it.
    """
    assert child.stdin is not None  # noqa: S101 - opened with PIPE, told to the type checker
    assert child.stdout is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
        stdin.write(order)
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(left):
                heard = os.read(child.stdout.fileno(), _SAID)
                if not heard:
                    return said, False
                said = (said + heard)[-_SAID:]
    return said, True


def _put_away(child: subprocess.Popen[bytes]) -> None:
    """Kill the group, so that nothing the child started stays, then collect the child.

    A child that ended by itself keeps its own exit status: a process on its way out cannot be killed again.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _failure(returncode: int, *, timed_out: bool) -> str:
    if timed_out:
        return "timeout"
    return {
        0: "",
        EXIT_MEMORY: "memory",
        EXIT_OUTPUT: "output",
        -signal.SIGABRT: "memory",  # what Rust and C++ do when an allocation fails
        -signal.SIGKILL: "memory",  # by the system's memory killer, or by hand
        -signal.SIGXCPU: "cpu",
        -signal.SIGXFSZ: "output",
    }.get(returncode, "crash")
