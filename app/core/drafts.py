"""What a person has typed and not yet sent, kept per form, so that nothing typed is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime, transaction
from app.core.jobs import job
from app.extensions import db

LARGEST_DRAFT = 200_000  # characters of one field
MOST_DRAFTS = 100  # of one person
KEPT = timedelta(days=90)


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


def drafts_at(person: Any, pattern: str, field: str) -> dict[str, str]:
    """Return one field of each draft of a person whose key is like a pattern of SQL, by key, the last kept first.

    Only that field leaves the database, without the spaces around it; where it is empty the draft is left out.
    """
    query = select(Draft.key, Draft.data[field].as_string()).where(
        Draft.person_id == person.id, Draft.key.like(pattern)
    )
    rows = db.session.execute(query.order_by(Draft.updated_at.desc(), Draft.id.desc()))
    return {key: value.strip() for key, value in rows if value and value.strip()}


def keep_draft(person: Any, key: str, data: dict[str, Any]) -> datetime:
    """Keep the fields of a form, inside a transaction; return the moment."""
    kept = {name: value[:LARGEST_DRAFT] if isinstance(value, str) else value for name, value in data.items()}
    row = _row(person, key)
    if row is None:
        _make_room(person)
        row = Draft(person_id=person.id, key=key[:300])
        db.session.add(row)
    row.data = kept
    row.updated_at = now()
    return row.updated_at


def _make_room(person: Any) -> None:
    """Forget the oldest drafts of a person who has as many as one may have."""
    mine = select(Draft.id).where(Draft.person_id == person.id).order_by(Draft.updated_at.desc(), Draft.id.desc())
    for oldest in db.session.scalars(mine.offset(MOST_DRAFTS - 1)).all():
        db.session.execute(delete(Draft).where(Draft.id == oldest))


@job("drafts.purge", every=timedelta(days=1))
def purge_drafts(_payload: dict[str, Any]) -> None:
    """Forget drafts that nobody has touched for three months."""
    with transaction() as session:
        session.execute(delete(Draft).where(Draft.updated_at < now() - KEPT))


def drop_draft(person: Any, key: str) -> None:
    """Forget a draft once its form has been published."""
    row = _row(person, key)
    if row is not None:
        db.session.delete(row)
