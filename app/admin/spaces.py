"""What the administration lists of spaces: names, settings and numbers, never what they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from app.accounts.models import User, UserKind
from app.core.audit import AuditEntry
from app.core.db import sort_key
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.discussions.models import Thread
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Membership, Role, Space
from app.spaces.queries import Turnout, is_present, turnouts

PER_PAGE = 50
#: The filters of the list, as its address says them.
STATES = ("", "archives", "supprimes", "sans-animation")


@dataclass(frozen=True)
class SpaceRow:
    """One space of the list. ``last_at`` is the day something was last written or shared in it.

    ``deletion`` is the line of the journal about its deletion, as long as the journal keeps it; a command names nobody.
    """

    space: Space
    numbers: Turnout
    last_at: datetime | None
    facilitators: Sequence[User] = field(default_factory=tuple)
    deletion: AuditEntry | None = None
    deleted_by: User | None = None

    @property
    def is_orphan(self) -> bool:
        """Whether nobody runs the space, though it lives."""
        return not self.facilitators and self.space.deleted_at is None


def page_of_spaces(words: str, state: str, number: int) -> Page[SpaceRow]:
    """Return one page of the spaces, by name, with as many statements for one as for fifty."""
    query = select(Space).where(_in_state(state), *(_named(part) for part in sort_key(words).split()[:6]))
    page = paginate(query.order_by(Space.sort_key, Space.id), number, PER_PAGE)
    ids = [one.id for one in page.items]
    numbers, last, run = turnouts(ids), _last_moments(ids), _facilitators(ids)
    gone = _deletions([one.id for one in page.items if one.deleted_at is not None])
    rows = [
        SpaceRow(one, numbers.get(one.id, Turnout()), last.get(one.id), run[one.id], *gone.get(one.id, (None, None)))
        for one in page.items
    ]
    return Page(rows, page.number, page.per_page, page.total)


def _deletions(ids: Sequence[int]) -> Mapping[int, tuple[AuditEntry, User | None]]:
    """Return the last deletion of each space that the journal still holds, and who did it: one statement at most."""
    if not ids:
        return {}
    about = AuditEntry.action == "space.deleted", AuditEntry.subject_type == "space", AuditEntry.subject_id.in_(ids)
    query = select(AuditEntry, User).outerjoin(User, User.id == AuditEntry.person_id).where(*about)
    found = db.session.execute(query.order_by(AuditEntry.id))
    return {entry.subject_id: (entry, who) for entry, who in found if entry.subject_id is not None}


def count_of_orphans() -> int:
    """Return how many living spaces nobody runs."""
    return db.session.scalar(select(func.count()).select_from(Space).where(_in_state("sans-animation"))) or 0


def any_space(public_id: str) -> Space:
    """Return a living space, whoever may read it: for the administration alone. Raises NotFoundError."""
    found: Space | None = db.session.scalar(
        select(Space).where(Space.public_id == public_id, Space.deleted_at.is_(None))
    )
    if found is None:
        raise NotFoundError
    return found


def deleted_space(public_id: str) -> Space:
    """Return a deleted space, whoever could read it: for the administration alone. Raises NotFoundError."""
    found: Space | None = db.session.scalar(
        select(Space).where(Space.public_id == public_id, Space.deleted_at.is_not(None))
    )
    if found is None:
        raise NotFoundError
    return found


def _named(part: str) -> ColumnElement[bool]:
    return Space.sort_key.contains(part, autoescape=True)


def _in_state(state: str) -> ColumnElement[bool]:
    living = Space.deleted_at.is_(None)
    run = select(Membership.space_id).join(User, User.id == Membership.user_id).where(_runs())
    return {
        "archives": and_(living, Space.archived_at.is_not(None)),
        "supprimes": Space.deleted_at.is_not(None),
        "sans-animation": and_(living, Space.id.not_in(run)),
    }.get(state, or_(living, true()))


def _runs() -> ColumnElement[bool]:
    return and_(Membership.role == Role.FACILITATOR, User.kind == UserKind.MEMBER, is_present())


def _facilitators(ids: Sequence[int]) -> Mapping[int, list[User]]:
    query = select(Membership.space_id, User).join(User, User.id == Membership.user_id)
    found: dict[int, list[User]] = defaultdict(list)
    for space_id, user in db.session.execute(
        query.where(Membership.space_id.in_(ids), _runs()).order_by(User.sort_key)
    ):
        found[space_id].append(user)
    return found


def _last_moments(ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when something was last written or shared in each space: two statements."""
    last: dict[int, datetime] = {}
    for model, moment in ((Thread, Thread.last_post_at), (Resource, Resource.published_at)):
        query = select(model.space_id, func.max(moment)).where(model.space_id.in_(ids), model.deleted_at.is_(None))
        for space_id, at in db.session.execute(query.group_by(model.space_id)):
            if at is not None:
                last[space_id] = max(at, last.get(space_id, at))
    return last
