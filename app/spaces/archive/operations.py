"""Asking for the archive of a space, bringing one in. Plain functions, inside ``transaction()`` unless said."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import BULK, enqueue
from app.core.text import one_line, slugify
from app.extensions import db
from app.spaces.archive.arriving import slug_for
from app.spaces.archive.checking import Checked, require_place
from app.spaces.archive.models import ArchiveImport, ImportStep, SpaceArchive
from app.spaces.models import Space
from app.spaces.permissions import can_run_space

MAKE, CHECK, BRING = "spaces.make_archive", "spaces.check_archive", "spaces.bring_archive"
KEPT, KEPT_IMPORT, RECENT = timedelta(days=3), timedelta(days=7), 10
PIECE = 1024 * 1024


def ask_for_archive(by: User, space: Space) -> SpaceArchive:
    """Have a space made into an archive for a person; the one being made for them is enough. Raises RefusedError."""
    lock(space)
    can_run_space.require(by, space)
    making = (SpaceArchive.space_id == space.id) & (SpaceArchive.by_id == by.id) & SpaceArchive.ready_at.is_(None)
    found: SpaceArchive | None = db.session.scalar(select(SpaceArchive).where(making, SpaceArchive.expires_at > now()))
    if found is not None:
        return found
    archive = SpaceArchive(space_id=space.id, by_id=by.id, expires_at=now() + KEPT)
    db.session.add(archive)
    db.session.flush()
    record("space.export_asked", by, space)
    enqueue(MAKE, {"id": archive.id}, key=f"{MAKE}:{archive.id}", priority=BULK)
    return archive


def archives_of(person: User, space: Space) -> Sequence[SpaceArchive]:
    """Return the archives of a space that a person asked for and may still fetch, newest first."""
    theirs = (SpaceArchive.space_id == space.id) & (SpaceArchive.by_id == person.id) & (SpaceArchive.expires_at > now())
    return db.session.scalars(select(SpaceArchive).where(theirs).order_by(SpaceArchive.id.desc())).all()


def archive_for(person: User, space: Space, public_id: str) -> SpaceArchive:
    """Return an archive a person asked for, once it is made. Raises NotFoundError for any other."""
    for one in archives_of(person, space):
        if one.public_id == public_id and one.ready_at is not None and one.path.exists():
            return one
    raise NotFoundError


def receive_archive(by: User, name: str) -> ArchiveImport:
    """Begin to bring an archive in: its bytes come next (``keep_bytes``), then its check. Raises RefusedError."""
    _administer(by)
    kept = ArchiveImport(by_id=by.id, name=one_line(name)[:200])
    db.session.add(kept)
    db.session.flush()
    return kept


def keep_bytes(kept: ArchiveImport, stream: BinaryIO) -> None:
    """Write the bytes of an archive down, whole or not at all. Not inside ``transaction()``."""
    draft = kept.path.with_suffix(".part")
    with draft.open("wb") as file:
        shutil.copyfileobj(stream, file, PIECE)
    draft.replace(kept.path)


def check_soon(kept: ArchiveImport) -> None:
    """Have an archive read through."""
    enqueue(CHECK, {"id": kept.id}, key=f"{CHECK}:{kept.id}")


def imports_by(person: User) -> Sequence[ArchiveImport]:
    """Return the last archives a person brought, newest first."""
    query = select(ArchiveImport).where(ArchiveImport.by_id == person.id).order_by(ArchiveImport.id.desc())
    return db.session.scalars(query.limit(RECENT)).all()


def import_for(person: User, public_id: str) -> ArchiveImport:
    """Return an archive a person brought. Raises NotFoundError for any other."""
    mine = (ArchiveImport.by_id == person.id) & (ArchiveImport.public_id == public_id)
    found: ArchiveImport | None = db.session.scalar(select(ArchiveImport).where(mine))
    if found is None:
        raise NotFoundError
    return found


def start_import(by: User, kept: ArchiveImport, slug: str, quota: int | None = None) -> None:
    """Have a checked archive brought in at an address, ``quota`` being the place its files may take there.

    Raises DomainError when it has begun, when the address is taken or the files do not fit.
    """
    lock(kept)
    _administer(by)
    if kept.state != ImportStep.READY:
        raise DomainError(_l("Cet import a déjà commencé."))
    kept.slug = slug_for(Checked(kept.summary["manifest"]), slugify(slug) if slug.strip() else "")
    require_place(kept.summary["bytes"], quota)
    kept.summary = {**kept.summary, "quota": quota}
    kept.state = ImportStep.RUNNING
    record("space.import_started", by, None)
    enqueue(BRING, {"id": kept.id}, key=f"{BRING}:{kept.id}", priority=BULK)


def give_up(by: User, kept: ArchiveImport) -> None:
    """Forget an archive that has not begun to come in."""
    lock(kept)
    _administer(by)
    if kept.state != ImportStep.RUNNING:
        kept.path.unlink(missing_ok=True)
        db.session.delete(kept)


def _administer(by: User) -> None:
    if not (by.is_admin and by.is_member):
        raise RefusedError
