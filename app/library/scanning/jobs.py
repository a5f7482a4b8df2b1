"""Having files looked at: before they are read, again while the antivirus is silent, and those that came before it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, select, update

from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.events import announce
from app.core.health import Check
from app.core.jobs import BULK, enqueue, job
from app.core.slots import fill
from app.core.storage import storage
from app.extensions import db
from app.library.carriers import ids_carrying
from app.library.events import FileQuarantined
from app.library.models import Blob, Page, Reading, Resource, Safety
from app.library.reading.results import READER_VERSION
from app.library.scanning.clamd import ScannerUnreachableError, scan
from app.library.scanning.safety import has_antivirus
from app.library.scanning.telling import tell_of
from app.search.operations import index_soon

ASKED_AGAIN = timedelta(minutes=5)
EVERY = timedelta(minutes=10)
AT_ONCE = 200
#: How long nobody is asked after a silence, so that many files do not each wait for the same answer.
LEFT_ALONE = timedelta(seconds=30)
LONGEST_SIGNATURE = 120
TOO_LONG_WAITING = timedelta(minutes=15)


def let_through(blob_id: int, sha256: str, safety: str) -> bool:
    """Tell whether a file may be read now: nothing was found in it, or the site has no antivirus.

    Otherwise it is put away, or asked about again later. Raises nothing for a scanner that does not answer.
    """
    if not has_antivirus():
        if safety == Safety.WAITING:
            _keep(blob_id, Safety.UNCHECKED)
        return safety != Safety.INFECTED
    if safety in {Safety.CLEAN, Safety.INFECTED}:
        return safety == Safety.CLEAN
    found = _looked_at(sha256)
    if found is None:
        _ask_again(blob_id, sha256)
        return safety == Safety.UNCHECKED
    _conclude(blob_id, found)
    return not found


def _looked_at(sha256: str) -> str | None:
    """Return the name of what the scanner finds in a file, empty for nothing, None when it does not answer."""
    silences: dict[str, float] = current_app.extensions.setdefault("antivirus", {})
    if time.monotonic() < silences.get("until", 0.0):
        return None
    try:
        with storage().open(sha256) as stream:
            return scan(stream, current_app.config["SETTINGS"].antivirus_url).signature
    except FileNotFoundError:
        return ""  # there is nothing to open; reading it will say so
    except ScannerUnreachableError as error:
        current_app.logger.warning("the antivirus did not answer: %s", error)
        silences["until"] = time.monotonic() + LEFT_ALONE.total_seconds()
        return None


def _ask_again(blob_id: int, sha256: str) -> None:
    with transaction():
        enqueue("library.extract", {"blob_id": blob_id}, key=f"extract:{sha256}", run_at=now() + ASKED_AGAIN)


def _keep(blob_id: int, safety: Safety) -> None:
    with transaction() as session:
        session.execute(update(Blob).where(Blob.id == blob_id).values(safety=safety, checked_at=now()))


def _conclude(blob_id: int, signature: str) -> None:
    """Keep what was found: nothing, or a reason to put the file away with all that was read in it."""
    with transaction() as session:
        blob = session.get(Blob, blob_id)
        if blob is None:
            return
        before, blob.checked_at = blob.safety, now()
        blob.safety, blob.signature = (Safety.INFECTED if signature else Safety.CLEAN), signature[:LONGEST_SIGNATURE]
        if signature:
            _put_away(blob)
            if before != Safety.INFECTED:
                tell_of(blob)
        elif before == Safety.INFECTED:
            blob.reading, blob.reader_version = Reading.WAITING, 0
            enqueue("library.extract", {"blob_id": blob.id}, key=f"extract:{blob.sha256}")


def _put_away(blob: Blob) -> None:
    blob.reading, blob.reading_detail, blob.page_count, blob.proposed = Reading.UNREADABLE, "infected", 0, {}
    blob.reader_version = READER_VERSION
    db.session.execute(delete(Page).where(Page.blob_id == blob.id))
    for resource_id in ids_carrying(blob.id):
        record("resource.file_quarantined", None, db.session.get(Resource, resource_id))
        announce(FileQuarantined(resource_id, blob.id, now()))
        index_soon("resource", resource_id)


@job("library.check_file", queue="files", timeout=300, max_attempts=2)
def check_file(payload: dict[str, Any]) -> None:
    """Have one file looked at that is read already, or was put away."""
    sha256 = db.session.scalar(select(Blob.sha256).where(Blob.id == payload["blob_id"]))
    db.session.rollback()
    found = _looked_at(sha256) if sha256 is not None and has_antivirus() else None
    if found is not None:
        _conclude(payload["blob_id"], found)


@job("library.check_files", queue="files", every=EVERY)
def check_files(_payload: dict[str, Any]) -> None:
    """Ask again about files that wait, and about some of those that came before the site had an antivirus."""
    with transaction():
        read_those_waiting(AT_ONCE)
        if has_antivirus():
            check_soon(Blob.safety == Safety.UNCHECKED, AT_ONCE)


def read_those_waiting(limit: int | None = None, run_at: datetime | None = None) -> int:
    """Have files that wait for the antivirus looked at and read, not before a moment; return how many.

    Call inside ``transaction()``.
    """
    waiting = select(Blob.id, Blob.sha256).where(Blob.safety == Safety.WAITING).order_by(Blob.id).limit(limit)
    rows = db.session.execute(waiting).all()
    for blob_id, sha256 in rows:
        enqueue("library.extract", {"blob_id": blob_id}, key=f"extract:{sha256}", run_at=run_at)
    return len(rows)


def check_soon(which: Any, limit: int | None = None) -> int:
    """Have files looked at when nothing else waits; return how many. Call inside ``transaction()``."""
    rows = db.session.execute(select(Blob.id, Blob.sha256).where(which).order_by(Blob.id).limit(limit)).all()
    for blob_id, sha256 in rows:
        enqueue("library.check_file", {"blob_id": blob_id}, key=f"check:{sha256}", priority=BULK)
    return len(rows)


@fill("health.checks", order=80)
def antivirus_answers() -> Check | None:
    """Return whether files wait for the antivirus longer than they should, where there is one."""
    if not has_antivirus():
        return None
    waiting = select(func.count()).where(Blob.safety == Safety.WAITING)
    late = waiting.where(Blob.created_at < now() - TOO_LONG_WAITING)
    return Check("antivirus", not db.session.scalar(late), {"waiting": db.session.scalar(waiting) or 0})
