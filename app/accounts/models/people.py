"""Organisations, people and the secret links mailed to them."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.clock import now
from app.core.db import HasMoments, HasPublicId, UtcDateTime, sort_key
from app.core.text import one_line
from app.extensions import db


class OrganisationKind(enum.StrEnum):
    """What an organisation is."""

    CITY = "city"
    INTERCOMMUNALITY = "intercommunality"
    DEPARTMENT = "department"
    REGION = "region"
    ASSOCIATION = "association"
    UNIVERSITY = "university"
    OTHER = "other"


class UserKind(enum.StrEnum):
    """Whether a person belongs to the network or was invited into some of its spaces."""

    MEMBER = "member"
    GUEST = "guest"


class Organisation(HasPublicId, HasMoments, db.Model):
    """A city, inter-municipality, association …; a member of the network or not."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20), default=OrganisationKind.CITY)
    is_member: Mapped[bool] = mapped_column(default=True)
    population: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(100))

    @validates("name")
    def _name(self, _key: str, name: str) -> str:
        name = one_line(name)[:200]
        self.sort_key = sort_key(name)
        return name


class User(UserMixin, HasPublicId, HasMoments, db.Model):
    """A person with an account. ``kind`` says member or guest; ``is_admin`` runs the site."""

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    function: Mapped[str] = mapped_column(String(160), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default=UserKind.MEMBER)
    is_admin: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    theme: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_visit_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edit_version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    @validates("name")
    def _name(self, _key: str, name: str) -> str:
        name = one_line(name)[:120]
        self.sort_key = sort_key(name)
        return name

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


class SecretLink(db.Model):
    """A link mailed to a person: single use, short life; only the hash of its secret is kept."""

    __tablename__ = "secret_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="joined")
