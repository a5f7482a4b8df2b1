"""Reading lists, their entries, and what is pinned in the library of a space."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.core.db import UtcDateTime
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import SpaceContent


class ReadingList(SpaceContent, db.Model):
    """Resources to read on a theme, chosen in a space and read by those who read the space."""

    __tablename__ = "reading_list"

    intro: Mapped[str] = mapped_column(Text, default="")
    intro_html: Mapped[str] = mapped_column(Text, default="")


class ReadingEntry(db.Model):
    """One resource of a reading list, with a word on why. It grants nothing: each reader sees what they may read."""

    __tablename__ = "reading_entry"
    __table_args__ = (UniqueConstraint("list_id", "resource_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("reading_list.id", ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    resource: Mapped[Resource] = relationship()
    list: Mapped[ReadingList] = relationship()


class Pin(db.Model):
    """A resource shown first in the library of a space."""

    __tablename__ = "pin"

    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
