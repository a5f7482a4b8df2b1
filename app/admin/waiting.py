"""The few things that wait for a decision of those who run the network, for the front page of the administration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.accounts.models import AccessRequest, RequestState, User, UserKind
from app.accounts.requests.queries import requests_for
from app.admin.journal_filter import Wanted
from app.admin.roster import is_open
from app.admin.spaces import page_of_spaces
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.journal import Line, lines_of
from app.extensions import db
from app.spaces.models import Membership, Space

SOON = timedelta(days=14)
MOST_SHOWN = 5
LAST_LINES = 6
COMINGS = ("user.signed_in", "user.signed_out")


@dataclass(frozen=True)
class Waiting:
    """What waits: requests of strangers, spaces nobody runs, guests whose access ends soon; the first few of each."""

    requests: Sequence[AccessRequest]
    orphans: Sequence[Space]
    ending: Sequence[Membership]

    def __bool__(self) -> bool:
        """Whether anything waits at all."""
        return bool(self.requests or self.orphans or self.ending)


def waiting_for(person: User) -> Waiting:
    """Return what waits for this administrator."""
    requests = [one for one in requests_for(person, 1).items if one.state == RequestState.PENDING]
    orphans = [row.space for row in page_of_spaces("", "sans-animation", 1).items]
    return Waiting(requests[:MOST_SHOWN], orphans[:MOST_SHOWN], _ending_soon())


def last_lines(person: User) -> list[Line]:
    """Return the last lines of the journal in words, without those that only say that somebody came."""
    query = Wanted.of({}).query().where(AuditEntry.action.not_in(COMINGS))
    return lines_of(db.session.scalars(query.limit(LAST_LINES)).all(), person)


def _ending_soon() -> Sequence[Membership]:
    """Return the accesses of guests that end within two weeks, the nearest first."""
    query = (
        select(Membership)
        .join(Membership.user)
        .outerjoin(User.organisation)
        .join(Membership.space)
        .options(contains_eager(Membership.user).contains_eager(User.organisation), contains_eager(Membership.space))
        .where(Membership.expires_at > now(), Membership.expires_at <= now() + SOON)
        .where(is_open(), User.kind == UserKind.GUEST, Space.deleted_at.is_(None))
    )
    return db.session.scalars(query.order_by(Membership.expires_at, Membership.id).limit(MOST_SHOWN)).all()
