"""The background work of the library: reading files, drawing their pages, sweeping what nobody carries."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import BULK, URGENT, PermanentFailureError, enqueue, is_queued, job
from app.core.slots import collect, fill
from app.core.storage import storage
from app.extensions import db
from app.library.carriers import ids_carrying
from app.library.laying_out import lay_out_again, lay_out_soon, pdf_name
from app.library.models import Blob, FileVersion, Page, Reading, ReceivedFile, Resource, pack_boxes
from app.library.reading.converting import may_be_converted
from app.library.reading.filetypes import FileType
from app.library.reading.pictures import THUMBNAIL_WIDTH, VIEW_WIDTH, has_pictures, picture_name, render_widths
from app.library.reading.results import PageText, Summary
from app.library.reading.run import READER_VERSION, open_reading
from app.library.receiving import filetype_of
from app.library.recognising import recognise_soon
from app.library.scanning.jobs import let_through
from app.library.scanning.safety import is_open
from app.library.staging.models import FORM
from app.library.thesaurus.offering import KEYWORDS, Gathering
from app.library.versions import forget_removed
from app.search.operations import index_soon

FIRST_PICTURES = (1, 2, 3)
CHUNK = 100  # pages written in one transaction, so that nobody waits behind a long document
MOST_PROPOSED = 300
LAST_AHEAD = 12
KEPT_UNCLAIMED = timedelta(days=14)
ORPHAN_AGE = timedelta(days=1)


@job("library.extract", queue="files", timeout=300, max_attempts=3)
def extract(payload: dict[str, Any]) -> None:
    """Read one file: its pages, its state, what it proposes; then its first pictures. Run again, it changes nothing."""
    blob = _blob(payload["blob_id"])
    if blob is None or not let_through(blob.id, blob.sha256, blob.safety):
        return  # the file was taken away meanwhile, or is not to be opened (yet)
    if blob.reader_version < READER_VERSION:
        _read(blob.id, blob.sha256, blob.type)
    draw(blob.sha256, blob.type, FIRST_PICTURES)
    _draw_ahead(blob.id, blob.sha256)


@job("library.extract_large", queue="slow", timeout=300, max_attempts=3)
def extract_large(payload: dict[str, Any]) -> None:
    """Read a large file as ``extract`` does, in a lane where no other file waits behind it."""
    extract(payload)


def _draw_ahead(blob_id: int, sha256: str) -> None:
    """Have the next pages drawn when nothing else waits, so that a hit opens on its picture."""
    with transaction() as session:
        last = session.scalar(select(Blob.page_count).where(Blob.id == blob_id)) or 0
        if last > max(FIRST_PICTURES):
            enqueue("library.draw_ahead", {"blob_id": blob_id}, key=f"ahead:{sha256}", priority=BULK)


@job("library.draw_ahead", queue="files", timeout=120, max_attempts=2)
def draw_ahead(payload: dict[str, Any]) -> None:
    """Draw the pages of a document that nobody has asked for yet, up to the twelfth."""
    blob = _open_blob(payload["blob_id"])
    if blob is not None:
        draw(blob.sha256, blob.type, range(max(FIRST_PICTURES) + 1, min(blob.page_count, LAST_AHEAD) + 1))


def _blob(blob_id: int) -> Blob | None:
    """Return a file with what is known of it, outside of any transaction: to read a document takes seconds."""
    blob = db.session.get(Blob, blob_id)
    if blob is not None:
        db.session.expunge(blob)
    db.session.rollback()
    return blob


def _open_blob(blob_id: int) -> Blob | None:
    """Return a file as ``_blob`` does, if it may be opened by those who read it."""
    blob = _blob(blob_id)
    return blob if blob is not None and is_open(blob) else None


def _read(blob_id: int, sha256: str, type_: str) -> None:
    try:
        path = storage().path(sha256)
    except FileNotFoundError as error:
        _conclude(blob_id, Summary("unreadable", "missing"))
        raise PermanentFailureError(f"the bytes of {sha256} are missing") from error
    met = Gathering()
    db.session.rollback()
    with open_reading(path, filetype_of(type_)) as opened:
        _forget_pages(blob_id)
        for chunk in _chunks(opened.pages()):
            _write_pages(blob_id, chunk)
            for page in chunk:
                met.read(page.text)
        _conclude(blob_id, opened.summary, met)


def _forget_pages(blob_id: int) -> None:
    with transaction() as session:
        session.execute(delete(Page).where(Page.blob_id == blob_id))


def _chunks(pages: Iterable[PageText]) -> Iterator[list[PageText]]:
    rest = iter(pages)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _write_pages(blob_id: int, pages: list[PageText]) -> None:
    rows = [
        {
            "blob_id": blob_id,
            "n": page.n,
            "unit": page.unit,
            "label": page.label[:80],
            "text": page.text,
            "packed_boxes": pack_boxes(page.boxes),
            "reader_version": READER_VERSION,
        }
        for page in pages
    ]
    with transaction() as session:
        session.execute(Page.__table__.insert(), rows)


def _conclude(blob_id: int, summary: Summary, met: Gathering | None = None) -> None:
    """Keep the state of a file and have every resource that carries it indexed, in one transaction."""
    with transaction() as session:
        blob = session.get(Blob, blob_id)
        if blob is None:
            return
        blob.reading, blob.reading_detail = Reading(summary.status), summary.detail[:40]
        blob.page_count, blob.reader_version = summary.page_count, READER_VERSION
        blob.proposed = proposals(summary) | ({KEYWORDS: met.kept(summary.lang or "")} if met else {})
        blob.scanned, blob.recognised, blob.laid_out = summary.scanned, None, None
        recognise_soon(blob)
        lay_out_soon(blob)
        carrying = ids_carrying(blob_id)
        if summary.lang:
            unsaid = Resource.id.in_(carrying) & (Resource.lang == "")
            session.execute(update(Resource).where(unsaid).values(lang=summary.lang[:5]))
        for resource_id in carrying:
            index_soon("resource", resource_id)


def proposals(summary: Summary) -> dict[str, Any]:
    """Return what a file says of itself, and what a mail carries, for the form: shown to the person, who decides."""
    said = {
        "title": summary.title,
        "author": summary.author,
        "date": summary.date.isoformat() if summary.date else None,
        "lang": summary.lang,
    }
    found: dict[str, Any] = {name: value[:MOST_PROPOSED] for name, value in said.items() if value}
    if summary.sheets:
        found["sheets"] = summary.sheets
    if summary.carries:
        found["carries"] = [{**one, "name": str(one["name"])[:MOST_PROPOSED]} for one in summary.carries]
        found["carries_more"] = summary.carries_more
    return found


def draw(sha256: str, type_: str, pages: Iterable[int], thumbnails: Iterable[int] | None = None) -> None:
    """Draw the pictures of pages that have none yet, and their thumbnails, and keep them beside the file."""
    drawn_from = _drawn_from(sha256, filetype_of(type_))
    if drawn_from is None:
        return
    path, filetype = drawn_from
    pages = list(pages)
    missing: dict[int, list[int]] = {}
    for width, numbers in ((VIEW_WIDTH, pages), (THUMBNAIL_WIDTH, list(thumbnails or pages))):
        for n in numbers:
            if storage().derived(picture_name(sha256, n, width)) is None:
                missing.setdefault(n, []).append(width)
    if missing:
        for (n, width), content in render_widths(path, filetype, missing).items():
            storage().put_derived(picture_name(sha256, n, width), content)


def _drawn_from(sha256: str, filetype: FileType) -> tuple[Path, FileType] | None:
    """Return what the pictures of a file are drawn from: itself, the PDF LibreOffice made of it, or None."""
    if has_pictures(filetype):
        return storage().path(sha256), filetype
    if not may_be_converted(filetype):
        return None
    made = storage().derived(pdf_name(sha256))
    if made is None:
        lay_out_again(sha256)
        return None
    return made, filetype_of("pdf")


def draw_soon(blob: Blob, pages: list[int], thumbnails: list[int]) -> None:
    """Have pages drawn before anything else, because somebody is waiting for them. Inside ``transaction()``."""
    payload = {"blob_id": blob.id, "pages": pages, "thumbnails": thumbnails}
    enqueue("library.picture", payload, key=_picture_key(blob, pages, thumbnails), priority=URGENT)


def will_be_drawn(blob: Blob, pages: list[int], thumbnails: list[int]) -> bool:
    """Tell whether these pages wait to be drawn already: whoever opens them meanwhile has nothing to write."""
    return is_queued(_picture_key(blob, pages, thumbnails))


def _picture_key(blob: Blob, pages: list[int], thumbnails: list[int]) -> str:
    return f"picture:{blob.sha256}:{'-'.join(map(str, pages))}:{'-'.join(map(str, thumbnails))}"[:200]


@job("library.picture", queue="default", timeout=120, max_attempts=2)
def draw_pages(payload: dict[str, Any]) -> None:
    """Draw pages somebody has asked for."""
    blob = _open_blob(payload["blob_id"])
    if blob is not None:
        draw(blob.sha256, blob.type, payload["pages"], payload["thumbnails"])


@fill("storage.named")
def hashes_of_blobs() -> set[str]:
    """Return the addresses of the files of the library."""
    return set(db.session.scalars(select(Blob.sha256)))


@job("library.sweep", queue="files", every=timedelta(hours=12), timeout=600)
def sweep(_payload: dict[str, Any]) -> None:
    """Forget files sent for forms never published, then bytes that no row names any more."""
    _forget_unclaimed()
    sweep_storage()
    storage().forget_unfinished(ORPHAN_AGE.total_seconds())


def _forget_unclaimed() -> None:
    with transaction() as session:
        forget_removed()
        of_a_form = ReceivedFile.form.not_like(f"{FORM}%")  # the others are forgotten by ``staging.jobs``
        session.execute(delete(ReceivedFile).where(ReceivedFile.at < now() - KEPT_UNCLAIMED, of_a_form))
        carried = select(FileVersion.blob_id).union(select(ReceivedFile.blob_id))
        young = now() - ORPHAN_AGE
        gone = select(Blob.id).where(Blob.id.not_in(carried), Blob.created_at < young)
        session.execute(delete(Page).where(Page.blob_id.in_(gone)))
        session.execute(delete(Blob).where(Blob.id.not_in(carried), Blob.created_at < young))


def sweep_storage() -> int:
    """Remove stored bytes that no row names and that are older than a day; return how many.

    A file is written before its row, so the young ones may be about to get theirs.
    """
    removed = 0
    oldest = time.time() - ORPHAN_AGE.total_seconds()
    named = set().union(*collect("storage.named"))
    db.session.rollback()
    for sha256 in list(storage().all_hashes()):
        if sha256 not in named and storage().path(sha256).stat().st_mtime < oldest:
            storage().remove(sha256)
            removed += 1
    return removed
