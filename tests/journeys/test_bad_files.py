"""Whatever file is sent, under whatever name: taken in or refused in words, and the form keeps its text."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.library.models import Blob, FileVersion, Reading
from tests.journeys.killable import multipart
from tests.journeys.oddities import (
    NEW_RESOURCE,
    TYPED,
    holds,
    is_clear,
    picture,
    wrong,
)
from tests.library.shelves import pdf, receive_bytes
from tests.support import Browser, work

pytestmark = pytest.mark.thorough


def zipped(entries: dict[str, bytes]) -> bytes:
    """Return an archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def bomb() -> bytes:
    """Return a text document whose contents unpack to far more than they weigh."""
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b" " * 300_000_000})


FILES: list[tuple[str, bytes]] = [
    ("vide.pdf", b""),
    ("texte.pdf", b"pas un PDF"),
    ("tronqué.pdf", b"%PDF-1.7\n1 0 obj\n<<"),
    ("octets.pdf", bytes(range(256)) * 50),
    ("programme.exe", b"MZ\x90\x00"),
    ("page.html.svg", b"<svg onload='alert(1)'/>"),
    ("sans-extension", b"bonjour"),
    (".pdf", b"%PDF-1.7"),
    ("zip.docx", zipped({"a": b"b"})),
    ("tronqué.docx", zipped({"word/document.xml": b"<a/>", "[Content_Types].xml": b"<a/>"})[:60]),
    ("profond.odt", zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a>" * 100_000})),
    ("image.png", picture()[:40]),
    ("nul.txt", b"\x00" * 1000),
    ("moitiés.txt", b"\xed\xa0\x80\xff\xfe" * 50),
]


@pytest.mark.parametrize(("name", "content"), FILES, ids=[name for name, _ in FILES])
def test_any_file_is_taken_in_or_refused_in_words(app: Flask, me: Browser, name: str, content: bytes) -> None:
    alone, in_form = _sent_both_ways(me, name, content)
    assert (alone.status_code, in_form.status_code) in {(201, 302), (422, 422)}
    assert _is_refused_in_words(alone, in_form) or _is_in_and_read(app, me, in_form)


@pytest.mark.slow
def test_bomb_is_refused_in_words(me: Browser) -> None:
    for name, content in (("bombe.odt", bomb()), ("pixels.png", picture((30_000, 30_000)))):
        alone, in_form = _sent_both_ways(me, name, content)
        assert (alone.status_code, in_form.status_code) == (422, 422)
        assert _is_refused_in_words(alone, in_form)


def _sent_both_ways(me: Browser, name: str, content: bytes) -> tuple[TestResponse, TestResponse]:
    """Send a file as the page's script does, then in the form; return both answers, each in words."""
    me.get("/")
    fetched = {"X-Requested-With": "fetch"}
    alone = me.post(NEW_RESOURCE, {"files": (io.BytesIO(content), name)}, headers=fetched)
    fields = {"title": TYPED, "kind": "report", "audience": "space", "files": (io.BytesIO(content), name)}
    in_form = me.post(NEW_RESOURCE, fields)
    assert is_clear(alone)
    assert is_clear(in_form)
    return alone, in_form


def _is_refused_in_words(alone: TestResponse, in_form: TestResponse) -> bool:
    """Tell whether both refuse with the same sentence, the form with what was typed."""
    sentence = str((alone.json or {}).get("error", ""))
    words = sentence.replace(" :", ":")[:20].split("«")[-1].strip()[:10]
    return in_form.status_code == 422 and bool(words) and holds(in_form, TYPED) and holds(in_form, words)


def _is_in_and_read(app: Flask, me: Browser, in_form: TestResponse) -> bool:
    """Tell whether the resource opens and its file was read, or said to be unreadable."""
    work(app)
    opens = me.get(in_form.headers["Location"]).status_code == 200
    with app.app_context():
        return opens and Reading.WAITING not in db.session.scalars(select(Blob.reading)).all()


@pytest.mark.parametrize(
    "name",
    [
        "é" * 200 + ".txt",
        "\u202etxt.exe.txt",
        "שלום עולם.txt",
        "../../../etc/passwd.txt",
        "C:\\Windows\\win.txt",
        "a\x01b\x1fc.txt",
        "retour\r\nSet-Cookie: x.txt",
        "🎉 東京.txt",
        "a/b%2Fc?d#e&f;g.txt",
        '"guillemets".txt',
        "nul.TXT",
        " .txt",
        "....txt",
    ],
)
def test_any_file_name_is_made_harmless_and_can_be_downloaded(app: Flask, me: Browser, name: str) -> None:
    sent_name = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")  # as browsers do (WHATWG)
    fields = {"title": TYPED, "kind": "report", "audience": "space", "files": (io.BytesIO(b"Bonjour."), sent_name)}
    answer = me.post(NEW_RESOURCE, fields)
    assert answer.status_code in {302, 422}
    assert is_clear(answer)
    if answer.status_code == 422:
        return
    page = me.get(answer.headers["Location"])
    with app.app_context():
        kept = db.session.scalars(select(FileVersion).order_by(FileVersion.id.desc())).first()
        assert kept is not None
        shown, public_id = kept.name, kept.public_id
    assert len(shown) <= 200
    assert not set(shown) & set("/\\\x00\r\n\x01\x1f\u202e")
    assert page.status_code == 200
    for address in (f"/fichiers/{public_id}/{quote(shown)}", f"/fichiers/{public_id}/{quote(shown)}?enregistrer=1"):
        sent = me.get(address)
        assert (sent.status_code, sent.data) == (200, b"Bonjour.")


def test_file_over_the_limit_is_refused_in_words_and_the_form_keeps_its_text(app: Flask, me: Browser) -> None:
    limit = app.config["SETTINGS"].max_file_mb * 1024 * 1024
    me.get("/")
    fields = {"csrf_token": me.token, "title": TYPED, "kind": "report"}
    kind, body = multipart(fields, "gros.pdf", b"%PDF-1.7" + bytes(limit))
    answer = me.client.post(NEW_RESOURCE, data=body, content_type=kind)
    assert (answer.status_code, holds(answer, TYPED), holds(answer, "la limite est de")) == (422, True, True)


@pytest.mark.parametrize("announced", ["99999999999999", str(2**63), "-1", "beaucoup", "1e9", ""])
def test_announced_length_is_not_believed(me: Browser, names: dict[str, str], announced: str) -> None:
    me.get("/")
    for path in (NEW_RESOURCE, f"/discussions/{names['thread']}/reponses", "/connexion"):
        for fetched in ({}, {"X-Requested-With": "fetch"}):
            overrides = {"CONTENT_LENGTH": announced, "wsgi.input": io.BytesIO(b"body=a")}
            sent = {"headers": {"X-CSRFToken": me.token, **fetched}, "environ_overrides": overrides}
            assert wrong(me, path, method="POST", content_type="application/x-www-form-urlencoded", **sent) == []


def test_too_many_files_in_one_form_are_refused_in_words(app: Flask, me: Browser) -> None:
    many = [(io.BytesIO(f"Note {n}.".encode()), f"note-{n}.txt") for n in range(60)]
    answer = me.post(NEW_RESOURCE, {"title": TYPED, "kind": "report", "audience": "space", "files": many})
    assert is_clear(answer)
    assert (answer.status_code, holds(answer, TYPED)) in {(409, True), (422, True)}


def test_same_file_twice_is_kept_once(app: Flask, me: Browser) -> None:
    content = pdf("Une page.")
    with app.app_context():
        assert receive_bytes(content, "a.pdf").sha256 == receive_bytes(content, "b.pdf").sha256
    files = [(io.BytesIO(content), "a.pdf"), (io.BytesIO(content), "b.pdf")]
    answer = me.post(NEW_RESOURCE, {"title": TYPED, "kind": "report", "audience": "space", "files": files})
    assert answer.status_code == 302
