"""Invitations, and the lists of people an import turns into invitations."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.models import Organisation, User, UserKind
from app.core.clock import now
from app.core.db import HasMoments, HasPublicId, UtcDateTime, sort_key
from app.extensions import db
from app.spaces.models.spaces import Role, Space


class Invitation(HasPublicId, HasMoments, db.Model):
    """A link mailed to an address: one use, until ``expires_at``; it opens the network, some spaces, or both.

    ``kind`` is what the person becomes when they have no account yet. ``guest_until`` is when a guest's place in the
    spaces ends. Only the hash of the secret is kept. What the link opens is checked again when it is used: it never
    gives what its author could not give at that moment.
    """

    __tablename__ = "invitation"

    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    sort_key: Mapped[str] = mapped_column(String(200), default="")
    function: Mapped[str] = mapped_column(String(160), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    kind: Mapped[str] = mapped_column(String(10), default=UserKind.MEMBER)
    words: Mapped[str] = mapped_column(Text, default="")
    purpose: Mapped[str] = mapped_column(String(300), default="")
    guest_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("people_import.id", ondelete="SET NULL"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation | None] = relationship()
    invited_by: Mapped[User | None] = relationship(foreign_keys=[invited_by_id])
    sponsor: Mapped[User | None] = relationship(foreign_keys=[sponsor_id])
    places: Mapped[list[InvitationSpace]] = relationship(cascade="all, delete-orphan", back_populates="invitation")

    @validates("name")
    def _name(self, _key: str, name: str) -> str:
        self.sort_key = sort_key(name)
        return name

    @property
    def is_open(self) -> bool:
        """Whether the link can still be used, whatever it opens."""
        return self.accepted_at is None and self.cancelled_at is None and self.expires_at > now()

    @property
    def ends_at(self) -> datetime:
        """Until when it can be accepted: while the link lives, and for a guest before their access would end."""
        return min(self.expires_at, self.guest_until or self.expires_at)


class InvitationSpace(db.Model):
    """A space that an invitation opens, and in which role."""

    __tablename__ = "invitation_space"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(12), default=Role.MEMBER)

    invitation: Mapped[Invitation] = relationship(back_populates="places")
    space: Mapped[Space] = relationship()


class ImportState(enum.StrEnum):
    """Where a list of people stands: being prepared, being worked on, done, given up half way."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class PeopleImport(HasPublicId, HasMoments, db.Model):
    """A list of people somebody brings in: its columns, what they mean, and how far the work has come."""

    __tablename__ = "people_import"

    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default=ImportState.DRAFT)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)


class PeopleImportRow(db.Model):
    """One row of a list of people: its cells as read, then what came of it (``outcome``, empty until done)."""

    __tablename__ = "people_import_row"
    __table_args__ = (UniqueConstraint("import_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id", ondelete="CASCADE"))
    n: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
