"""Spaces, who takes part in them, and what everything kept in a space has in common."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, validates

from app.accounts.models import User
from app.core.clock import now
from app.core.db import HasMoments, HasPublicId, UtcDateTime, sort_key
from app.core.deciding import HasDecision
from app.core.text import one_line
from app.extensions import db

LONGEST_TITLE = 300
#: The sections of a space that can be put away, in the order of its tabs.
SECTIONS = ("library", "discussions")


class Visibility(enum.StrEnum):
    """Who learns that a space exists and reads it."""

    OPEN = "open"
    REQUEST = "request"
    PRIVATE = "private"


class JoinPolicy(enum.StrEnum):
    """How one comes in."""

    FREE = "free"
    REQUEST = "request"
    INVITATION = "invitation"


class Role(enum.StrEnum):
    """What a person is in a space."""

    MEMBER = "member"
    FACILITATOR = "facilitator"


class Audience(enum.StrEnum):
    """Who may read a thing: the people of its home space, or every member of the network."""

    SPACE = "space"
    NETWORK = "network"


class State(enum.StrEnum):
    """Where a thing is in its life."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Space(HasPublicId, HasMoments, db.Model):
    """A working group's place. ``visibility`` and ``join_policy`` are two settings."""

    __tablename__ = "space"

    slug: Mapped[str] = mapped_column(String(90), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    short_name: Mapped[str] = mapped_column(String(60), default="")
    summary: Mapped[str] = mapped_column(String(400), default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    purpose_html: Mapped[str] = mapped_column(Text, default="")
    partner: Mapped[str] = mapped_column(String(200), default="")
    welcome: Mapped[str] = mapped_column(Text, default="")
    welcome_html: Mapped[str] = mapped_column(Text, default="")
    hidden_sections: Mapped[list[str]] = mapped_column(JSON, default=list)
    image_sha256: Mapped[str | None] = mapped_column(String(64))
    #: The bytes its files may take: None as the setting says, 0 without a limit (``spaces.quotas``).
    quota: Mapped[int | None] = mapped_column(BigInteger)
    #: When those who run it were told that it fills up.
    nearly_full_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visibility: Mapped[str] = mapped_column(String(10), default=Visibility.OPEN)
    join_policy: Mapped[str] = mapped_column(String(12), default=JoinPolicy.FREE)
    #: Whether those who run the space read what its members share before it is published.
    reviews_resources: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether resources take keywords of the common list alone; otherwise any word, which then waits to be adopted.
    closed_keywords: Mapped[bool] = mapped_column(default=False, server_default=false())
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edit_version: Mapped[int] = mapped_column(default=1)

    @validates("name")
    def _name(self, _key: str, name: str) -> str:
        name = one_line(name)[:160]
        self.sort_key = sort_key(name)
        return name

    @property
    def label(self) -> str:
        """The name where there is little room: in rows, breadcrumbs and facets."""
        return self.short_name or self.name

    def shows(self, section: str) -> bool:
        """Whether a section has not been put away by those who run the space."""
        return section not in self.hidden_sections

    @property
    def is_private(self) -> bool:
        """Whether nobody outside may learn that the space exists."""
        return self.visibility == Visibility.PRIVATE


class Membership(db.Model):
    """A person in a space, until ``expires_at`` when there is one.

    ``sponsor`` answers for a guest and ``purpose`` says why they came; ``warned_at`` is when their end was announced.
    ``welcomed_at`` is when the person put the welcome of the space away. ``proposed_by`` runs the space and proposed
    this guest as a member of the network: once it is so, their end is lifted here.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("space_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(12), default=Role.MEMBER)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    purpose: Mapped[str] = mapped_column(String(300), default="")
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    welcomed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    space: Mapped[Space] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    sponsor: Mapped[User | None] = relationship(foreign_keys=[sponsor_id])
    proposed_by: Mapped[User | None] = relationship(foreign_keys=[proposed_by_id])

    @property
    def is_running(self) -> bool:
        """Whether the membership has not come to its end."""
        return self.expires_at is None or self.expires_at > now()


class JoinRequest(HasDecision, db.Model):
    """A member asks to enter a space that admits on request; it is there until the answer has taken effect."""

    __tablename__ = "join_request"
    __table_args__ = (UniqueConstraint("space_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    message: Mapped[str] = mapped_column(String(600), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    space: Mapped[Space] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys="JoinRequest.decided_by_id")


class SpaceEntry(HasPublicId, db.Model):
    """An administrator's stay in a space not theirs: with a reason, until a moment, told to those who run it."""

    __tablename__ = "space_entry"

    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(600))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)

    space: Mapped[Space] = relationship()
    user: Mapped[User] = relationship()

    @property
    def is_running(self) -> bool:
        """Whether the stay has begun and not ended."""
        return self.started_at <= now() < self.ends_at


class SpaceContent(HasPublicId, HasMoments):
    """Mixin: what everything that lives in a space has. The rights of all of it are in ``spaces.permissions``."""

    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    audience: Mapped[str] = mapped_column(String(10), default=Audience.SPACE)
    state: Mapped[str] = mapped_column(String(10), default=State.PUBLISHED)
    lang: Mapped[str] = mapped_column(String(5), default="fr")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    edit_version: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_reason: Mapped[str] = mapped_column(String(400), default="")

    @declared_attr
    def space_id(cls) -> Mapped[int]:  # noqa: N805 - declared_attr works on the class
        """Home space."""
        return mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def author_id(cls) -> Mapped[int | None]:  # noqa: N805
        """Who brought it."""
        return mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)

    @declared_attr
    def deleted_by_id(cls) -> Mapped[int | None]:  # noqa: N805
        """Who put it in the trash."""
        return mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    @declared_attr
    def space(cls) -> Mapped[Space]:  # noqa: N805
        """Home space. Shown only to those who may see it."""
        return relationship(Space, foreign_keys=[cls.space_id])  # type: ignore[list-item]

    @declared_attr
    def author(cls) -> Mapped[User | None]:  # noqa: N805
        """Who brought it."""
        return relationship(User, foreign_keys=[cls.author_id])  # type: ignore[list-item]

    @validates("title")
    def _title(self, _key: str, title: str) -> str:
        title = one_line(title)[:LONGEST_TITLE]
        self.sort_key = sort_key(title)
        return title

    @property
    def is_live(self) -> bool:
        """Whether it is published (or archived) and not in the trash."""
        return self.state != State.DRAFT and self.deleted_at is None


def fields_of(thing: Any, *names: str) -> dict[str, Any]:
    """Return some fields of a thing, to be kept as a revision."""
    return {name: getattr(thing, name) for name in names}
