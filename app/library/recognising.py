"""Words of scans, read page by page when nothing else waits, where the host has what it takes.

One job reads one page and asks for the next in the transaction that keeps it: a worker killed in the middle leaves
whole pages, and the next one goes on from there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Text, cast, select, update

from app.core.db import transaction
from app.core.jobs import BULK, enqueue, job
from app.core.storage import storage
from app.extensions import db
from app.library.carriers import ids_carrying
from app.library.models import Blob, Page, Reading, Resource, pack_boxes
from app.library.reading.inside.language import SAMPLE, guess_language
from app.library.reading.ocr import Tesseract, find_tesseract, may_be_recognised, recognise_page
from app.library.reading.results import MOST_SCANNED, READER_VERSION, PageText
from app.library.receiving import filetype_of
from app.library.scanning.safety import is_open
from app.library.scans import has_pictures_to_read, pages_of_scan
from app.library.thesaurus.offering import KEYWORDS, Gathering
from app.search.operations import index_soon
from config import FALSE_WORDS

#: After everything else: a scan is read when nobody waits for anything.
LAST = BULK + 5
INDEXED_EVERY = 20
AT_ONCE = 200
#: What is read on a picture takes the place of words laid over it (a stamp) only when it says far more.
FAR_MORE, AT_LEAST = 2, 20


def reader_of_scans() -> Tesseract | None:
    """Return what reads scans on this host, None where there is nothing or the setting says no."""
    if current_app.config["SETTINGS"].ocr.lower() in FALSE_WORDS:
        return None
    return find_tesseract()


def recognise_soon(blob: Blob) -> None:
    """Have the words of scanned pages read, from the first, when something on this host can.

    Inside ``transaction()``.
    """
    wanted = has_pictures_to_read(blob) and may_be_recognised(filetype_of(blob.type))
    if wanted and blob.recognised is None and reader_of_scans() is not None:
        blob.recognised = 0
        _ask(blob.id, blob.sha256, pages_of_scan(blob)[0])


def _ask(blob_id: int, sha256: str, page: int) -> None:
    enqueue("library.recognise", {"blob_id": blob_id, "page": page}, key=f"recognise:{sha256}", priority=LAST)


@job("library.recognise", queue="slow", timeout=180, max_attempts=3)
def recognise(payload: dict[str, Any]) -> None:
    """Read the words of one page of a scan. Run again, it changes nothing that is kept already."""
    blob, page = db.session.get(Blob, payload["blob_id"]), int(payload["page"])
    reader = reader_of_scans()
    if blob is None or blob.recognised is None or reader is None or not is_open(blob):
        return
    pages = pages_of_scan(blob)
    if page not in pages:
        return
    sha256, type_, number = blob.sha256, blob.type, pages.index(page) + 1
    is_new, is_last = number > blob.recognised, number == len(pages)
    db.session.rollback()
    try:
        found = recognise_page(storage().path(sha256), filetype_of(type_), page, reader) if is_new else None
    except FileNotFoundError:
        return
    with transaction():
        if is_new:
            db.session.execute(update(Blob).where(Blob.id == payload["blob_id"]).values(recognised=number))
            _keep(payload["blob_id"], page, found)
        if is_last:
            _conclude(payload["blob_id"])
        else:
            _ask(payload["blob_id"], sha256, pages[number])
        if is_last or number % INDEXED_EVERY == 0:
            for resource_id in ids_carrying(payload["blob_id"]):
                index_soon("resource", resource_id)


def _keep(blob_id: int, n: int, found: PageText | None) -> None:
    """Keep the words read on a picture, unless the page had about as many of its own."""
    there = db.session.scalar(select(Page).where(Page.blob_id == blob_id, Page.n == n))
    if found is None or (there is not None and not there.is_recognised and not _says_more(found.text, there.text)):
        return
    page = there or Page(blob_id=blob_id, n=n, unit=found.unit)
    page.text, page.packed_boxes, page.is_recognised = found.text, pack_boxes(found.boxes), True
    page.reader_version = READER_VERSION
    db.session.add(page)
    db.session.flush()


def _says_more(read: str, written: str) -> bool:
    return len(read.split()) > FAR_MORE * len(written.split()) + AT_LEAST


def _conclude(blob_id: int) -> None:
    """Say what became of a scan, and guess its language from what was read."""
    blob = db.session.get(Blob, blob_id)
    if blob is None:
        return
    texts = list(db.session.scalars(select(Page.text).where(Page.blob_id == blob_id).order_by(Page.n).limit(AT_ONCE)))
    if not texts:
        blob.reading_detail = "nothing_recognised"
        return
    if not blob.scanned:
        blob.reading = Reading.RECOGNISED if blob.page_count <= MOST_SCANNED else Reading.PARTIAL
        blob.reading_detail = "recognised"
    enqueue("library.gather_keywords", {"blob_id": blob_id}, key=f"gather:{blob.sha256}", priority=BULK)
    lang = guess_language("\n".join(texts)[:SAMPLE])
    if lang:
        unsaid = Resource.id.in_(ids_carrying(blob_id)) & (Resource.lang == "")
        db.session.execute(update(Resource).where(unsaid).values(lang=lang))


@job("library.gather_keywords", queue="slow", timeout=300)
def gather_keywords(payload: dict[str, Any]) -> None:
    """Count again the keywords that a file speaks of, once its words have changed: the form offers them."""
    blob_id = int(payload["blob_id"])
    texts = list(db.session.scalars(select(Page.text).where(Page.blob_id == blob_id).order_by(Page.n)))
    lang, met = guess_language("\n".join(texts[:AT_ONCE])[:SAMPLE]), Gathering()
    for text in texts:
        met.read(text)
    with transaction() as session:
        blob = session.get(Blob, blob_id)
        if blob is not None:
            said = {**({"lang": lang} if lang else {}), **(blob.proposed or {})}
            blob.proposed = {**said, KEYWORDS: met.kept(said.get("lang") or "")}


@job("library.recognise_all", queue="slow", every=timedelta(hours=1))
def recognise_all(_payload: dict[str, Any]) -> None:
    """Have the scans read that came before the host could read them, some at a time."""
    if reader_of_scans() is None:
        return
    with transaction() as session:
        some = (Blob.reading == Reading.IMAGE_ONLY) | (cast(Blob.scanned, Text) != "[]")
        never = some & Blob.recognised.is_(None)
        for blob in session.scalars(select(Blob).where(never).order_by(Blob.id).limit(AT_ONCE)).all():
            recognise_soon(blob)
