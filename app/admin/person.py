"""One person as those who run the network see them: facts, places, invitations, what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import IdentityLink, Organisation, User
from app.admin.roster import Places, Row, places_of
from app.core.clock import now
from app.core.errors import NotFoundError
from app.core.sessions import UserSession
from app.extensions import db
from app.spaces.models import Invitation, Membership, Space

INVITATIONS_SHOWN = 10


def person_called(public_id: str) -> User:
    """Return a person by public id. Raises NotFoundError for an unknown one, and for an erased account."""
    query = select(User).where(User.public_id == public_id, User.erased_at.is_(None))
    user: User | None = db.session.scalar(query)
    if user is None:
        raise NotFoundError
    return user


@dataclass(frozen=True)
class Portrait:
    """What the page of a person shows beside the account itself."""

    row: Row
    places: Sequence[Membership]
    sessions: int
    last_session_at: datetime | None
    identities: int
    invitations: Sequence[Invitation]


def portrait_of(user: User) -> Portrait:
    """Gather what the page of a person shows, in five statements."""
    sessions, last = db.session.execute(
        select(func.count(), func.max(UserSession.seen_at)).where(
            UserSession.user_id == user.id, UserSession.expires_at > now()
        )
    ).one()
    identities = select(func.count()).select_from(IdentityLink).where(IdentityLink.user_id == user.id)
    row = Row(user, places_of([user.id]).get(user.id, Places()))
    return Portrait(
        row, places_in(user), sessions, last, db.session.scalar(identities) or 0, invitations_to(user.email)
    )


def places_in(user: User) -> Sequence[Membership]:
    """Return where a person takes part or took part, by name of the space."""
    query = (
        select(Membership)
        .join(Membership.space)
        .options(joinedload(Membership.space), joinedload(Membership.sponsor))
        .where(Membership.user_id == user.id, Space.deleted_at.is_(None))
    )
    return db.session.scalars(query.order_by(Space.sort_key)).all()


def invitations_to(email: str) -> Sequence[Invitation]:
    """Return the last invitations sent to an address, newest first."""
    query = select(Invitation).options(joinedload(Invitation.invited_by)).where(Invitation.email == email)
    return db.session.scalars(query.order_by(Invitation.id.desc()).limit(INVITATIONS_SHOWN)).all()


def organisation_names() -> Sequence[str]:
    """Return the names of all organisations, in order."""
    return db.session.scalars(select(Organisation.name).order_by(Organisation.sort_key)).all()
