"""A process kept alive: started again when it dies, with a growing pause, gone when its supervisor is."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True)
class Patience:
    """How long to wait before starting a dead child again, in seconds."""

    first: float = 0.5
    longest: float = 30.0
    # A child that lived so long is forgiven its earlier deaths.
    steady: float = 60.0

    def pause(self, deaths: int) -> float:
        """Return the pause after so many deaths in a row (1 or more): doubled each time, up to a limit."""
        return min(self.first * 2.0 ** min(deaths - 1, 16), self.longest)


@dataclass
class Child:
    """One supervised command; `passed` are file descriptors it inherits."""

    name: str
    command: Sequence[str]
    environ: dict[str, str] | None = None
    passed: tuple[int, ...] = ()
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    start_again_at: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process, in a group of its own so that Ctrl-C reaches it through its supervisor only."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environ,
            pass_fds=self.passed,
            start_new_session=True,
            preexec_fn=leash(signal.SIGTERM),  # noqa: PLW1509 - one thread, nothing can deadlock
        )
        self.started_at = self.clock()

    def tend(self) -> str:
        """Start the process when it is due; return a sentence when it was just found dead, else nothing."""
        if self.process is None:
            if self.clock() >= self.start_again_at:
                self.start()
            return ""
        code = self.process.poll()
        if code is None:
            return ""
        return self._bury(code)

    def _bury(self, code: int) -> str:
        self.signal_group(signal.SIGKILL)
        self.process = None
        now = self.clock()
        self.deaths = 1 if now - self.started_at >= self.patience.steady else self.deaths + 1
        pause = self.patience.pause(self.deaths)
        self.start_again_at = now + pause
        return f"{self.name} stopped ({_how(code)}), starting again in {pause:g} s"

    def terminate(self) -> None:
        """Ask the process to finish what it does and leave."""
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and all it started in its group, dead or alive."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def leash(number: signal.Signals) -> Callable[[], None]:
    """Return what a new process runs before its command: ask the kernel for `number` when its parent dies.

    Linux only (prctl 2); elsewhere a supervisor killed with -9 leaves its children, to be ended by hand.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def bind() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # it died in between
                os._exit(1)

    return bind
