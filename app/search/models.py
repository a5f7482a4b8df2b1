"""What search remembers: the version of the audience, what changed with each version, what a person asked lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime, insert_into, is_writing
from app.extensions import db

_ONLY = 1


class AudienceVersion(db.Model):
    """One row: a number that moves with every change of what can be found, or of who may find it."""

    __tablename__ = "audience_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


class SearchChange(db.Model):
    """What changed with a version: one thing, or everything when ``type`` is empty. Old rows are purged."""

    __tablename__ = "search_change"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str | None] = mapped_column(String(20))
    object_id: Mapped[int | None]


class RecentSearch(HasPublicId, db.Model):
    """What a person asked lately, as ``keeping.to_dict`` gives it: theirs alone; ``key`` is its question."""

    __tablename__ = "recent_search"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


def touch_audience(type_: str | None = None, object_id: int | None = None) -> int:
    """Say in the present transaction that one thing changed (or, without arguments, that many did); return the version.

    Every process reads the catalogue again before its next search. Raises RuntimeError outside of ``transaction()``.
    """
    if not is_writing():
        message = "touch_audience() outside of transaction()"
        raise RuntimeError(message)
    db.session.execute(insert_into(AudienceVersion).values(id=_ONLY, version=0).on_conflict_do_nothing())
    # The row stays locked to the end of the transaction, so versions become visible in their order.
    moved = update(AudienceVersion).where(AudienceVersion.id == _ONLY).values(version=AudienceVersion.version + 1)
    options = {"synchronize_session": False}
    version: int = db.session.scalars(moved.returning(AudienceVersion.version), execution_options=options).one()
    db.session.execute(insert(SearchChange).values(version=version, type=type_, object_id=object_id))
    return version


def touch_audience_of(type_: str, ids: Sequence[int]) -> None:
    """Say in the present transaction that several things of one type changed: three statements however many."""
    if not ids:
        return
    first = touch_audience(type_, ids[0])
    if len(ids) > 1:
        rest = [{"version": first + n, "type": type_, "object_id": one} for n, one in enumerate(ids[1:], 1)]
        moved = update(AudienceVersion).where(AudienceVersion.id == _ONLY).values(version=first + len(rest))
        db.session.execute(moved.execution_options(synchronize_session=False))
        db.session.execute(insert(SearchChange), rest)


def audience_version() -> int:
    """Return the version of the audience, 0 before the first change."""
    return db.session.scalar(select(AudienceVersion.version).where(AudienceVersion.id == _ONLY)) or 0


def changes_after(version: int, limit: int) -> list[tuple[str | None, int | None]] | None:
    """Return (type, id) of what changed after a version; None when it is not all known any more, or too much."""
    oldest = db.session.scalar(select(func.min(SearchChange.version)))
    if oldest is None or oldest > version + 1:
        return None
    wanted = select(SearchChange.type, SearchChange.object_id).where(SearchChange.version > version).limit(limit + 1)
    rows = [(row.type, row.object_id) for row in db.session.execute(wanted)]
    return None if len(rows) > limit else list(dict.fromkeys(rows))
