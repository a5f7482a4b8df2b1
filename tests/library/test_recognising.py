"""Scans whose words are read on the pictures of their pages, where the host has tesseract."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import Job
from app.core.worker import Worker
from app.extensions import db
from app.library import recognising
from app.library.models import Blob, Page, Reading, Resource
from app.library.reading.filetypes import recognise as recognise_type
from app.library.reading.limits import Limits
from app.library.reading.ocr import Tesseract, find_tesseract, recognise_page
from app.library.recognising import LAST, recognise, recognise_all
from app.library.states import state_of
from app.library.thesaurus.offering import offered
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid
from app.search.operations import find
from app.search.query import parse
from tests.library.shelves import pdf, share, shared
from tests.people import MEMBER, Cast
from tests.support import loaded, work

pytestmark = pytest.mark.skipif(find_tesseract() is None, reason="tesseract is not installed on this host")


@lru_cache(maxsize=8)
def scan(*pages: str) -> bytes:
    """Return a PDF whose pages are pictures of texts, as a scanner makes them."""
    document = pypdfium2.PdfDocument(pdf(*pages))
    top = (0, 0, 850, 320)  # a strip is read in a second, a page in three
    drawn = [page.render(scale=2).to_pil().convert("L").crop(top) for page in document]
    stream = io.BytesIO()
    drawn[0].save(stream, "PDF", save_all=True, append_images=drawn[1:], resolution=144)
    return stream.getvalue()


def bound(*documents: bytes) -> bytes:
    """Return one PDF of the pages of several."""
    whole = pypdfium2.PdfDocument.new()
    for one in documents:
        whole.import_pages(pypdfium2.PdfDocument(one))
    stream = io.BytesIO()
    whole.save(stream)
    return stream.getvalue()


def stamped(text: str, stamp: str, folder: Path) -> bytes:
    """Return a PDF of one page: the picture of a text, and over it the words an administration prints."""
    page = pypdfium2.PdfDocument(pdf(text))[0].render(scale=2).to_pil()
    page.convert("L").save(folder / "page.png")
    source = '#set page(width: 15cm, height: 20cm, margin: 0cm)\n#place(image("page.png", width: 15cm))\n'
    (folder / "page.typ").write_text(f"{source}#place(bottom)[{stamp}]", encoding="utf-8")
    return typst.compile(folder / "page.typ")


@pytest.fixture(autouse=True)
def _everybody(cast: Cast, _empty_index: None) -> None:
    """Every test has the cast and an empty index."""


@pytest.fixture(autouse=True)
def _reads_scans(app: Flask) -> Iterator[None]:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, ocr="auto")
    yield
    app.config["SETTINGS"] = settings


def the_blob() -> Blob:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Blob)).one()


def pages() -> list[tuple[int, str]]:
    db.session.rollback()
    return [(n, text) for n, text in db.session.execute(select(Page.n, Page.text).order_by(Page.n))]


@pytest.mark.slow
def test_words_of_a_scan_are_found_on_their_page_and_marked(app: Flask, browser: Any) -> None:
    words = ("La mairie veille sur la tranquillité", "Le guetteur du beffroi sonne la cloche")
    public_id, _ = shared(app, "Registre", lang="", files=[(scan(*words), "registre.pdf")])
    work(app)
    with app.app_context():
        blob = the_blob()
        assert (blob.reading, blob.recognised, [text for _n, text in pages()]) == (Reading.RECOGNISED, 2, [*words])
        assert db.session.scalars(select(Resource.lang)).one() == "fr"
        page = db.session.scalars(select(Page).where(Page.n == 2)).one()
        assert len(page.boxes) == len(page.text.split())
        with app.test_request_context():
            [result] = find(loaded(MEMBER), parse("guetteurs").query).results
            assert "page=2" in result.places[0].url
            assert "Reconnu par lecture optique" in state_of(blob).sentence
    opened = browser(MEMBER).get(f"/ressources/{public_id}-registre?page=2&q=guetteur").text
    assert "<rect x=" in opened
    assert "Texte reconnu par lecture optique" in opened


@pytest.mark.slow
def test_keywords_of_a_scan_are_offered_once_its_words_are_read(app: Flask) -> None:
    with app.app_context(), transaction():
        bring_in(None, [TermSaid("Médiation sociale", "Social mediation")], origin="test")
    shared(app, "Registre", files=[(scan("La médiation sociale dans la ville et dans les rues"), "registre.pdf")])
    work(app)
    with app.app_context():
        [offer] = offered(loaded(MEMBER), [], [the_blob()], "", "fr")
        assert offer.label == "Médiation sociale"


@pytest.mark.slow
def test_scanned_pages_among_pages_with_text_are_recognised_and_the_others_left_alone(app: Flask) -> None:
    written, drawn = "Le conseil municipal délibère", "Le guetteur du beffroi sonne la cloche"
    shared(app, "Registre", files=[(bound(pdf(written), scan(drawn), pdf("Fin du registre")), "registre.pdf")])
    work(app)
    with app.app_context():
        blob = the_blob()
        assert (blob.reading, blob.scanned, blob.recognised) == (Reading.SEARCHABLE, [2], 1)
        assert pages() == [(1, written), (2, drawn), (3, "Fin du registre")]
        assert list(db.session.scalars(select(Page.is_recognised).order_by(Page.n))) == [False, True, False]
        with app.test_request_context():
            assert state_of(blob).sentence.endswith("consultables par la recherche, dont 1 par lecture optique")
            [result] = find(loaded(MEMBER), parse("guetteurs").query).results
            assert "page=2" in result.places[0].url


@pytest.mark.slow
def test_pages_in_pictures_are_owned_up_to_where_nothing_reads_them(context: Flask) -> None:
    context.config["SETTINGS"] = replace(context.config["SETTINGS"], ocr="0")
    share(files=[(bound(pdf("Le conseil délibère"), scan("un scan")), "registre.pdf")])
    work(context)
    with context.test_request_context():
        state = state_of(the_blob())
    assert (state.tone, "page qui est une image" in state.sentence) == ("warn", True)


@pytest.mark.slow
def test_scan_under_a_stamp_is_recognised_and_a_picture_under_a_title_keeps_its_title(
    context: Flask, tmp_path: Path
) -> None:
    long = "Article premier. " + "La ville et le bailleur tiennent une permanence commune chaque semaine. " * 6
    share(files=[(stamped(long, "Reçu en préfecture le 5 juillet 2021", tmp_path), "acte.pdf")])
    work(context)
    assert "permanence commune" in pages()[0][1]
    assert the_blob().scanned == [1]
    share("Autre", files=[(stamped("ville", "Rapport annuel de la prévention", tmp_path), "couverture.pdf")])
    work(context)
    kept = db.session.scalars(select(Page).order_by(Page.id.desc()).limit(1)).one()
    assert (kept.text, kept.is_recognised) == ("Rapport annuel de la prévention", False)


@pytest.mark.thorough
def test_worker_killed_between_two_pages_leaves_whole_pages_and_goes_on(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def die_at_the_second(path: Path, filetype: Any, page: int, reader: Tesseract) -> Any:
        asked.append(page)
        if asked.count(2) == 1 and page == 2:
            raise SystemExit
        return recognise_page(path, filetype, page, reader)

    monkeypatch.setattr(recognising, "recognise_page", die_at_the_second)
    share(files=[(scan("première page", "deuxième page", "troisième page"), "s.pdf")])
    with pytest.raises(SystemExit):
        work(context)
    assert ([n for n, _text in pages()], the_blob().recognised) == ([1], 1)
    start = now()
    clock.set_clock(lambda: start + timedelta(minutes=10))
    work(context)
    assert (asked, [n for n, _text in pages()]) == ([1, 2, 2, 3], [1, 2, 3])
    assert the_blob().reading == Reading.RECOGNISED
    recognise({"blob_id": the_blob().id, "page": 2})
    assert [n for n, _text in pages()] == [1, 2, 3]


@pytest.mark.thorough
def test_scans_wait_behind_everything_else(context: Flask) -> None:
    share(files=[(scan("une page"), "s.pdf")])
    while the_blob().recognised is None:
        work_once(context)
    waiting = db.session.scalars(select(Job).where(Job.name == "library.recognise")).one()
    assert (waiting.queue, waiting.priority) == ("slow", LAST)


def work_once(app: Flask) -> None:

    with app.app_context():
        Worker(app).run_once("files")


@pytest.mark.thorough
def test_page_that_cannot_be_read_in_time_is_left_and_the_others_are_read(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hurried(path: Path, filetype: Any, page: int, reader: Tesseract) -> Any:
        limits = Limits(wall=0.01) if page == 1 else Limits()
        return recognise_page(path, filetype, page, reader, limits=limits)

    monkeypatch.setattr(recognising, "recognise_page", hurried)
    share(files=[(scan("première", "deuxième"), "s.pdf")])
    work(context)
    assert ([n for n, _text in pages()], the_blob().reading) == ([2], Reading.RECOGNISED)


@pytest.mark.thorough
def test_picture_without_words_stays_a_picture(context: Flask) -> None:
    blank = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(blank, "PNG")
    share(files=[(blank.getvalue(), "blanc.png")])
    work(context)
    assert (the_blob().reading, the_blob().reading_detail) == (Reading.IMAGE_ONLY, "nothing_recognised")
    assert state_of(the_blob()).is_final


@pytest.mark.slow
def test_scans_that_came_before_are_read_once_the_host_can(context: Flask) -> None:
    settings = context.config["SETTINGS"]
    context.config["SETTINGS"] = replace(settings, ocr="0")
    share(files=[(scan("venu avant"), "s.pdf")])
    work(context)
    assert (the_blob().reading, the_blob().recognised) == (Reading.IMAGE_ONLY, None)
    recognise_all({})
    context.config["SETTINGS"] = settings
    recognise_all({})
    work(context)
    assert (the_blob().reading, pages()) == (Reading.RECOGNISED, [(1, "venu avant")])


@pytest.mark.slow
def test_hyphens_at_line_ends_are_joined_and_each_word_has_a_box(tmp_path: Path) -> None:
    content = scan("la préven- \\\ntion des risques \\\net le Saint- \\\nDenis")
    place = tmp_path / "s.pdf"
    place.write_bytes(content)
    reader = find_tesseract()
    assert reader is not None
    found = recognise_page(place, recognise_type(place, "s.pdf"), 1, reader)
    assert found is not None
    assert found.text == "la prévention\ndes risques\net le Saint-\nDenis"
    assert found.boxes is not None
    assert len(found.boxes) == len(found.text.split())
