"""The port and what runs behind it."""

from __future__ import annotations

import socket
import threading

import pytest

from app.supervisor.serve import PortError, address, children, take_port
from config import Settings


def test_taken_port_is_said_in_one_sentence() -> None:
    with take_port("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        with pytest.raises(PortError, match=f"Port {port} of 127.0.0.1 is already taken") as caught:
            take_port("127.0.0.1", port, patience=0.2)
    assert f"BEFFROI_PORT={port + 1} ./run" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_port_that_is_being_left_is_waited_for() -> None:
    door = take_port("127.0.0.1", 0)
    port = door.getsockname()[1]
    leaving = threading.Timer(0.4, door.close)
    leaving.start()
    with take_port("127.0.0.1", port, patience=5) as again:
        assert again.getsockname()[1] == port
    leaving.join()


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("nowhere.invalid", 8000, "BEFFROI_HOST"),
        ("127.0.0.1", 70_000, "BEFFROI_PORT"),
        ("192.0.2.1", 8000, "cannot be opened"),
    ],
)
def test_impossible_address_is_said_at_once(host: str, port: int, sentence: str) -> None:
    with pytest.raises(PortError, match=sentence):
        take_port(host, port, patience=60)


def test_caller_is_not_refused_before_the_web_server_is_up() -> None:
    with take_port("127.0.0.1", 0) as door, socket.create_connection(door.getsockname(), timeout=2) as caller:
        assert caller.getpeername() == door.getsockname()


def test_address_is_one_a_browser_opens() -> None:
    with take_port("0.0.0.0", 0) as door:  # noqa: S104 - a port of the kernel's choice, for a moment
        assert address(door) == f"http://127.0.0.1:{door.getsockname()[1]}/"


def test_site_is_a_web_server_on_our_port_and_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    with take_port("127.0.0.1", 0) as door:
        web, worker = children(Settings(), door)
        assert f"fd://{door.fileno()}" in web.command
        assert web.passed == (door.fileno(),)
    assert list(worker.command[-2:]) == ["jobs", "work"]
    assert worker.passed == ()
    assert web.environ is not None
    assert "PYTHONPATH" not in web.environ
