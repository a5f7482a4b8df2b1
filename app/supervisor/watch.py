"""The supervisor's own life: tend its children until it is asked to stop, then see them all out in time."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .children import Child

# Fifteen seconds is promised for everything; what is left after this is killed.
STOP_SECONDS = 13.0
TICK_SECONDS = 0.5
# Whoever stops a whole group of processes asks twice at once (timeout, a terminal): that is one request.
AGAIN_SECONDS = 1.0
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def tell(sentence: str) -> None:
    """Write one line to the log, with the time (UTC), in the manner of the web server."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    print(f"[{moment} +0000] [{os.getpid()}] [supervisor] {sentence}", file=sys.stderr, flush=True)


class Wake:
    """Sleeps, but not through a signal."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __call__(self, seconds: float) -> None:
        """Sleep so long, or until the next signal."""
        ready, _, _ = select.select([self.descriptor], [], [], max(seconds, 0))
        if ready:
            os.read(self.descriptor, 4096)


class Watch:
    """Keeps children alive until a signal asks to stop."""

    def __init__(self, children: Sequence[Child], stop_seconds: float = STOP_SECONDS) -> None:
        self.children = children
        self.stop_seconds = stop_seconds
        self.requests = 0
        self.asked_at = -AGAIN_SECONDS

    def run(self) -> None:
        """Start the children and tend them; return when all are gone after SIGTERM, SIGINT or SIGHUP."""
        with self._signals() as wake:
            while not self.requests:
                for child in self.children:
                    sentence = child.tend()
                    if sentence:
                        tell(sentence)
                wake(TICK_SECONDS)
            self._see_out(wake)

    def _see_out(self, wake: Wake) -> None:
        """Ask everybody to leave; kill who is still there at the end of the delay, or at a second request."""
        tell("stopping")
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + self.stop_seconds
        asked = self.requests
        while any(child.is_running for child in self.children):
            left = deadline - time.monotonic()
            if left <= 0 or self.requests > asked:
                break
            wake(min(left, TICK_SECONDS))
        self._kill_the_rest()
        tell("stopped")

    def _kill_the_rest(self) -> None:
        for child in self.children:
            if child.is_running:
                tell(f"{child.name} did not leave in time: killed")
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        now = time.monotonic()
        if now - self.asked_at >= AGAIN_SECONDS:
            self.requests += 1
            self.asked_at = now

    @contextmanager
    def _signals(self) -> Iterator[Wake]:
        """Count requests to stop, and wake at once for them and for a child's death."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        os.set_blocking(reading, False)
        former_fd = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        former = {number: signal.signal(number, self._ask_to_stop) for number in STOPPING}
        former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            yield Wake(reading)
        finally:
            signal.set_wakeup_fd(former_fd)
            for number, handler in former.items():
                signal.signal(number, handler)
            os.close(reading)
            os.close(writing)
