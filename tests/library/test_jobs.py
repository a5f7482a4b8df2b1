"""Reading files in the background: once, whole, and again after whatever killed it."""

from __future__ import annotations

import io
import os
import sys
import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import DataExport
from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import RUNNING, Job
from app.core.storage import storage
from app.core.worker import Worker
from app.extensions import db
from app.library import jobs
from app.library.files import keep_blob, keep_received
from app.library.jobs import extract, proposals, sweep, sweep_storage
from app.library.models import Blob, FileVersion, Page, Reading, ReceivedFile
from app.library.reading.limits import Limits
from app.library.reading.pictures import THUMBNAIL_WIDTH, VIEW_WIDTH, picture_name
from app.library.reading.results import Summary
from app.library.reading.run import open_reading
from app.library.states import file_facts, state_of
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Space
from tests.library.shelves import pdf, receive_bytes, share
from tests.people import MEMBER, OPEN, Cast
from tests.support import loaded, work


@pytest.fixture(autouse=True)
def _everybody(context: Flask, cast: Cast, _empty_index: None) -> None:
    """Every test has the cast, a context and an empty index."""


def the_blob() -> Blob:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Blob)).one()


def pages() -> list[tuple[int, str, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Page.n, Page.unit, Page.text).order_by(Page.n))
    return [(n, unit, text) for n, unit, text in rows]


@pytest.mark.slow
def test_file_is_read_page_by_page(context: Flask) -> None:
    share(files=[(pdf("premier", "deuxième", title="Un titre"), "d.pdf")])
    work(context)
    blob = the_blob()
    assert (blob.reading, blob.page_count, blob.proposed["title"]) == (Reading.SEARCHABLE, 2, "Un titre")
    assert pages() == [(1, "page", "premier"), (2, "page", "deuxième")]
    page = db.session.scalars(select(Page).where(Page.n == 2)).one()
    assert len(page.boxes) == 1


@pytest.mark.slow
def test_long_sheet_is_cut_for_the_search_and_told_as_one(context: Flask) -> None:
    table = "ville;habitants\n" + "".join(f"Ville-{n};{n}\n" for n in range(3000))
    share(files=[(table.encode(), "villes.csv")])
    work(context)
    blob = the_blob()
    assert blob.page_count > 1
    assert file_facts("villes.csv", blob) == "CSV, 1 feuille"
    assert state_of(blob).sentence.endswith("1 feuille consultable par la recherche")


