"""Sending a file in pieces, as tus 1.0.0 says: core, creation, checksum, expiration, termination."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.parts import parts
from app.core.storage import storage
from app.extensions import db
from app.library.models import Blob, ReceivedFile
from app.library.staging.models import StagedResource
from app.library.uploads.models import Upload
from tests.library.shelves import pdf
from tests.library.uploads.tus import BASE, Tus, encoded, sha1
from tests.people import MEMBER, Cast

FILE = pdf("Un bilan en deux morceaux")
HALF = len(FILE) // 2


@pytest.fixture(autouse=True)
def _everybody(app: Flask, cast: Cast) -> None:
    """Every test has the cast; the folder of parts outlives the tables."""
    with app.app_context():
        BEFORE.clear()
        BEFORE.update(parts().untouched(-60))


@pytest.fixture
def tus(browser: Any) -> Tus:
    return Tus(browser(MEMBER))


def kept_parts(app: Flask) -> set[str]:
    """Return the parts of this test's uploads that are still there, and those of no upload."""
    with app.app_context():
        return set(parts().untouched(-60)) - BEFORE


BEFORE: set[str] = set()


def test_file_sent_in_pieces_waits_to_be_completed_byte_for_byte(app: Flask, tus: Tus) -> None:
    begun = tus.create(len(FILE))
    assert (begun.status_code, begun.headers["Tus-Resumable"]) == (201, "1.0.0")
    where = begun.headers["Location"]
    first = tus.patch(where, FILE[:HALF], 0)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(HALF))
    head = tus.ask("HEAD", where)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(HALF), str(len(FILE)))
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Upload-Metadata"].startswith("filename ")
    assert tus.patch(where, FILE[HALF:], HALF).headers["Upload-Offset"] == str(len(FILE))
    assert tus.offset(where) == len(FILE)
    assert kept_parts(app) == set()
    with app.app_context():
        received = db.session.scalars(select(ReceivedFile)).one()
        assert received.form == db.session.scalars(select(StagedResource)).one().form
        assert received.blob.sha256 == hashlib.sha256(FILE).hexdigest()
        assert storage().path(received.blob.sha256).read_bytes() == FILE


def test_server_says_what_it_can_do(tus: Tus) -> None:
    said = tus.ask("OPTIONS", BASE, Tus_Resumable=None)
    assert said.status_code == 204
    assert said.headers["Tus-Version"] == "1.0.0"
    assert set(said.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "checksum",
        "termination",
    }
    assert said.headers["Tus-Max-Size"] == str(50 * 1024 * 1024)


def test_another_version_is_refused_and_ours_is_named(tus: Tus) -> None:
    for version in (None, "0.2.2"):
        answer = tus.create(9, Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_piece_that_begins_elsewhere_is_refused_and_changes_nothing(tus: Tus) -> None:
    where = tus.begun(len(FILE))
    tus.patch(where, FILE[:HALF], 0)
    for at in (0, HALF - 1, HALF + 1, len(FILE)):
        assert tus.patch(where, FILE[at : at + 9], at).status_code == 409
    assert tus.offset(where) == HALF


def test_last_piece_sent_again_after_its_answer_was_lost_doubles_nothing(app: Flask, tus: Tus) -> None:
    where = tus.sent(FILE)
    assert tus.patch(where, FILE[HALF:], HALF).status_code == 409
    assert tus.offset(where) == len(FILE)
    with app.app_context():
        assert len(db.session.scalars(select(StagedResource)).all()) == 1


def test_first_piece_may_come_with_the_creation(tus: Tus) -> None:
    answer = tus.ask(
        "POST",
        BASE,
        FILE[:HALF],
        Upload_Length=len(FILE),
        Upload_Metadata=f"filename {encoded('Bilan.pdf')}",
        Content_Type="application/offset+octet-stream",
    )
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(HALF))
    assert tus.offset(answer.headers["Location"]) == HALF


def test_networks_that_know_get_and_post_alone_are_served(tus: Tus) -> None:
    where = tus.begun(len(FILE))
    sent = {"Upload_Offset": 0, "Content_Type": "application/offset+octet-stream"}
    assert tus.ask("POST", where, FILE[:HALF], X_HTTP_Method_Override="PATCH", **sent).status_code == 204
    assert tus.ask("POST", where, X_HTTP_Method_Override="DELETE").status_code == 204
    assert tus.ask("POST", where).status_code == 400


