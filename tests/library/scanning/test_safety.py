"""Nothing is opened before the antivirus has looked at it, and what it found something in never is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.mail import FolderTransport
from app.core.slots import collect
from app.extensions import db
from app.library.files import keep_received
from app.library.models import Blob, FileVersion, Reading, Resource, Safety
from app.library.receiving import FileRefusedError
from app.library.scanning.jobs import check_files, check_soon
from app.library.versions import go_back, replace_file
from app.search.operations import find
from app.search.query import parse
from tests.library.scanning.scanner import EICAR, nobody_there, scanner
from tests.library.shelves import pdf, receive_bytes, share, shared, upload
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, PRIVATE, Cast
from tests.support import loaded, work

INFECTED = b"Le guetteur veille.\n" + EICAR


@pytest.fixture(autouse=True)
def _everybody(cast: Cast, _empty_index: None) -> None:
    """Every test has the cast and an empty index."""


@pytest.fixture
def antivirus(app: Flask) -> Iterator[Callable[[str], None]]:
    """A function that gives the site an antivirus at an address, or none."""
    settings = app.config["SETTINGS"]

    def give(url: str) -> None:
        app.config["SETTINGS"] = replace(settings, antivirus_url=url)
        app.extensions.pop("antivirus", None)

    yield give
    give("")


def the_blob() -> Blob:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Blob).order_by(Blob.id.desc()).limit(1)).one()


def address(app: Flask) -> str:
    with app.app_context():
        version = db.session.scalars(select(FileVersion).order_by(FileVersion.id.desc()).limit(1)).one()
        return f"/fichiers/{version.public_id}/{version.name}"


@pytest.mark.slow
def test_clean_file_waits_then_opens(app: Flask, browser: Any, antivirus: Callable[[str], None]) -> None:
    with scanner() as url:
        antivirus(url)
        public_id, _ = shared(app, "Note", files=[(pdf("le guetteur"), "n.pdf")])
        where, author, member = address(app), browser(FACILITATOR), browser(MEMBER)
        waiting = member.get(where)
        assert waiting.status_code == 409
        assert ("pas encore vérifié par l" in waiting.text, "plus possible" in waiting.text) == (True, False)
        assert author.get(where).status_code == 200
        page = member.get(f"/ressources/{public_id}-note").text
        assert ("Pas encore vérifié par l" in page, where in page) == (True, False)
        packed = ZipFile(io.BytesIO(member.post(f"/ressources/{public_id}/archive").data))
        assert packed.namelist() == ["fiche.html", "fiche.json"]
        work(app)
    assert member.get(where).status_code == 200
    with app.app_context():
        assert (the_blob().safety, the_blob().reading) == (Safety.CLEAN, Reading.SEARCHABLE)


def test_infected_file_is_never_opened_read_or_found(
    app: Flask, browser: Any, antivirus: Callable[[str], None]
) -> None:
    with scanner() as url:
        antivirus(url)
        public_id, resource_id = shared(app, "Piège", files=[(INFECTED, "piege.txt")])
        work(app)
    where = address(app)
    for email, brought_it in ((FACILITATOR, True), (MEMBER, False)):
        answer = browser(email).get(where)
        assert (answer.status_code, "quarantaine" in answer.text, "Retirez-le" in answer.text) == (
            409,
            True,
            brought_it,
        )
    page = browser(MEMBER).get(f"/ressources/{public_id}-piege").text
    assert ("En quarantaine" in page, "guetteur" in page) == (True, False)
    with app.app_context():
        blob = the_blob()
        assert (blob.safety, blob.signature, blob.page_count) == (Safety.INFECTED, "Eicar-Signature", 0)
        lines = select(AuditEntry.action).where(AuditEntry.subject_id == resource_id)
        assert "resource.file_quarantined" in db.session.scalars(lines).all()
        with app.test_request_context():
            assert find(loaded(MEMBER), parse("guetteur").query).total == 0


@pytest.mark.slow
def test_who_brought_an_infected_file_and_who_runs_its_space_are_told_once(
    app: Flask, browser: Any, antivirus: Callable[[str], None]
) -> None:
    with scanner() as url:
        antivirus(url)
        shared(app, "Piège secret", by=MEMBER, space=PRIVATE, files=[(INFECTED, "piege.txt")])
        shared(app, "Encore", by=MEMBER, space=PRIVATE, files=[(INFECTED, "encore.txt")])
        other = browser(GUEST)
        other.post(f"/espaces/{OPEN}/ressources/depot", {"files": upload(INFECTED, "autre.txt")})
        work(app)
        with app.app_context(), transaction():
            check_soon(Blob.safety == Safety.INFECTED)
        work(app)
    transport: FolderTransport = app.extensions["mail_transport"]
    sent = [one for one in transport.messages() if "quarantaine" in str(one["Subject"])]
    told = {str(one["To"]): str(one.get_body(("plain",)).get_content()) for one in sent}  # type: ignore[union-attr]
    assert len(sent) == 3
    assert set(told) == {MEMBER, FACILITATOR, GUEST}
    assert "Vous l’aviez envoyé" in told[MEMBER]
    assert told[MEMBER].count("/ressources/") == 2
    assert "Vous animez l’espace" in told[FACILITATOR]
    assert ("Vous l’aviez envoyé" in told[GUEST], "secret" in told[GUEST]) == (True, False)


def test_bytes_known_to_be_infected_are_refused_by_every_way_in(
    context: Flask, antivirus: Callable[[str], None]
) -> None:
    with scanner() as url:
        antivirus(url)
        made = share("Piège", files=[(INFECTED, "piege.txt")])
        work(context)
        clean, again = receive_bytes(b"propre", "propre.txt"), receive_bytes(INFECTED, "autre nom.txt")
        with transaction():
            replace_file(loaded(FACILITATOR), made.attachments[0], clean)
        for deed in (
            lambda: keep_received(loaded(MEMBER), f"/espaces/{OPEN}/ressources/nouvelle", again),
            lambda: replace_file(loaded(FACILITATOR), made.attachments[0], again),
            lambda: go_back(loaded(FACILITATOR), made.attachments[0], 1),
        ):
            with pytest.raises(FileRefusedError, match="quarantaine"), transaction():
                deed()
        with pytest.raises(FileRefusedError):
            share("Encore", files=[(INFECTED, "p.txt")])


@pytest.mark.slow
def test_file_waits_for_a_scanner_that_is_away_and_is_asked_about_again(
    context: Flask, antivirus: Callable[[str], None]
) -> None:
    antivirus(nobody_there())
    share(files=[(b"Le guetteur", "g.txt")])
    work(context)
    assert (the_blob().safety, the_blob().reading) == (Safety.WAITING, Reading.WAITING)
    start = now()
    clock.set_clock(lambda: start + timedelta(minutes=20))
    with context.app_context():
        [check] = [one for one in collect("health.checks") if one.name == "antivirus"]
        assert (check.ok, check.figures) == (False, {"waiting": 1})
    with scanner() as url:
        antivirus(url)
        work(context)
    assert (the_blob().safety, the_blob().reading) == (Safety.CLEAN, Reading.SEARCHABLE)


def test_files_that_came_before_stay_open_and_are_looked_at_later(
    context: Flask, antivirus: Callable[[str], None]
) -> None:
    made = share(files=[(INFECTED, "ancien.txt")])
    work(context)
    assert (the_blob().safety, the_blob().reading) == (Safety.UNCHECKED, Reading.SEARCHABLE)
    with scanner() as url:
        antivirus(url)
        check_files({})
        assert the_blob().safety == Safety.UNCHECKED
        work(context)
    assert (the_blob().safety, the_blob().page_count) == (Safety.INFECTED, 0)
    antivirus("")
    work(context)
    assert db.session.get_one(Resource, made.id).attachments[0].current.blob.safety == Safety.INFECTED


def test_files_that_waited_are_read_when_the_site_gives_its_antivirus_up(
    context: Flask, antivirus: Callable[[str], None]
) -> None:
    antivirus(nobody_there())
    share(files=[(b"Le guetteur", "g.txt")])
    work(context)
    antivirus("")
    check_files({})
    work(context)
    assert (the_blob().safety, the_blob().reading) == (Safety.UNCHECKED, Reading.SEARCHABLE)


def test_files_that_waited_are_read_soon_after_the_command(context: Flask, antivirus: Callable[[str], None]) -> None:
    antivirus(nobody_there())
    share(files=[(b"Le guetteur", "g.txt")])
    work(context)
    with scanner() as url:
        antivirus(url)
        said = context.test_cli_runner().invoke(args=["library", "check-files"]).output
        assert said == "1 file will be checked\n"
        start = now()
        clock.set_clock(lambda: start + timedelta(seconds=31))
        work(context)
    assert (the_blob().safety, the_blob().reading) == (Safety.CLEAN, Reading.SEARCHABLE)


@pytest.mark.slow
def test_false_alarm_is_let_go_by_command(
    context: Flask, antivirus: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with scanner() as url:
        antivirus(url)
        share(files=[(INFECTED, "piege.txt")])
        work(context)
        monkeypatch.setattr("tests.library.scanning.scanner.EICAR", b"known better now")
        said = context.test_cli_runner().invoke(args=["library", "check-files"]).output
        assert said == "1 file will be checked\n"
        work(context)
    assert (the_blob().safety, the_blob().reading) == (Safety.CLEAN, Reading.SEARCHABLE)
