"""What is asked about invitations."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.sessions import hashed
from app.extensions import db
from app.spaces.invitations.journal import RESENT, SENT
from app.spaces.models import Invitation


def invitation_of(secret: str) -> Invitation | None:
    """Return the invitation whose link can still be used; reading it does not use it up."""
    found: Invitation | None = db.session.scalar(select(Invitation).where(Invitation.secret_hash == hashed(secret)))
    return found if found is not None and found.is_open else None


def sent_today(author: User) -> int:
    """Return how many invitations a person has sent, for the first time or again, in the last 24 hours."""
    theirs = AuditEntry.person_id == author.id, AuditEntry.action.in_((SENT, RESENT))
    query = select(func.count()).select_from(AuditEntry)
    return db.session.scalar(query.where(*theirs, AuditEntry.at > now() - timedelta(days=1))) or 0


def open_invitations(email: str, author: User) -> list[Invitation]:
    """Return the invitations of this person to an address that wait for an answer."""
    waiting = Invitation.accepted_at.is_(None), Invitation.cancelled_at.is_(None), Invitation.expires_at > now()
    query = select(Invitation).where(Invitation.email == email, Invitation.invited_by_id == author.id, *waiting)
    return list(db.session.scalars(query))
