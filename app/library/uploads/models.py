"""Files on their way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime
from app.extensions import db


class Upload(HasPublicId, db.Model):
    """A file somebody sends to a space in pieces; how far it has come is what ``core.parts`` holds under its public id.

    ``size`` is announced at the beginning; ``said`` is the metadata as the client wrote it (tus: ``Upload-Metadata``),
    ``modified`` the moment the file was last changed, as the browser tells it: with name and size, it tells the same
    file chosen again. Whole and taken in, it has ``finished_at`` and the row it became; ``refusal`` says why not.
    """

    __tablename__ = "upload"

    person_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(220))
    size: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[str] = mapped_column(String(20), default="")
    said: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(String(400), default="")
    staged_id: Mapped[int | None] = mapped_column(ForeignKey("staged_resource.id", ondelete="SET NULL"), index=True)
