"""A decision on what somebody asked for: taken now, in effect a moment later, and taken back until then."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import URGENT, enqueue

#: How long a decision can be taken back: the eight seconds of the page, and two for the way.
TAKEN_BACK_WITHIN = timedelta(seconds=10)
TOO_LATE = _l("La décision a déjà pris effet : le courriel est parti. Elle ne peut plus être annulée.")
LONGEST_REASON = 1000


class Answer(enum.StrEnum):
    """Where something asked for stands: not decided yet, granted, refused."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class HasDecision:
    """What is remembered of a decision; ``reason`` is that of a refusal and is sent.

    It takes effect at ``effective_at``: until then nothing is done nor mailed, and it may be taken back.
    """

    id: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=Answer.PENDING)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    effective_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")

    @property
    def is_undoable(self) -> bool:
        """Whether a decision was taken that can still be taken back."""
        return self.applied_at is None and self.effective_at is not None and self.effective_at > now()


def waiting(model: type[HasDecision]) -> ColumnElement[bool]:
    """Return the condition of the things that await a decision."""
    return model.state == Answer.PENDING


def undoable(model: type[HasDecision]) -> ColumnElement[bool]:
    """Return the condition of the things whose decision can still be taken back."""
    decided = model.state.in_((Answer.ACCEPTED, Answer.REFUSED))
    return and_(decided, model.applied_at.is_(None), model.effective_at > now())


def begin_decision(asked: HasDecision) -> None:
    """Check, the row being locked, that nobody has decided yet. Raises DomainError."""
    if asked.state != Answer.PENDING:
        raise DomainError(_l("Cette demande a déjà reçu une réponse."))


def decide(asked: HasDecision, answer: Answer, by: Any, job: str, *, reason: str = "", **more: Any) -> None:
    """Remember a decision, and have ``job`` put it into effect once it cannot be taken back any more.

    Call inside ``transaction()``. The job finds ``request`` in its payload, and ``more``; it begins with
    ``takes_effect``.
    """
    moment = now()
    asked.state, asked.reason = answer, reason[:LONGEST_REASON]
    asked.decided_at, asked.effective_at = moment, moment + TAKEN_BACK_WITHIN
    asked.decided_by_id = by.id if by is not None else None
    payload = {"request": asked.id, "decided_at": moment.isoformat(), **more}
    enqueue(job, payload, priority=URGENT, run_at=asked.effective_at)


def takes_effect(asked: HasDecision, payload: dict[str, Any]) -> bool:
    """Tell whether the decision of a job still stands, and mark it as in effect; the row being locked.

    It does not when it was taken back, decided again, or put into effect by a run that died after it.
    """
    if asked.decided_at is None or asked.decided_at != datetime.fromisoformat(payload["decided_at"]):
        return False
    if asked.applied_at is not None:
        return False
    asked.applied_at = now()
    return True


def take_back(asked: HasDecision) -> bool:
    """Forget a decision that has no effect yet; tell whether there was one. Raises DomainError after that."""
    if asked.state == Answer.PENDING:
        return False
    if not asked.is_undoable:
        raise DomainError(TOO_LATE)
    asked.state, asked.reason = Answer.PENDING, ""
    asked.decided_at = asked.decided_by_id = asked.effective_at = None
    return True
