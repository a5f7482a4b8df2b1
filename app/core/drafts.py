"""What a person has typed and not yet sent, kept per form, so that nothing typed is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime
from app.extensions import db

LARGEST_DRAFT = 200_000  # characters of one field


class Draft(db.Model):
    """The fields of one form as one person left them; ``key`` is the path the form posts to."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(300))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


def _row(person: Any, key: str) -> Draft | None:
    return db.session.scalar(select(Draft).where(Draft.person_id == person.id, Draft.key == key[:300]))


def draft_for(person: Any, key: str) -> dict[str, Any]:
    """Return the fields kept for a person and a form, an empty dictionary when there are none."""
    row = _row(person, key)
    return dict(row.data) if row else {}


def keep_draft(person: Any, key: str, data: dict[str, Any]) -> datetime:
    """Keep the fields of a form, inside a transaction; return the moment."""
    kept = {name: value[:LARGEST_DRAFT] if isinstance(value, str) else value for name, value in data.items()}
    row = _row(person, key)
    if row is None:
        row = Draft(person_id=person.id, key=key[:300])
        db.session.add(row)
    row.data = kept
    row.updated_at = now()
    return row.updated_at


def drop_draft(person: Any, key: str) -> None:
    """Forget a draft once its form has been published."""
    row = _row(person, key)
    if row is not None:
        db.session.delete(row)
