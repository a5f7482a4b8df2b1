"""The whole site as a newcomer starts it: real server, real worker, an instance of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.supervisor.conftest import Launch, children_of, is_alive, until

pytestmark = pytest.mark.slow

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class Site:
    """One `./run` on a folder and a port."""

    def __init__(self, launch: Launch, instance: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        settings = {
            "BEFFROI_INSTANCE": str(instance),
            "BEFFROI_PORT": str(port),
            "BEFFROI_DEMO": "0",
            "BEFFROI_DATABASE_URL": "",
        }
        self.process: subprocess.Popen[str] = launch("-m", "supervisor.serve", environ=settings)

    def answers(self) -> bool:
        """Whether the health page answers 200."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:  # noqa: S310 - our address
                return bool(answer.status == 200)
        except OSError:
            return False

    def children(self) -> list[int]:
        """The web server's and the worker's process, in the order they were started."""
        return children_of(self.process.pid)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask the site to stop, check that it leaves well, and return how long it took."""
        start = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(timeout=STOP_SECONDS) == 0
        return time.monotonic() - start


@pytest.fixture
def start(tmp_path: Path, launch: Launch) -> Callable[[int], Site]:
    """Start a site on a port; every site of a test shares one instance, empty at first."""

    def begin(port: int) -> Site:
        return Site(launch, tmp_path / "instance", port)

    return begin


def test_site_starts_on_an_empty_folder_and_stops_in_time(
    start: Callable[[int], Site], tmp_path: Path, free_port: int
) -> None:
    site = start(free_port)
    assert until(site.answers, START_SECONDS)
    assert until(lambda: len(site.children()) == 2)
    children = site.children()
    instance = tmp_path / "instance"
    assert instance.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in instance.iterdir() if path.is_file() and path.stat().st_mode & 0o077] == []
    assert site.stop(signal.SIGINT) < STOP_SECONDS
    assert [pid for pid in children if is_alive(pid)] == []


def test_server_and_worker_killed_come_back(start: Callable[[int], Site], free_port: int) -> None:
    site = start(free_port)
    assert until(site.answers, START_SECONDS)
    assert until(lambda: len(site.children()) == 2)
    killed = site.children()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: len(set(site.children()) - set(killed)) == 2)
    assert until(site.answers, START_SECONDS)
    site.stop()


def test_site_starts_again_on_its_port_after_its_supervisor_was_killed(
    start: Callable[[int], Site], free_port: int
) -> None:
    first = start(free_port)
    assert until(first.answers, START_SECONDS)
    children = first.children()
    first.process.kill()
    second = start(free_port)
    assert until(lambda: not any(is_alive(pid) for pid in children), START_SECONDS)
    assert until(second.answers, START_SECONDS)
    assert second.process.poll() is None
    second.stop()


def test_two_starts_together_on_an_empty_folder_both_come_up(
    start: Callable[[int], Site], free_port: int, other_free_port: int
) -> None:
    together = [start(free_port), start(other_free_port)]
    for site in together:
        assert until(site.answers, START_SECONDS)
    for site in together:
        site.stop()
    errors = "".join(site.process.communicate()[1] for site in together)
    assert "Traceback" not in errors
    assert not re.search(r"stopped \((exit|SIG)", errors)


def test_second_start_on_the_same_port_says_so_and_leaves_the_first_alone(
    start: Callable[[int], Site], free_port: int
) -> None:
    first = start(free_port)
    assert until(first.answers, START_SECONDS)
    second = start(free_port)
    assert second.process.wait(timeout=10) == 1
    assert "is already taken" in second.process.communicate()[1]
    assert first.answers()
    first.stop()
