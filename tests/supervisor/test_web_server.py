"""gunicorn with our settings: what it lets in, how it leaves."""

from __future__ import annotations

import runpy
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from app.supervisor.serve import WEB_SETTINGS
from app.supervisor.watch import STOP_SECONDS
from tests.supervisor.conftest import Launch, until

ECHO = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["QUERY_STRING"])).encode()]
"""


@pytest.fixture
def settings() -> dict[str, Any]:
    return runpy.run_path(str(WEB_SETTINGS))


def test_running_requests_are_finished_within_the_promised_delay(settings: dict[str, Any]) -> None:
    assert settings["graceful_timeout"] < STOP_SECONDS < 15


def test_server_has_two_processes_of_eight_threads(settings: dict[str, Any]) -> None:
    assert (settings["worker_class"], settings["workers"], settings["threads"]) == ("gthread", 2, 8)


def test_search_of_ten_thousand_letters_reaches_the_application(tmp_path: Path, launch: Launch, free_port: int) -> None:
    (tmp_path / "echo.py").write_text(ECHO, encoding="utf-8")
    bind = ["-b", f"127.0.0.1:{free_port}"]
    words = ["-c", str(WEB_SETTINGS), "--pythonpath", str(tmp_path), "--workers", "1", *bind, "echo:app"]
    launch("-m", "gunicorn", *words)

    def length_of(query: str) -> int:
        address = f"http://127.0.0.1:{free_port}/?q={query}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.read())

    def is_up() -> bool:
        try:
            return length_of("") == 2
        except OSError:
            return False

    assert until(is_up)
    assert length_of("%C3%A9" * 10_000) == 60_002
    with pytest.raises(urllib.error.HTTPError, match="414") as refused:
        length_of("%C3%A9" * 20_000)
    page = refused.value.read().decode()
    assert ("Cette adresse est trop longue" in page, "This address is too long" in page) == (True, True)
    with socket.create_connection(("127.0.0.1", free_port), timeout=10) as line:
        line.sendall(b"GET nowhere\r\n\r\n")
        answer = line.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 400 Bad Request\r\n")
    assert ("nowhere" in answer, "Cette demande n’a pas pu être lue." in answer) == (False, True)
