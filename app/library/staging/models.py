"""What waits to be completed before it joins the library."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime
from app.extensions import db
from app.spaces.models import Space

FORM = "staged:"


class StagedResource(HasPublicId, db.Model):
    """A resource to be: one file or several, received in a space, and what its person has typed of it so far.

    ``typed`` holds texts as they were typed, and nothing that the file proposes; ``apart`` what was typed for each
    file, by its public id, before they were put together. Its files are the ``ReceivedFile`` of ``form``.
    """

    __tablename__ = "staged_resource"
    __table_args__ = (Index("ix_staged_resource_person_space", "person_id", "space_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    typed: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    apart: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    #: When its person was told that it will be forgotten.
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[User] = relationship()
    space: Mapped[Space] = relationship()

    @property
    def form(self) -> str:
        """The name under which its files wait (``ReceivedFile.form``)."""
        return f"{FORM}{self.public_id}"


class StagedPublication(HasPublicId, db.Model):
    """Many rows that a person publishes at once, or keeps as drafts, done one by one by a job.

    ``rows`` are their public ids with what is published of them (``ResourceDetails``), as they stood when the button
    was pressed. ``made`` gives for a row the public id of what it became, ``refused`` why it stays in the table; one
    that is in neither when all is done was gone meanwhile.
    """

    __tablename__ = "staged_publication"

    person_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    as_draft: Mapped[bool] = mapped_column(default=False)
    rows: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done: Mapped[int] = mapped_column(default=0)
    made: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    refused: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[User] = relationship()
    space: Mapped[Space] = relationship()

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.rows)