def test_piece_that_is_not_what_was_meant_is_dropped_whole(tus: Tus) -> None:
    where = tus.begun(len(FILE))
    assert tus.patch(where, FILE[:HALF], 0, Upload_Checksum=sha1(b"autre chose")).status_code == 460
    assert tus.offset(where) == 0
    assert tus.patch(where, FILE[:HALF], 0, Upload_Checksum="md5 AAAA").status_code == 400
    assert tus.patch(where, FILE[:HALF], 0, Upload_Checksum=sha1(FILE[:HALF])).status_code == 204
    assert tus.offset(where) == HALF


def test_more_than_was_announced_is_refused(tus: Tus) -> None:
    where = tus.begun(len(FILE))
    assert tus.patch(where, FILE + b"de trop", 0).status_code == 413
    assert tus.offset(where) == 0


def test_upload_given_up_is_gone(app: Flask, tus: Tus) -> None:
    where = tus.begun(len(FILE))
    tus.patch(where, FILE[:HALF], 0)
    assert tus.ask("DELETE", where).status_code == 204
    assert tus.offset(where) is None
    assert tus.patch(where, FILE[HALF:], HALF).status_code == 404
    assert kept_parts(app) == set()


def test_upload_says_until_when_it_is_kept_and_is_gone_after(tus: Tus) -> None:
    answer = tus.create(len(FILE))
    until = parsedate_to_datetime(answer.headers["Upload-Expires"])
    assert timedelta(days=6) < until - clock.now() < timedelta(days=8)
    late = clock.now() + timedelta(days=8)
    clock.set_clock(lambda: late)
    assert tus.ask("HEAD", answer.headers["Location"]).status_code == 410


@pytest.mark.parametrize(
    ("size", "name", "status", "words"),
    [
        (60 * 1024 * 1024, "Lourd.pdf", 413, "la limite est de"),
        (0, "Vide.pdf", 422, "est vide"),
        (9, "programme.exe", 422, "(.exe)"),
        (9, "sans extension", 422, "extension"),
        (9, "", 422, "extension"),
    ],
)
def test_what_could_never_be_accepted_is_refused_before_it_is_sent(
    app: Flask, tus: Tus, size: int, name: str, status: int, words: str
) -> None:
    answer = tus.create(size, name)
    assert (answer.status_code, words in answer.get_json()["error"]) == (status, True)
    assert kept_parts(app) == set()


def test_file_that_lies_about_its_type_is_refused_in_words_and_stays_refused(app: Flask, tus: Tus) -> None:
    where = tus.begun(9)
    answer = tus.patch(where, b"MZ\x90\x00\x03\x00\x00\x00\x04", 0)
    assert answer.status_code == 422
    assert "n’est pas un vrai fichier .pdf" in answer.get_json()["error"]
    assert tus.ask("HEAD", where).status_code == 410
    assert kept_parts(app) == set()
    with app.app_context():
        assert db.session.scalars(select(Blob)).all() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": "beaucoup"},
        {"Upload_Length": "-1"},
        {"Upload_Length": "9" * 30},
        {"Upload_Length": None, "Upload_Defer_Length": "1"},
        {"Upload_Metadata": "filename ***"},
        {"Upload_Metadata": "filename " + "A" * 5000},
    ],
)
def test_headers_that_cannot_be_read_are_refused(tus: Tus, headers: dict[str, Any]) -> None:
    assert tus.create(9, **headers).status_code == 400


def test_names_are_made_harmless(app: Flask, tus: Tus) -> None:
    tus.begun(9, "../../etc/\u202epasswd\x00.pdf")
    with app.app_context():
        assert db.session.scalars(select(Upload.name)).one() == "passwd.pdf"


def test_piece_of_another_type_or_without_its_place_is_refused(tus: Tus) -> None:
    where = tus.begun(9)
    assert tus.patch(where, b"x", 0, Content_Type="text/plain").status_code == 415
    assert tus.patch(where, b"x", 0, Upload_Offset=None).status_code == 400
    assert tus.patch(where, b"x", 0, X_CSRFToken="faux").status_code == 400
