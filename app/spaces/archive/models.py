"""Archives being made for people who take a space away, and archives brought in."""

from __future__ import annotations

import enum
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import HasMoments, HasPublicId, UtcDateTime
from app.extensions import db
from app.spaces.models import Space


class ImportStep(enum.StrEnum):
    """How far an archive that is brought in has come."""

    CHECKING = "checking"
    REFUSED = "refused"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"


class SpaceArchive(HasPublicId, HasMoments, db.Model):
    """A space as one file, for who asked for it alone, until ``expires_at``; made once ``ready_at`` is set."""

    __tablename__ = "space_archive"

    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    space: Mapped[Space] = relationship()

    @property
    def path(self) -> Path:
        """Where its bytes are."""
        return folder() / f"out-{self.public_id}.zip"


class ArchiveImport(HasPublicId, HasMoments, db.Model):
    """An archive somebody brings, or a command (``by_id`` empty): what it holds, then the space it became.

    ``refusal`` is the sentence that says why it cannot come in; ``space_id`` the space being brought in, hidden until
    all of it is there; ``remarks`` name what was left out.
    """

    __tablename__ = "archive_import"

    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=ImportStep.CHECKING)
    refusal: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    remarks: Mapped[list[str]] = mapped_column(JSON, default=list)
    slug: Mapped[str] = mapped_column(String(90), default="")
    space_id: Mapped[int | None] = mapped_column(ForeignKey("space.id", ondelete="SET NULL"), index=True)

    space: Mapped[Space | None] = relationship()

    @property
    def path(self) -> Path:
        """Where its bytes are."""
        return folder() / f"in-{self.public_id}.zip"


def is_arriving(space: Space) -> bool:
    """Tell whether a space is being brought in: not all of it is there yet."""
    running = (ArchiveImport.space_id == space.id) & (ArchiveImport.state == ImportStep.RUNNING)
    return db.session.scalar(select(ArchiveImport.id).where(running)) is not None


def folder() -> Path:
    """Return the folder of archives, made when it is not there."""
    place = Path(current_app.config["SETTINGS"].instance) / "archives"
    place.mkdir(mode=0o700, exist_ok=True)
    return place
