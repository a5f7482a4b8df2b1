"""A site of its own that may be killed and started again, and people who talk to it over plain HTTP."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from app import create_app
from app.core.jobs import DONE, RUNNING, Job
from app.extensions import db
from config import ROOT, Settings
from tests.people import PASSWORD
from tests.places import lay_places

STARTS = 60.0
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], seconds: float, every: float = 0.1) -> bool:
    """Wait until the condition holds; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every)
    return bool(condition())


@dataclass
class Site:
    """One site on a folder; ``app`` looks at the same data from this process."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.app: Flask = create_app(Settings(instance=self.folder, port=self.port, demo="0"))
        lay_places(self.app)

    def start(self) -> None:
        """Start the site as `./run` does and wait until it answers."""
        environ = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'app'}:{ROOT}",
            "BEFFROI_INSTANCE": str(self.folder),
            "BEFFROI_PORT": str(self.port),
            "BEFFROI_DEMO": "0",
            "BEFFROI_DATABASE_URL": "",
        }
        command = [sys.executable, "-m", "supervisor.serve"]
        with (self.folder / "site.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        assert until(self.answers, STARTS), self.said()

    def said(self) -> str:
        """Return what the processes wrote on their standard error."""
        return (self.folder / "site.log").read_text(encoding="utf-8", errors="replace")

    def answers(self) -> bool:
        """Tell whether the health page answers 200."""
        try:
            return Person(self).get("/healthz").status == 200
        except OSError:
            return False

    def family(self) -> list[int]:
        """Return the supervisor and all that descends from it."""
        assert self.process is not None
        found = [self.process.pid]
        for pid in found:
            with suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    found += [int(one) for one in (task / "children").read_text().split()]
        return found

    def worker(self) -> int | None:
        """Return the worker's process."""
        for pid in self.family():
            with suppress(OSError):
                if b"\0jobs\0work" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None

    def kill(self) -> None:
        """Kill -9 everything, the supervisor first so that it starts nobody again."""
        assert self.process is not None
        for pid in self.family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask the site to leave."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    @contextmanager
    def looked_at(self) -> Iterator[Flask]:
        """Look at the data from this process."""
        with self.app.test_request_context():
            try:
                yield self.app
            finally:
                db.session.remove()

    def open_jobs(self) -> list[tuple[str, str]]:
        """Return name and state of every job that is not done."""
        with self.looked_at():
            unfinished = db.session.execute(select(Job.name, Job.state).where(Job.state != DONE))
            return [(name, state) for name, state in unfinished]

    def is_running(self, job: str) -> bool:
        """Tell whether the worker has such a job in hand."""
        return (job, RUNNING) in self.open_jobs()


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    status: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.content.decode()


@dataclass
class Person:
    """Somebody at a browser without JavaScript."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Send one request on a connection of its own. Raises OSError or HTTPException when the site is not there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := CSRF.search(answer.content.decode("utf-8", "replace")):
            self.token = found.group(1)
        return answer

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self.ask("GET", path)

    def post(self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None, **more: str) -> Answer:
        """Send a form, with one file in the field ``files`` perhaps, and more headers."""
        fields = {"csrf_token": self.token, **fields}
        if file is None:
            kind, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
        else:
            kind, body = multipart(fields, *file)
        return self.ask("POST", path, body, {"Content-Type": kind, **more})

    def signed_in(self, email: str) -> Self:
        """Sign in with the password of the cast."""
        self.get("/connexion")
        answer = self.post("/connexion", {"email": email, "password": PASSWORD})
        assert answer.status == 302, answer.text
        self.get("/profil" if answer.headers["Location"] == "/connexion" else answer.headers["Location"])
        return self


def multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[str, bytes]:
    """Return the type and the body of a form with one file in the field ``files``."""
    line = secrets.token_hex(16)
    parts = [f'--{line}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = f'--{line}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{line}--\r\n".encode()
    return f"multipart/form-data; boundary={line}", body
