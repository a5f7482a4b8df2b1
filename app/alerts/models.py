"""Saved searches, who follows them with which rhythm, and what was found for each."""

from __future__ import annotations

import enum
import json
import zlib
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime
from app.extensions import db
from app.spaces.models import Space

LONGEST_NAME = 80


class Rhythm(enum.StrEnum):
    """When a person is told by mail of what is new."""

    NONE = "none"
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class SavedSearch(HasPublicId, db.Model):
    """A question kept under a name: a person's own (``user``), or shared by a facilitator to a space (``space``).

    ``asked`` is the page of results as plain values (``search.kept``), never the words of an engine.
    """

    __tablename__ = "saved_search"

    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    space_id: Mapped[int | None] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    #: Who shared it to the space.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    space: Mapped[Space | None] = relationship()
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class Watch(db.Model):
    """A person follows a saved search.

    ``known`` is what has ever been among their results, so that each thing is new once; ``checked`` is the version of
    the audience up to which it was looked at, ``reach`` what the person could read then (``matching.reach_of``), None
    until the first look has learnt what stands there. ``stopped_from`` is the rhythm that a link in a mail has stopped,
    to take it up again.
    """

    __tablename__ = "search_watch"
    __table_args__ = (UniqueConstraint("search_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    rhythm: Mapped[str] = mapped_column(String(10), default=Rhythm.NONE)
    stopped_from: Mapped[str | None] = mapped_column(String(10))
    checked: Mapped[int] = mapped_column(index=True)
    reach: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    packed_known: Mapped[bytes] = mapped_column("known", LargeBinary, deferred=True)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    search: Mapped[SavedSearch] = relationship()
    user: Mapped[User] = relationship()

    @property
    def known(self) -> set[str]:
        """The keys of everything that has been among the results."""
        return unpacked(self.packed_known)

    @known.setter
    def known(self, keys: Collection[str]) -> None:
        self.packed_known = packed(keys)


class Finding(db.Model):
    """A thing that came into the results of a search somebody follows.

    ``is_new`` until they have seen it on its page; ``to_tell`` until a mail has taken it along.
    """

    __tablename__ = "search_finding"
    __table_args__ = (UniqueConstraint("watch_id", "type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("search_watch.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    is_new: Mapped[bool] = mapped_column(default=True, server_default=true())
    to_tell: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)

    watch: Mapped[Watch] = relationship()

    @property
    def key(self) -> str:
        """The thing as search knows it: « resource:12 »."""
        return f"{self.type}:{self.object_id}"


def packed(keys: Collection[str]) -> bytes:
    """Return keys in little room: numbers by type, each as the step from the one before, compressed."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for key in keys:
        type_, _, number = key.partition(":")
        numbers[type_].append(int(number))
    steps = {type_: _steps(sorted(some)) for type_, some in numbers.items()}
    return zlib.compress(json.dumps(steps, separators=(",", ":")).encode())


def _steps(numbers: list[int]) -> list[int]:
    return [number - before for before, number in zip([0, *numbers], numbers, strict=False)]


def unpacked(content: bytes) -> set[str]:
    """Return the keys that ``packed`` was given."""
    keys: set[str] = set()
    for type_, steps in json.loads(zlib.decompress(content)).items():
        number = 0
        for step in steps:
            number += step
            keys.add(f"{type_}:{number}")
    return keys
