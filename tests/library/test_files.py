"""How a file is sent: its name, its headers, a part of it, nothing but its headers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core.storage import storage
from app.extensions import db
from app.library.models import FileVersion
from app.library.reading.pictures import VIEW_WIDTH, picture_name
from app.library.views import showing
from app.library.webp import webp_size
from tests.library.shelves import pdf, shared
from tests.people import MEMBER, Cast
from tests.support import CountedStatements, work

CONTENT = pdf("Une page")


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def address(app: Flask, content: bytes, name: str) -> str:
    shared(app, "D", files=[(content, name)])
    with app.app_context():
        version = db.session.scalars(select(FileVersion).order_by(FileVersion.id.desc()).limit(1)).one()
        return f"/fichiers/{version.public_id}/{version.name}"


@pytest.mark.parametrize(
    ("content", "name", "media_type", "shown"),
    [
        (CONTENT, "a.pdf", "application/pdf", "inline"),
        (b"Bonjour", "a.txt", "text/plain; charset=utf-8", "inline"),
        (b"<p>Bonjour</p>", "a.html", "text/html; charset=utf-8", "attachment"),
        (b"# Bonjour", "a.md", "text/markdown; charset=utf-8", "attachment"),
        (b"a;b\n1;2", "a.csv", "text/csv; charset=utf-8", "attachment"),
    ],
)
def test_only_harmless_types_are_shown_and_in_a_sandbox(
    app: Flask, browser: Any, content: bytes, name: str, media_type: str, shown: str
) -> None:
    member, where = browser(MEMBER), address(app, content, name)
    answer = member.get(where)
    assert answer.status_code == 200
    assert answer.data == content
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Content-Disposition"].startswith(shown)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    saved = member.get(f"{where}?enregistrer=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_name_is_sent_in_every_script(app: Flask, browser: Any) -> None:
    answer = browser(MEMBER).get(address(app, CONTENT, "Bilan été – Évreux.pdf"))
    assert (
        "filename*=UTF-8''Bilan%20%C3%A9t%C3%A9%20%E2%80%93%20%C3%89vreux.pdf" in answer.headers["Content-Disposition"]
    )


def test_part_of_a_file_and_its_headers_alone(app: Flask, browser: Any) -> None:
    member, where = browser(MEMBER), address(app, CONTENT, "a.pdf")
    part = member.get(where, headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.data) == (206, CONTENT[:8])
    assert part.headers["Content-Range"] == f"bytes 0-7/{len(CONTENT)}"
    beyond = member.get(where, headers={"Range": f"bytes={len(CONTENT) + 10}-"})
    assert beyond.status_code == 416
    head = member.client.head(where)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(CONTENT)))
    for answer in (part, beyond, head):
        answer.close()
    for answer in (part, head):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("width", [1, 999, 5000, 10**30])
def test_only_the_pictures_we_make_are_sent(app: Flask, browser: Any, width: int) -> None:
    member, where = browser(MEMBER), address(app, CONTENT, "a.pdf").rpartition("/")[0]
    work(app)
    assert member.get(f"{where}/pages/1-1000.webp").mimetype == "image/webp"
    assert member.get(f"{where}/pages/1-{width}.webp").status_code == 404
    for page in (0, 2, 10**30, 10**300):
        assert member.get(f"{where}/pages/{page}-1000.webp").status_code == 404
        assert member.get(f"{where}/pages/{page}/etat").status_code == 404


def test_lost_bytes_are_a_page_not_found_and_not_a_fault(app: Flask, browser: Any) -> None:
    member, where = browser(MEMBER), address(app, pdf("perdu"), "a.pdf")
    with app.app_context():
        sha256 = db.session.scalars(select(FileVersion)).one().blob.sha256
        storage().remove(sha256)
    assert member.get(where).status_code == 404


def test_size_of_a_picture_is_read_from_its_head(app: Flask) -> None:
    _public_id, _ = shared(app, "D", files=[(CONTENT, "a.pdf")])
    work(app)
    with app.app_context():
        blob = db.session.scalars(select(FileVersion)).one().blob
        path = storage().derived(picture_name(blob.sha256, 1, VIEW_WIDTH))
        assert path is not None
        with Image.open(path) as drawn:
            assert webp_size(path.read_bytes()[:32]) == drawn.size
    assert webp_size(b"RIFF") is None
    assert webp_size(b"\x89PNG" + b"\0" * 40) is None


@pytest.mark.slow
def test_document_is_read_though_its_pictures_cannot_be_asked_for(
    app: Flask, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OperationalError("x", {}, Exception("database or disk is full"))

    public_id, _ = shared(app, "Lu", files=[(pdf(*(f"Feuillet {n}" for n in range(1, 16))), "a.pdf")])
    work(app)
    monkeypatch.setattr(showing, "draw_soon", full)
    answer = browser(MEMBER).get(f"/ressources/{public_id}-lu?page=14")
    assert answer.status_code == 200
    assert "Feuillet 14" in answer.text


def test_page_that_waits_for_its_picture_is_asked_for_once(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Lu", files=[(pdf(*(f"Feuillet {n}" for n in range(1, 16))), "a.pdf")])
    work(app)
    member, asked = browser(MEMBER), []
    for _ in range(2):
        with CountedStatements(app) as counted:
            member.get(f"/ressources/{public_id}-lu?page=14")
        asked.append(sum(one.startswith("INSERT INTO job") for one in counted.statements))
    assert asked == [1, 0]
