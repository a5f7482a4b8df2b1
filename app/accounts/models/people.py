"""People: who they are, what they show of themselves, how they prove it."""

from __future__ import annotations

import enum
from datetime import date, datetime

from flask_login import UserMixin
from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.models.organisations import Organisation
from app.core.db import HasMoments, HasPublicId, UtcDateTime, key_of, sort_key
from app.core.text import one_line
from app.extensions import db


class UserKind(enum.StrEnum):
    """Whether a person belongs to the network or was invited into some of its spaces."""

    MEMBER = "member"
    GUEST = "guest"


class Mandate(enum.StrEnum):
    """In what quality a person takes part: elected, agent of an authority, partner."""

    ELECTED = "elected"
    AGENT = "agent"
    PARTNER = "partner"


class ShownTo(enum.StrEnum):
    """To whom a person shows one of their details."""

    NOBODY = "nobody"
    SPACES = "spaces"
    NETWORK = "network"


class User(UserMixin, HasPublicId, HasMoments, db.Model):
    """A person with an account. ``kind`` says member or guest; ``is_admin`` runs the site.

    ``is_referent`` may invite colleagues of the same organisation. ``in_directory`` is never presumed: the person says
    so, at ``directory_answered_at``. ``totp_secret`` is sealed; it counts once ``totp_confirmed_at`` is set.
    ``erased_at``: the account is closed for good and names nobody any more.
    """

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    function: Mapped[str] = mapped_column(String(160), default="")
    function_key: Mapped[str] = mapped_column(String(200), default=key_of("function"), server_default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default=UserKind.MEMBER)
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_referent: Mapped[bool] = mapped_column(default=False)
    mandate: Mapped[str | None] = mapped_column(String(10))
    mandate_start: Mapped[date | None]
    mandate_end: Mapped[date | None]
    spoken_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    about: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    photo_sha256: Mapped[str | None] = mapped_column(String(64))
    in_directory: Mapped[bool] = mapped_column(default=False)
    directory_answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email_shown_to: Mapped[str] = mapped_column(String(10), default=ShownTo.NOBODY)
    phone_shown_to: Mapped[str] = mapped_column(String(10), default=ShownTo.NOBODY)
    photo_shown_to: Mapped[str] = mapped_column(String(10), default=ShownTo.NETWORK)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    theme: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(300))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    charter_version: Mapped[int | None]
    charter_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_visit_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edit_version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    expertise: Mapped[list[Expertise]] = relationship(
        cascade="all, delete-orphan", order_by="Expertise.sort_key", back_populates="user"
    )

    @validates("name")
    def _name(self, _key: str, name: str) -> str:
        name = one_line(name)[:120]
        self.sort_key = sort_key(name)
        return name

    @validates("function")
    def _function(self, _key: str, function: str) -> str:
        self.function_key = sort_key(function)
        return function

    @property
    def is_active(self) -> bool:
        """Whether the account may be used (Flask-Login refuses the others)."""
        return self.disabled_at is None

    @property
    def is_member(self) -> bool:
        """Whether the person belongs to the network: a guest does not."""
        return self.kind == UserKind.MEMBER and self.disabled_at is None

    @property
    def is_guest(self) -> bool:
        """Whether the person was only invited into some spaces; « invité » stands beside the name."""
        return self.kind == UserKind.GUEST

    @property
    def first_name(self) -> str:
        """The word by which the home page greets the person."""
        return self.name.split()[0] if self.name.split() else self.name


class Expertise(db.Model):
    """A subject a person knows about, in their own words; compared by ``sort_key``."""

    __tablename__ = "expertise"
    __table_args__ = (UniqueConstraint("user_id", "sort_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(80))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)

    user: Mapped[User] = relationship(back_populates="expertise")

    @validates("label")
    def _label(self, _key: str, label: str) -> str:
        label = one_line(label)[:80]
        self.sort_key = sort_key(label)
        return label
