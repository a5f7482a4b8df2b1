"""The work behind archives: making one, reading one through, bringing one in, forgetting old ones."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.extensions import db
from app.spaces.archive.arriving import bring_in, forget_hidden
from app.spaces.archive.checking import check_archive
from app.spaces.archive.columns import ArchiveError
from app.spaces.archive.leaving import rows_in, write_archive
from app.spaces.archive.models import ArchiveImport, ImportStep, SpaceArchive, folder
from app.spaces.archive.opening import DAMAGED, Opened
from app.spaces.archive.operations import BRING, CHECK, KEPT, KEPT_IMPORT, MAKE
from app.spaces.models import Space
from app.spaces.permissions import can_run_space

STRAY = timedelta(days=1)
BROKEN_OFF = _l("La reprise de l'archive s'est interrompue, et rien n'en est resté. Essayez de nouveau.")


@job(MAKE, queue="files", timeout=900, max_attempts=3)
def make_archive(payload: dict[str, Any]) -> None:
    """Make the archive of a space, then tell who asked. Made twice, the last one counts; a right lost makes none."""
    archive = db.session.get(SpaceArchive, payload["id"])
    by = db.session.get(User, archive.by_id) if archive is not None else None
    if archive is None or by is None or archive.ready_at is not None:
        return
    if by.disabled_at is not None or not can_run_space(by, archive.space):
        return
    path = archive.path
    draft = path.with_suffix(".part")
    with force_locale(by.language), draft.open("wb") as target:
        manifest = write_archive(archive.space, by, target)
    size = draft.stat().st_size
    draft.replace(path)
    with transaction() as session:
        archive = session.get(SpaceArchive, payload["id"])
        by = session.get(User, archive.by_id) if archive is not None else None
        if archive is None or by is None:
            path.unlink(missing_ok=True)
            return
        archive.size, archive.ready_at, archive.expires_at = size, now(), now() + KEPT
        record("space.exported", by, archive.space, rows=rows_in(manifest), files=manifest["files"])
        about = {"user": by, "until": archive.expires_at, "space": archive.space}
        link = address("spaces.archive_page", slug=archive.space.slug)
        subject = _l("L'archive que vous avez demandée est prête")
        send(by.email, subject, "archive_ready", language=by.language, timezone=by.timezone, link=link, **about)


@job(CHECK, queue="files", timeout=900, max_attempts=2)
def read_through(payload: dict[str, Any]) -> None:
    """Read an archive through and keep what it holds, or why it cannot come in."""
    kept = db.session.get(ArchiveImport, payload["id"])
    by = db.session.get(User, kept.by_id) if kept is not None else None
    if kept is None or by is None or kept.state != ImportStep.CHECKING:
        return
    summary, refusal = {}, ""
    with force_locale(by.language):
        try:
            with kept.path.open("rb") as source:
                summary = check_archive(Opened(source)).summary
        except ArchiveError as error:
            refusal = str(error.message)
        except Exception:
            current_app.logger.exception("archive %s could not be read through", kept.public_id)
            refusal = str(DAMAGED)
    _keep(payload["id"], ImportStep.REFUSED if refusal else ImportStep.READY, summary=summary, refusal=refusal)
    if refusal:
        kept.path.unlink(missing_ok=True)


@job(BRING, queue="files", timeout=900, max_attempts=3)
def bring(payload: dict[str, Any]) -> None:
    """Bring an archive in. Begun again after a crash, it first takes away what was half there."""
    kept = db.session.get(ArchiveImport, payload["id"])
    by = db.session.get(User, kept.by_id) if kept is not None else None
    if kept is None or by is None or kept.state != ImportStep.RUNNING:
        return
    if kept.space_id is not None:
        forget_hidden(kept.space_id)
    with force_locale(by.language), kept.path.open("rb") as source:
        try:
            opened = Opened(source)
            arriving = bring_in(
                opened,
                check_archive(opened),
                kept.slug,
                lambda space_id: _begun(payload["id"], space_id),
                _shown(by, payload),
                kept.summary.get("quota"),
            )
        except ArchiveError as error:
            _keep(payload["id"], ImportStep.REFUSED, refusal=str(error.message))
            return
        except Exception:
            current_app.logger.exception("archive %s could not be brought in", kept.public_id)
            _keep(payload["id"], ImportStep.REFUSED, refusal=str(BROKEN_OFF))
            return
    _keep(payload["id"], ImportStep.DONE, remarks=arriving.remarks[:200])
    kept.path.unlink(missing_ok=True)


def _begun(import_id: int, space_id: int) -> None:
    db.session.get_one(ArchiveImport, import_id).space_id = space_id


def _shown(by: User, payload: dict[str, Any]) -> Any:
    def shown(space: Space) -> None:
        kept = db.session.get_one(ArchiveImport, payload["id"])
        kept.state = ImportStep.DONE
        record("space.imported", by, space, rows=sum(kept.summary["rows"].values()))

    return shown


def _keep(import_id: int, state: ImportStep, **values: Any) -> None:
    with transaction() as session:
        kept = session.get(ArchiveImport, import_id)
        if kept is not None:
            kept.state = state
            for name, value in values.items():
                setattr(kept, name, value)


@job("spaces.forget_archives", every=timedelta(hours=6), timeout=300)
def forget_archives(_payload: dict[str, Any]) -> None:
    """Forget the archives nobody can fetch any more and those brought long ago; then files that no row names."""
    with transaction() as session:
        for one in session.scalars(select(SpaceArchive).where(SpaceArchive.expires_at <= now())):
            session.delete(one)
        old = (ArchiveImport.updated_at < now() - KEPT_IMPORT) & (ArchiveImport.state != ImportStep.RUNNING)
        for kept in session.scalars(select(ArchiveImport).where(old)):
            session.delete(kept)
        cut = (ArchiveImport.state == ImportStep.RUNNING) & ArchiveImport.by_id.is_(None)
        lost = session.scalars(select(ArchiveImport).where(cut, ArchiveImport.updated_at < now() - STRAY)).all()
        halves = [kept.space_id for kept in lost if kept.space_id is not None]
        for kept in lost:
            session.delete(kept)
    for space_id in halves:  # of a command that was killed
        forget_hidden(space_id)
    named = {f"out-{one}" for one in db.session.scalars(select(SpaceArchive.public_id))}
    named |= {f"in-{one}" for one in db.session.scalars(select(ArchiveImport.public_id))}
    db.session.rollback()
    oldest = time.time() - STRAY.total_seconds()
    for file in folder().iterdir():
        if file.stem not in named or (file.suffix == ".part" and file.stat().st_mtime < oldest):
            file.unlink(missing_ok=True)
