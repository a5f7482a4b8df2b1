"""A server killed with -9 in the middle of a file: its sender goes on, and every byte is there once."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.extensions import db
from app.library.models import Blob, ReceivedFile
from tests.journeys.killable import Answer, Person, Site, until
from tests.library.uploads.tus import BASE, encoded
from tests.people import MEMBER, bring_in

pytestmark = pytest.mark.slow
PIECE = "application/offset+octet-stream"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A started site with the cast."""
    running = Site(tmp_path / "instance")
    running.start()
    with running.looked_at():
        bring_in()
    yield running
    running.stop()
    with running.looked_at():
        db.engine.dispose()


def ask(person: Person, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    sent = {"Tus-Resumable": "1.0.0", "X-Requested-With": "fetch", "X-CSRFToken": person.token}
    return person.ask(method, path, body, sent | {name.replace("_", "-"): value for name, value in headers.items()})


def begin_to_send(person: Person, path: str, content: bytes, at: int, announced: int) -> socket.socket:
    """Send part of a piece on a line that stays open."""
    lines = [
        f"PATCH {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in person.cookies.items())}",
        "Tus-Resumable: 1.0.0",
        f"X-CSRFToken: {person.token}",
        f"Upload-Offset: {at}",
        f"Content-Type: {PIECE}",
        f"Content-Length: {announced}",
    ]
    line = socket.create_connection(("127.0.0.1", person.site.port), timeout=20)
    line.sendall("\r\n".join([*lines, "", ""]).encode() + content)
    return line


def test_file_goes_on_after_the_server_was_killed_and_while_a_dead_line_hangs(site: Site) -> None:
    content = os.urandom(3_000_000).hex().encode()
    person = Person(site).signed_in(MEMBER)
    person.get("/moi/profil")
    said = f"filename {encoded('releve.txt')}"
    where = ask(person, "POST", BASE, Upload_Length=str(len(content)), Upload_Metadata=said).headers["Location"]

    def come() -> int:
        return int(ask(person, "HEAD", where).headers["Upload-Offset"])

    cut = begin_to_send(person, where, content[:2_000_000], 0, len(content))
    assert until(lambda: come() > 1_000_000, 20)
    site.kill()
    cut.close()
    site.start()
    at = come()
    assert 1_000_000 < at <= 2_000_000
    hanging = begin_to_send(person, where, content[at : at + 1_000_000], at, len(content) - at)
    assert until(lambda: come() > at, 20)
    at = come()
    sent = ask(person, "PATCH", where, content[at:4_000_000], Upload_Offset=str(at), Content_Type=PIECE)
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "4000000")
    last = ask(person, "PATCH", where, content[4_000_000:], Upload_Offset="4000000", Content_Type=PIECE)
    hanging.close()
    assert last.status == 204, last.text
    with site.looked_at():
        kept = db.session.scalars(select(ReceivedFile)).one()
        assert db.session.get_one(Blob, kept.blob_id).sha256 == hashlib.sha256(content).hexdigest()
