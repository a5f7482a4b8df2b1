"""A resource taken away whole: everything in it, under names that are safe on every system, without holding it."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.storage import storage
from app.extensions import db
from app.library.models import FileVersion
from app.library.packing import Entry, names_apart, zipped
from tests.library.shelves import shared
from tests.people import FACILITATOR, MEMBER, OUTSIDER, PRIVATE, Cast


@pytest.fixture
def _everybody(cast: Cast) -> None:
    """The cast."""


def archive(answer: Any) -> ZipFile:
    return ZipFile(io.BytesIO(answer.data))


@pytest.mark.usefixtures("_everybody")
def test_archive_holds_the_record_and_the_current_files(app: Flask, browser: Any) -> None:
    files = [(b"un", "Bilan été.txt"), (b"deux", "bilan Été.txt"), (b"perdu", "perdu.txt")]
    public_id, _ = shared(
        app, "Le <b>titre</b>", summary="Résumé", tags=["Jeunesse"], files=files, space=PRIVATE, audience="network"
    )
    with app.app_context():
        lost = db.session.scalars(select(FileVersion).where(FileVersion.name == "perdu.txt")).one()
        storage().remove(lost.blob.sha256)
    answer = browser(OUTSIDER).post(f"/ressources/{public_id}/archive")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="le-b-titre-b.zip"'
    packed = archive(answer)
    assert packed.testzip() is None
    assert packed.namelist() == [
        "fiche.html",
        "fiche.json",
        "fichiers/Bilan été.txt",
        "fichiers/bilan Été (2).txt",
    ]
    assert packed.read("fichiers/bilan Été (2).txt") == b"deux"
    page = packed.read("fiche.html").decode()
    assert "Le &lt;b&gt;titre&lt;/b&gt;" in page
    assert "fichiers/Bilan%20%C3%A9t%C3%A9.txt" in page
    assert "absent de cette archive" in page
    said = json.loads(packed.read("fiche.json"))
    assert (said["resources"][0]["title"], said["resources"][0]["tags"]) == ("Le <b>titre</b>", "Jeunesse")
    assert [one["path"] for one in said["files"]][2] is None
    assert said["about"]["space"] is None, "the name of a space one must not know of"
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (line.action, line.detail) == ("resource.packed", {"files": 3})


@pytest.mark.usefixtures("_everybody")
def test_archive_is_given_to_those_who_read_and_to_nobody_else(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Secret", files=[(b"secret", "s.txt")], space=PRIVATE)
    who = {email: browser(email).post(f"/ressources/{public_id}/archive").status_code for email in (MEMBER, OUTSIDER)}
    assert who == {MEMBER: 200, OUTSIDER: 404}
    assert browser(FACILITATOR).get(f"/ressources/{public_id}/archive").status_code == 405


def test_names_in_an_archive_are_safe_and_differ_everywhere() -> None:
    given = ["../../etc/passwd", "C:\\x\\a.pdf", "A.PDF", "e\u0301.txt", "\u00e9.txt", "CON.txt", "\u202egpj.exe", ""]
    assert names_apart(given) == [
        "passwd",
        "a.pdf",
        "A (2).PDF",
        "\u00e9.txt",
        "\u00e9 (2).txt",
        "_CON.txt",
        "gpj.exe",
        "fichier",
    ]


def test_archive_is_never_held_in_memory(tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    tracemalloc.start()
    sizes = [len(piece) for piece in zipped([Entry("a.bin", now(), big), Entry("b.txt", now(), b"fin")])]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(sizes) < 2 * 1024 * 1024
    assert peak < 8 * 1024 * 1024
