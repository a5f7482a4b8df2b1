"""Threads, posts and where each person stopped reading."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime
from app.extensions import db
from app.spaces.models import SpaceContent


class Thread(SpaceContent, db.Model):
    """A discussion in a space, or the one discussion of a subject (a resource, later a meeting).

    Facilitators will close discussions; ``locked_at`` is there for it from the first migration.
    """

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id"),
        Index("ix_thread_recent", "space_id", "last_post_at"),
    )

    subject_type: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    post_count: Mapped[int] = mapped_column(default=0)
    last_post_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    last_post_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    is_pinned: Mapped[bool] = mapped_column(default=False)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    last_post_by: Mapped[User | None] = relationship(foreign_keys=[last_post_by_id])

    @property
    def reply_count(self) -> int:
        """Posts after the first one; for the discussion of a subject, all of them."""
        return self.post_count if self.subject_type else max(0, self.post_count - 1)


class Post(HasPublicId, db.Model):
    """One message. ``n`` numbers the posts of a thread from 1, without reuse.

    ``page`` anchors it to a page of the file whose public id is ``file``; empty, of the first file, as when files were
    not named yet. It is no key: what was said of a page stays when its file goes.
    """

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("thread_id", "n"),)

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    n: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    renderer_version: Mapped[int]
    lang: Mapped[str] = mapped_column(String(5), default="fr")
    page: Mapped[int | None]
    file: Mapped[str] = mapped_column(String(10), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edit_version: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    deleted_reason: Mapped[str] = mapped_column(String(400), default="")

    thread: Mapped[Thread] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])


class ReadPosition(db.Model):
    """The last post of a thread that a person has seen."""

    __tablename__ = "read_position"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True, index=True)
    n: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
