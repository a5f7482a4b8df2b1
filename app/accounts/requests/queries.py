"""Finding the requests of strangers."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from app.accounts.models import AccessRequest, Organisation, RequestState, User
from app.accounts.requests.permissions import can_decide_request
from app.core.clock import now
from app.core.db import sort_key
from app.core.deciding import undoable, waiting
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.core.sessions import hashed
from app.extensions import db

CONFIRMED_WITHIN = timedelta(hours=24)
PER_PAGE = 20


def request_of_secret(secret: str) -> AccessRequest | None:
    """Return the request a mailed link confirms, confirmed already or not; None once it is too old or decided."""
    found: AccessRequest | None = db.session.scalar(
        select(AccessRequest).where(AccessRequest.secret_hash == hashed(secret))
    )
    if found is None or found.state not in {RequestState.UNCONFIRMED, RequestState.PENDING}:
        return None
    if found.state == RequestState.UNCONFIRMED and found.created_at + CONFIRMED_WITHIN <= now():
        return None
    return found


def _for(person: User) -> Select[Any]:
    return select(AccessRequest).where(can_decide_request.where(person))


def requests_for(person: User, number: int) -> Page[AccessRequest]:
    """Return the requests a person may decide, oldest first, with those just decided."""
    shown = or_(waiting(AccessRequest), undoable(AccessRequest))
    return paginate(_for(person).where(shown).order_by(AccessRequest.confirmed_at, AccessRequest.id), number, PER_PAGE)


def waiting_number(person: User) -> int:
    """Return how many requests await a decision of this person."""
    mine = can_decide_request.where(person), waiting(AccessRequest)
    query = select(func.count()).select_from(AccessRequest).where(*mine)
    return db.session.scalar(query) or 0


def oldest_waiting(person: User) -> AccessRequest | None:
    """Return the request that has waited longest for this person."""
    found: AccessRequest | None = db.session.scalar(
        _for(person).where(waiting(AccessRequest)).order_by(AccessRequest.confirmed_at).limit(1)
    )
    return found


def request_for(person: User, public_id: str) -> AccessRequest:
    """Return a confirmed request this person may decide. Raises NotFoundError."""
    confirmed = AccessRequest.state != RequestState.UNCONFIRMED
    found: AccessRequest | None = db.session.scalar(_for(person).where(AccessRequest.public_id == public_id, confirmed))
    if found is None:
        raise NotFoundError
    return found


def told_of(request: AccessRequest) -> list[User]:
    """Return who is told that a request waits: the referents of its organisation, else the administrators."""
    if request.organisation_id is not None:
        of_it = select(User).where(
            User.organisation_id == request.organisation_id, User.is_referent.is_(True), User.disabled_at.is_(None)
        )
        referents = list(db.session.scalars(of_it.order_by(User.id).limit(5)))
        if referents:
            return referents
    return list(
        db.session.scalars(
            select(User).where(User.is_admin.is_(True), User.disabled_at.is_(None)).order_by(User.id).limit(5)
        )
    )


def names_known(names: set[str]) -> set[str]:
    """Return those of these names that name one organisation, as ``organisation_called_like``, in one statement."""
    wanted = Organisation.sort_key.in_({sort_key(name) for name in names})
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for key, name in db.session.execute(select(Organisation.sort_key, Organisation.name).where(wanted)):
        alike[key].add(name)
    return {name for name in names if name in alike[sort_key(name)] or len(alike[sort_key(name)]) == 1}
