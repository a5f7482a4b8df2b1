"""The journal: who did what, to what, when. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, g, has_request_context
from sqlalchemy import JSON, ForeignKey, String, delete, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime, transaction
from app.core.jobs import job
from app.extensions import db

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

DAYS_OF_YEAR, MONTHS_OF_YEAR = 365, 12


#: What each action is called on the page of the journal, declared by the feature that does it.
ACTIONS: dict[str, LazyString] = {}


def describe(sentences: Mapping[str, LazyString]) -> None:
    """Declare the actions a feature writes in the journal, each with the words that name it."""
    ACTIONS.update(sentences)


class AuditEntry(db.Model):
    """One line of the journal.

    The database refuses to change a line, and to remove one less than six months old: so a person with lines is erased,
    never deleted. What is written names nobody but by an id: the page gives the names of the day it is read.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    subject_type: Mapped[str | None] = mapped_column(String(30))
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(32))


@job("audit.purge", every=timedelta(days=1))
def purge_journal(_payload: dict[str, Any]) -> None:
    """Forget lines of the journal after the months of the setting (CNIL, recommendation 2021-122: six to twelve)."""
    months = current_app.config["SETTINGS"].journal_months
    kept = timedelta(days=DAYS_OF_YEAR * months / MONTHS_OF_YEAR)
    with transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.at < now() - kept))


def record(action: str, person: Any = None, subject: Any = None, **detail: Any) -> None:
    """Add a line to the journal, inside the transaction of the change.

    ``action`` is ``feature.past_participle``, declared by ``describe``. ``detail`` holds plain values, told by
    ``core.journal``: people by their ids, for an erased account keeps its lines and loses its name, and never a
    secret. Raises LookupError for an action nobody declared: the journal could not name it.
    """
    if action not in ACTIONS:
        raise LookupError(action)
    db.session.add(AuditEntry(**_line(action, person, subject, detail)))


def record_all(person: Any, lines: Iterable[tuple[str, Any, dict[str, Any]]]) -> None:
    """Add several lines at once, each an action, its subject and details: one statement. As ``record``."""
    rows = [_line(action, person, subject, detail) | {"at": now()} for action, subject, detail in lines]
    unknown = next((row["action"] for row in rows if row["action"] not in ACTIONS), None)
    if unknown is not None:
        raise LookupError(unknown)
    if rows:
        db.session.execute(insert(AuditEntry), rows)


def _line(action: str, person: Any, subject: Any, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "person_id": person.id if person is not None else None,
        "subject_type": subject.__tablename__ if subject is not None else None,
        "subject_id": subject.id if subject is not None else None,
        "detail": detail,
        "request_id": g.get("request_id") if has_request_context() else None,
    }