@pytest.mark.slow
def test_small_file_does_not_wait_behind_a_large_one(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = pdf("petit"), pdf(*["grand"] * 9)
    monkeypatch.setattr(sys.modules[keep_blob.__module__], "LARGE", len(small))
    share(files=[(large, "grand.pdf"), (small, "petit.pdf")])
    while Worker(context).run_once("files"):
        pass
    db.session.rollback()
    read = dict(db.session.execute(select(Blob.size, Blob.reading)).all())
    assert read == {len(small): Reading.SEARCHABLE, len(large): Reading.WAITING}
    work(context)
    assert len(pages()) == 10


@pytest.mark.slow
def test_reading_again_makes_no_second_pages(context: Flask) -> None:
    share(files=[(pdf("premier", "deuxième"), "d.pdf")])
    work(context)
    before = pages()
    with transaction():
        the_blob_id = db.session.scalars(select(Blob.id)).one()
        db.session.get_one(Blob, the_blob_id).reader_version = 0
    extract({"blob_id": the_blob_id})
    extract({"blob_id": the_blob_id})
    assert pages() == before


@pytest.mark.slow
def test_reading_begun_and_broken_off_is_done_whole_by_the_next(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(files=[(pdf(*[f"page {n}" for n in range(1, 6)]), "d.pdf")])
    blob_id = the_blob().id
    db.session.rollback()
    monkeypatch.setattr(jobs, "CHUNK", 2)
    whole = jobs._write_pages
    written: list[int] = []

    def die_after_the_first(one: int, chunk: list[Any]) -> None:
        if written:
            raise SystemExit
        written.append(len(chunk))
        whole(one, chunk)

    monkeypatch.setattr(jobs, "_write_pages", die_after_the_first)
    with pytest.raises(SystemExit):
        extract({"blob_id": blob_id})
    assert (len(pages()), the_blob().reading) == (2, Reading.WAITING)
    monkeypatch.setattr(jobs, "_write_pages", whole)
    work(context)
    assert [n for n, _unit, _text in pages()] == [1, 2, 3, 4, 5]
    assert the_blob().reading == Reading.SEARCHABLE


@pytest.mark.slow
def test_job_whose_worker_died_is_taken_again_when_its_lease_is_over(context: Flask) -> None:
    share(files=[(pdf("un"), "d.pdf")])
    with transaction():
        job = db.session.scalars(select(Job).where(Job.name == "library.extract")).one()
        job.state, job.lease_owner, job.attempts = RUNNING, "dead", 1
        job.lease_until = now() + timedelta(minutes=5)
    work(context)
    assert the_blob().reading == Reading.WAITING
    start = now()
    clock.set_clock(lambda: start + timedelta(minutes=6))
    work(context)
    assert the_blob().reading == Reading.SEARCHABLE
    assert len(pages()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "name", "reading"),
    [
        (b"%PDF-1.4\n" + b"\0" * 50, "abime.pdf", {Reading.UNREADABLE}),
        (pdf(""), "blanc.pdf", {Reading.EMPTY}),
        (pdf("#rect(fill: black)"[1:]), "texte.pdf", {Reading.SEARCHABLE}),
        (b"   \n  ", "blanc.txt", {Reading.EMPTY}),
        (b"Bonjour", "b.txt", {Reading.SEARCHABLE}),
    ],
)
def test_every_file_ends_in_a_state(context: Flask, content: bytes, name: str, reading: set[str]) -> None:
    share(files=[(content, name)])
    work(context)
    assert the_blob().reading in reading
    assert db.session.scalar(select(func.count()).select_from(Job).where(Job.state != "done")) == 0


@pytest.mark.slow
def test_killed_child_leaves_a_reason(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = partial(open_reading, limits=Limits(wall=0.001))
    monkeypatch.setattr(jobs, "open_reading", hurried)
    share(files=[(pdf("trop long"), "d.pdf")])
    work(context)
    blob = the_blob()
    assert (blob.reading, blob.reading_detail) == (Reading.TOO_BIG, "timeout")


def test_missing_bytes_are_given_up_with_a_reason(context: Flask) -> None:
    share(files=[(pdf("perdu"), "d.pdf")])
    storage().remove(the_blob().sha256)
    work(context)
    blob = the_blob()
    assert (blob.reading, blob.reading_detail) == (Reading.UNREADABLE, "missing")
    failed = db.session.scalars(select(Job).where(Job.name == "library.extract")).one()
    assert failed.state == "failed"


@pytest.mark.slow
def test_first_pages_and_their_thumbnails_are_drawn_ahead(context: Flask) -> None:
    share(files=[(pdf(*"abcdefghijklmn"), "d.pdf")])
    work(context)
    sha256 = the_blob().sha256
    for width in (VIEW_WIDTH, THUMBNAIL_WIDTH):
        drawn = [n for n in range(1, 15) if storage().derived(picture_name(sha256, n, width)) is not None]
        assert drawn == list(range(1, 13))


@pytest.mark.slow
def test_language_said_by_the_file_fills_what_nobody_said(context: Flask) -> None:
    content = pdf("La commune a décidé de renforcer la prévention de la délinquance dans les quartiers de la ville.")
    unsaid, said = share(lang="", files=[(content, "a.pdf")]), share("Autre", lang="de", files=[(content, "a.pdf")])
    work(context)
    db.session.expire_all()
    assert (unsaid.lang, said.lang) == ("fr", "de")
    again = share("Encore", lang="", files=[(content, "a.pdf")])
    other = share("Toujours", lang="it", files=[(content, "a.pdf")])
    assert (again.lang, other.lang) == ("fr", "it")


def test_proposals_are_short_and_only_what_was_said() -> None:
    assert proposals(Summary("searchable", title="T" * 900, author=None)) == {"title": "T" * 300}


@pytest.mark.slow
def test_what_is_read_is_searchable_with_its_page(context: Flask) -> None:

    made = share("Diagnostic", files=[(pdf("rien"), "a.pdf"), (pdf("rien", "le guetteur"), "b.pdf")])
    work(context)
    second = made.attachments[1].public_id
    with context.test_request_context():
        [result] = find(loaded(MEMBER), parse("guetteurs").query).results
        assert result.url == f"/ressources/{made.public_id}-diagnostic?page=2&fichier={second}#document"
        assert "<mark>guetteur</mark>" in str(result.places[0].snippet)


def test_file_of_a_form_never_published_is_forgotten_after_a_while(context: Flask) -> None:
    with transaction():
        keep_received(loaded(MEMBER), f"/espaces/{OPEN}/ressources/nouvelle", receive_bytes(pdf("oublié"), "o.pdf"))
    share("Gardé", files=[(pdf("gardé"), "g.pdf")])
    sha256 = db.session.scalars(select(Blob.sha256).order_by(Blob.id)).first()
    assert sha256 is not None
    old = time.time() - 30 * 86400
    os.utime(storage().path(sha256), (old, old))
    sweep({})
    assert db.session.scalar(select(func.count()).select_from(ReceivedFile)) == 1
    start = now()
    clock.set_clock(lambda: start + timedelta(days=20))
    sweep({})
    assert db.session.scalar(select(func.count()).select_from(ReceivedFile)) == 0
    assert db.session.scalar(select(func.count()).select_from(Blob)) == 1
    assert db.session.scalar(select(func.count()).select_from(FileVersion)) == 1
    assert not storage().exists(sha256)


def test_files_that_other_features_name_are_no_orphans(context: Flask) -> None:
    photo, image, gathered, nobodys = (storage().put(io.BytesIO(word)).sha256 for word in (b"a", b"b", b"c", b"d"))
    past = time.time() - 2 * 86400
    for sha256 in (photo, image, gathered, nobodys):
        os.utime(storage().path(sha256), (past, past))
    with transaction() as session:
        person = loaded(MEMBER)
        person.photo_sha256 = photo
        session.scalars(select(Space).where(Space.slug == OPEN)).one().image_sha256 = image
        session.add(DataExport(user_id=person.id, sha256=gathered))
    assert sweep_storage() == 1
    assert [storage().exists(one) for one in (photo, image, gathered, nobodys)] == [True, True, True, False]


def test_young_orphans_are_spared_and_old_ones_swept(context: Flask) -> None:
    young, old = receive_bytes(pdf("jeune"), "j.pdf"), receive_bytes(pdf("vieux"), "v.pdf")
    past = time.time() - 2 * 86400
    os.utime(storage().path(old.sha256), (past, past))
    sweep_storage()
    assert (storage().exists(young.sha256), storage().exists(old.sha256)) == (True, False)
    with transaction():
        keep_blob(young)
