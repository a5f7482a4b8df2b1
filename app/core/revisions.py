"""Earlier states of what people wrote, kept at each change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime
from app.extensions import db


class Revision(db.Model):
    """The fields of a thing as they were before its n-th change."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    n: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


def keep_revision(subject: Any, person: Any, fields: dict[str, Any]) -> Revision:
    """Keep the present fields of a thing before it is changed by a person. Call inside the transaction."""
    of_subject = (Revision.subject_type == subject.__tablename__) & (Revision.subject_id == subject.id)
    last = db.session.scalar(select(func.max(Revision.n)).where(of_subject)) or 0
    revision = Revision(
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        n=last + 1,
        person_id=person.id,
        fields=fields,
    )
    db.session.add(revision)
    return revision


def keep_revisions(person: Any, before: Mapping[Any, dict[str, Any]]) -> None:
    """Keep what some fields of several things of one table were before a person changes them: two statements.

    Call inside the transaction.
    """
    if not before:
        return
    table = next(iter(before)).__tablename__
    of_subjects = (Revision.subject_type == table) & Revision.subject_id.in_([one.id for one in before])
    counted = select(Revision.subject_id, func.max(Revision.n)).where(of_subjects).group_by(Revision.subject_id)
    last: dict[int, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    rows = [
        {"subject_type": table, "subject_id": one.id, "n": last.get(one.id, 0) + 1, "person_id": person.id, "at": now()}
        | {"fields": fields}
        for one, fields in before.items()
    ]
    db.session.execute(insert(Revision), rows)


def revisions_of(subject: Any) -> list[Revision]:
    """Return the earlier states of a thing, oldest first."""
    of_subject = (Revision.subject_type == subject.__tablename__) & (Revision.subject_id == subject.id)
    return list(db.session.scalars(select(Revision).where(of_subject).order_by(Revision.n)))
