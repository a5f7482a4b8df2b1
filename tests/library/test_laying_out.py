"""Office documents shown page by page where the host has LibreOffice, and as text where it has not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import odfdo
import pytest
from flask import Flask
from sqlalchemy import select

from app.core.storage import storage
from app.extensions import db
from app.library import laying_out
from app.library.jobs import draw
from app.library.laying_out import lay_out_all, pdf_name
from app.library.models import Blob, Page, Reading
from app.library.reading.converting import converted, find_soffice
from app.library.reading.limits import MIB, Limits
from app.library.reading.pictures import VIEW_WIDTH, picture_name
from app.library.states import file_facts
from tests.library.reading.samples import docx, paragraph
from tests.library.shelves import share, shared
from tests.people import MEMBER, Cast
from tests.support import work

has_office = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed on this host")
BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
LETTER = docx(paragraph("Le guetteur veille") + BREAK + paragraph("La cloche sonne"))
NOTE = "Une note pour qui parle"


@pytest.fixture(autouse=True)
def _everybody(cast: Cast, _empty_index: None) -> None:
    """Every test has the cast and an empty index."""


@pytest.fixture
def _with_office(app: Flask) -> Iterator[None]:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, office_pages="auto")
    yield
    app.config["SETTINGS"] = settings


def slides() -> bytes:
    """Return two slides, the second with a note that no page shows."""
    talk = odfdo.Document("presentation")
    talk.body.clear()
    for n, title in enumerate(("Premier titre", "Second titre"), 1):
        page = odfdo.DrawPage(f"page{n}", name=f"page{n}")
        page.append(odfdo.Frame.text_frame(title, size=("20cm", "5cm"), position=("2cm", "2cm")))
        talk.body.append(page)
    box = f"<draw:frame><draw:text-box><text:p>{NOTE}</text:p></draw:text-box></draw:frame>"
    page.append(odfdo.Element.from_tag(f"<presentation:notes>{box}</presentation:notes>"))
    written = io.BytesIO()
    talk.save(written)
    return written.getvalue()


def the_blob() -> Blob:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Blob)).one()


def pages() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(unit, text) for unit, text in db.session.execute(select(Page.unit, Page.text).order_by(Page.n))]


@has_office
@pytest.mark.slow
@pytest.mark.usefixtures("_with_office")
def test_letter_is_shown_page_by_page_with_its_hits(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Lettre", files=[(LETTER, "lettre.docx")])
    work(app)
    with app.app_context():
        blob = the_blob()
        assert (blob.laid_out, blob.page_count, blob.reading) == (2, 2, Reading.SEARCHABLE)
        assert pages() == [("page", "Le guetteur veille"), ("page", "La cloche sonne")]
        assert file_facts("lettre.docx", the_blob()).replace("\u00a0", " ") == "DOCX, 2 pages"
        assert storage().derived(picture_name(the_blob().sha256, 2, VIEW_WIDTH)) is not None
    page = browser(MEMBER).get(f"/ressources/{public_id}-lettre?page=2&q=cloches").text
    assert ("/pages/2-1000.webp" in page, "<rect x=" in page) == (True, True)


@has_office
@pytest.mark.slow
@pytest.mark.usefixtures("_with_office")
def test_slide_keeps_its_notes_and_a_lost_pdf_is_made_again(context: Flask) -> None:
    share(files=[(slides(), "exposé.odp")])
    work(context)
    assert (the_blob().laid_out, [unit for unit, _text in pages()]) == (2, ["slide", "slide"])
    assert NOTE in pages()[1][1]
    sha256 = the_blob().sha256
    storage().remove_derived(pdf_name(sha256))
    storage().remove_derived(picture_name(sha256, 2, VIEW_WIDTH))

    draw(sha256, "odp", [2])
    work(context)
    draw(sha256, "odp", [2])
    assert storage().derived(picture_name(sha256, 2, VIEW_WIDTH)) is not None


@has_office
@pytest.mark.thorough
@pytest.mark.usefixtures("_with_office")
def test_document_that_cannot_be_laid_out_stays_as_text(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def hurried(*given: Any) -> Any:
        return converted(*given, limits=Limits(wall=0.5, memory=3072 * MIB, open_files=512))

    monkeypatch.setattr(laying_out, "converted", hurried)
    share(files=[(LETTER, "lettre.docx")])
    work(context)
    assert (the_blob().laid_out, the_blob().reading) == (0, Reading.SEARCHABLE)
    assert [unit for unit, _text in pages()] == ["passage"]


@has_office
@pytest.mark.thorough
def test_documents_that_came_before_are_laid_out_once_the_host_can(app: Flask) -> None:
    with app.app_context():
        share(files=[(LETTER, "lettre.docx")])
        work(app)
        lay_out_all({})
        work(app)
        assert the_blob().laid_out is None
        before = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(before, office_pages="auto")
        lay_out_all({})
        work(app)
        app.config["SETTINGS"] = before
        assert the_blob().laid_out == 2
