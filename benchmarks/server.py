"""``python -m benchmarks.server`` tells how a reader is answered while slow clients hold the real server.

Fifty connections from this machine to itself, for some seconds, in two manners: asking slowly (a request sent letter by
letter) and reading slowly (an answer left in the socket). Figures only: they depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median, quantiles

from benchmarks.network import SMALL, Place, build
from benchmarks.subjects import Reader
from config import ROOT

HOST = "127.0.0.1"
MOST_CLIENTS, MOST_SECONDS = 200, 60
PATIENCE = 10.0
STARTS, STOPS = 60.0, 20.0
LETTER_EVERY = 0.2
READ_EVERY = 0.5
SETTLING = 3.0
SMALL_WINDOW = 2048  # bytes the slow reader's system takes in before the server has to wait
PATH = "/connexion"


@dataclass(frozen=True)
class Figures:
    """How a normal reader was answered: milliseconds of the answers, and requests without one."""

    manner: str
    answers: tuple[float, ...]
    failures: int

    def __str__(self) -> str:
        """One line of the table."""
        if len(self.answers) < 2:  # noqa: PLR2004 - no percentile of one
            return f"{self.manner:34} {len(self.answers)} answers, {self.failures} failures"
        high = quantiles(self.answers, n=20, method="inclusive")[-1]
        times = f"p50 {median(self.answers):7.1f} ms   p95 {high:7.1f} ms   worst {max(self.answers):7.1f} ms"
        return f"{self.manner:34} {times}   {len(self.answers)} answers, {self.failures} failures"


def main() -> None:
    """Read the command line, measure alone, then with each manner of slow clients, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server")
    parser.add_argument("--clients", type=int, default=50, help=f"slow clients, at most {MOST_CLIENTS}")
    parser.add_argument("--seconds", type=float, default=10.0, help=f"of each measure, at most {MOST_SECONDS}")
    wanted = parser.parse_args()
    clients, seconds = min(wanted.clients, MOST_CLIENTS), min(wanted.seconds, MOST_SECONDS)
    with tempfile.TemporaryDirectory(prefix="beffroi-bench-", ignore_cleanup_errors=True) as folder:
        place = build(Path(folder), SMALL)
        reader = Reader(place)
        cookie = f"{place.app.config['SESSION_COOKIE_NAME']}={_cookie_of(reader)}"
        with served(place) as port:
            for figures in _measures(port, f"{place.long_thread}?page=1", cookie, clients, seconds):
                print(figures, flush=True)


def _cookie_of(reader: Reader) -> str:
    cookie = reader.client.get_cookie(reader.place.app.config["SESSION_COOKIE_NAME"])
    return cookie.value if cookie else ""


def _measures(port: int, path: str, cookie: str, clients: int, seconds: float) -> Iterator[Figures]:
    yield ask_for(port, path, cookie, seconds, "alone")
    for manner, slow in (("asking slowly", _ask_slowly), ("reading slowly", _read_slowly)):
        with slow_clients(port, clients, slow):
            yield ask_for(port, path, cookie, seconds, f"beside {clients} clients {manner}")


@contextmanager
def served(place: Place) -> Iterator[int]:
    """Serve a network with the settings of a real site, on a free port, while the body runs."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    instance = str(place.app.config["SETTINGS"].instance)
    environ = os.environ | {"BEFFROI_INSTANCE": instance, "BEFFROI_PORT": str(port), "BEFFROI_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "-c", "app/supervisor/web_server.py", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait_until_answered(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=STOPS)


def _wait_until_answered(port: int) -> None:
    deadline = time.monotonic() + STARTS
    while _answer_time(port, "/healthz", "") is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the server did not answer within {STARTS:g} s")
        time.sleep(0.1)


def ask_for(port: int, path: str, cookie: str, seconds: float, manner: str) -> Figures:
    """Ask for a page like a reader, one request after the other, for so many seconds."""
    answers, failures, end = [], 0, time.monotonic() + seconds
    while time.monotonic() < end:
        spent = _answer_time(port, path, cookie)
        if spent is None:
            failures += 1
        else:
            answers.append(1000 * spent)
        time.sleep(0.05)
    return Figures(manner, tuple(answers), failures)


def _answer_time(port: int, path: str, cookie: str) -> float | None:
    """Return the seconds of one request over a new connection, None when it had no good answer in time."""
    connection, start = HTTPConnection(HOST, port, timeout=PATIENCE), time.perf_counter()
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return time.perf_counter() - start if answer.status == 200 else None  # noqa: PLR2004 - HTTP


@contextmanager
def slow_clients(port: int, count: int, slow: Callable[[socket.socket, threading.Event], None]) -> Iterator[None]:
    """Have so many slow clients at the server while the body runs; each comes back when it is sent away."""
    over = threading.Event()
    clients = [threading.Thread(target=_stay, args=(port, slow, over), daemon=True) for _ in range(count)]
    for one in clients:
        one.start()
    time.sleep(SETTLING)
    try:
        yield
    finally:
        over.set()
        for one in clients:
            one.join(timeout=2 * PATIENCE)


def _stay(port: int, slow: Callable[[socket.socket, threading.Event], None], over: threading.Event) -> None:
    while not over.is_set():
        with suppress(OSError), socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
            line.settimeout(PATIENCE)
            line.connect((HOST, port))
            slow(line, over)
        over.wait(0.1)


def _ask_slowly(line: socket.socket, over: threading.Event) -> None:
    for letter in f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: {'a' * 400}\r\n\r\n".encode():
        if over.wait(LETTER_EVERY):
            return
        line.send(bytes([letter]))


def _read_slowly(line: socket.socket, over: threading.Event) -> None:
    line.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    while line.recv(64):
        if over.wait(READ_EVERY):
            return


if __name__ == "__main__":
    main()
