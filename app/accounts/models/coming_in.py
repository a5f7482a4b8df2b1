"""How strangers ask to come in, the charter everybody accepts, and what a person takes away."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models.organisations import Organisation
from app.accounts.models.people import User
from app.core.clock import now
from app.core.db import HasMoments, HasPublicId, UtcDateTime
from app.core.deciding import Answer, HasDecision
from app.extensions import db


class RequestState(enum.StrEnum):
    """Where a request for access stands: not confirmed by who asks, then as every thing that is decided."""

    UNCONFIRMED = "unconfirmed"
    PENDING = Answer.PENDING.value
    ACCEPTED = Answer.ACCEPTED.value
    REFUSED = Answer.REFUSED.value


class AccessRequest(HasDecision, HasPublicId, HasMoments, db.Model):
    """A stranger asks for an account. ``organisation`` is the one whose domain their confirmed address has, if any."""

    __tablename__ = "access_request"

    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120))
    function: Mapped[str] = mapped_column(String(160), default="")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    message: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(5), default="fr")
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12), default=RequestState.UNCONFIRMED, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    decided_by: Mapped[User | None] = relationship(foreign_keys="AccessRequest.decided_by_id")


class CharterVersion(db.Model):
    """The charter of use as it was published for the n-th time; people accept a version, the last one counts."""

    __tablename__ = "charter_version"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))


class DataExport(HasPublicId, db.Model):
    """Everything the site holds of a person, gathered in one ZIP file until ``expires_at``."""

    __tablename__ = "data_export"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
