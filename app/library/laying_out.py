"""Pages of Office documents as they are meant to look, where the host has LibreOffice; their text alone otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from app.core.db import transaction
from app.core.jobs import BULK, enqueue, job
from app.core.storage import storage
from app.extensions import db
from app.library.carriers import ids_carrying
from app.library.models import Blob, Page, Reading, Unit, pack_boxes
from app.library.reading.converting import CONVERTED, converted, find_soffice, may_be_converted
from app.library.reading.opened import OpenReading
from app.library.reading.results import READER_VERSION
from app.library.receiving import filetype_of
from app.library.scanning.safety import is_open
from app.search.operations import index_soon
from config import FALSE_WORDS

READ = (Reading.SEARCHABLE, Reading.PARTIAL, Reading.IMAGE_ONLY)
AT_ONCE = 200


def office_of_host() -> str | None:
    """Return what lays documents out on this host, None where there is nothing or the setting says no."""
    if current_app.config["SETTINGS"].office_pages.lower() in FALSE_WORDS:
        return None
    return find_soffice()


def pdf_name(sha256: str) -> str:
    """Return the name under which the PDF of a document is kept beside it."""
    return f"{sha256[:2]}/{sha256}-office.pdf"


def lay_out_soon(blob: Blob) -> None:
    """Have a document laid out on pages when something on this host can. Inside ``transaction()``."""
    wanted = blob.reading in READ and blob.laid_out is None and may_be_converted(filetype_of(blob.type))
    if wanted and office_of_host() is not None:
        enqueue("library.lay_out", {"blob_id": blob.id}, key=f"lay_out:{blob.sha256}", priority=BULK)


@job("library.lay_out", queue="slow", timeout=240, max_attempts=2)
def lay_out(payload: dict[str, Any]) -> None:
    """Make a PDF of a document and take its pages instead of passages of text. Run again, it changes nothing."""
    blob, program = db.session.get(Blob, payload["blob_id"]), office_of_host()
    if blob is None or program is None or blob.laid_out is not None or not is_open(blob):
        return
    blob_id, sha256, filetype = blob.id, blob.sha256, filetype_of(blob.type)
    db.session.rollback()
    try:
        path = storage().path(sha256)
    except FileNotFoundError:
        return
    with converted(path, filetype, program) as made:
        if made is not None:
            storage().put_derived(pdf_name(sha256), made[0])
        with transaction():
            _take(blob_id, made[1] if made is not None else None)


def _take(blob_id: int, made: OpenReading | None) -> None:
    blob = db.session.get(Blob, blob_id)
    if blob is None:
        return
    blob.laid_out = made.summary.page_count if made is not None and _answers(blob, made) else 0
    if made is None or not blob.laid_out:
        storage().remove_derived(pdf_name(blob.sha256))
        return
    if filetype_of(blob.type).unit != Unit.SHEET:  # a table reads better row by row than as it stands on its sheet
        _take_pages(blob, made)
    blob.page_count = blob.laid_out
    enqueue("library.extract", {"blob_id": blob.id}, key=f"extract:{blob.sha256}", priority=BULK)  # its pictures
    for resource_id in ids_carrying(blob.id):
        index_soon("resource", resource_id)


def _answers(blob: Blob, made: OpenReading) -> bool:
    """Tell whether the pages made are those of the document: no text lost, and a page for each slide or sheet."""
    has_text = made.summary.status in {Reading.SEARCHABLE, Reading.PARTIAL}
    if not has_text and blob.reading != Reading.IMAGE_ONLY:
        return False
    return filetype_of(blob.type).unit == Unit.PASSAGE or made.summary.page_count == blob.page_count


def _take_pages(blob: Blob, made: OpenReading) -> None:
    """Put the pages made in the place of passages; a slide with notes, which no page shows, keeps its text."""
    is_slides = filetype_of(blob.type).unit == Unit.SLIDE
    said = db.session.execute(select(Page.n, Page.text).where(Page.blob_id == blob.id))
    longer = {n: len(text.split()) for n, text in said} if is_slides else {}
    rows = [
        {
            "blob_id": blob.id,
            "n": page.n,
            "unit": Unit.SLIDE if is_slides else Unit.PAGE,
            "label": "" if is_slides else page.label[:80],
            "text": page.text,
            "packed_boxes": pack_boxes(page.boxes),
            "reader_version": READER_VERSION,
        }
        for page in made.pages()
        if len(page.text.split()) >= longer.get(page.n, 0)
    ]
    replaced = Page.blob_id == blob.id
    db.session.execute(delete(Page).where(replaced & Page.n.in_([one["n"] for one in rows]) if is_slides else replaced))
    if rows:
        db.session.execute(Page.__table__.insert(), rows)


def lay_out_again(sha256: str) -> None:
    """Have a document laid out whose PDF is gone: what can be made again is not in every copy of a site."""
    with transaction() as session:
        blob = session.scalar(select(Blob).where(Blob.sha256 == sha256, Blob.laid_out > 0))
        if blob is not None:
            blob.laid_out = None
            lay_out_soon(blob)


@job("library.lay_out_all", queue="slow", every=timedelta(hours=1))
def lay_out_all(_payload: dict[str, Any]) -> None:
    """Have the documents laid out that came before the host could, some at a time."""
    if office_of_host() is None:
        return
    with transaction() as session:
        never = Blob.laid_out.is_(None) & Blob.type.in_(CONVERTED) & Blob.reading.in_(READ)
        for blob in session.scalars(select(Blob).where(never).order_by(Blob.id).limit(AT_ONCE)).all():
            lay_out_soon(blob)
