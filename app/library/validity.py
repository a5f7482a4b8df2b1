"""« Toujours valable ? »: the day a resource is looked at again, who says that it still holds, the yearly question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.days import YEAR, months_after, today
from app.core.db import lock, transaction
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import local
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.core.revisions import keep_revision
from app.core.slots import fill
from app.extensions import db
from app.library.kinds import kind_of
from app.library.listing import shown_with
from app.library.models import Resource, ValidityAsked
from app.library.permissions import can_verify_resource
from app.spaces.models import Space, State
from app.spaces.permissions import facilitates, in_space, remember_places
from app.spaces.queries import facilitators_of

#: A question about what is due takes along what soon will be: one mail a year, not one for each record.
AHEAD = timedelta(days=30)
AGAIN = timedelta(days=365)


def begin_checks(resource: Resource) -> None:
    """Give a resource that comes out, or changes kind, the first day it is looked at again, if its kind has one."""
    months = kind_of(resource.kind).checked_every
    if months and resource.review_on is None:
        resource.review_on = months_after(today(), months)


def still_valid(person: User, resource: Resource) -> None:
    """Say that a resource still holds; it is to be looked at again a year later, or as its kind says.

    Raises RefusedError.
    """
    months = kind_of(resource.kind).checked_every or YEAR
    _check(person, resource, months_after(today(), months), "resource.verified")
    resource.verified_at = now()


def set_review_day(person: User, resource: Resource, day: date | None) -> None:
    """Choose the day a resource is to be looked at again, None for never. Raises RefusedError."""
    _check(person, resource, day, "resource.review_set")


def _check(person: User, resource: Resource, day: date | None, action: str) -> None:
    lock(resource)
    can_verify_resource.require(person, resource)
    kept = {"review_on": resource.review_on, "verified_at": resource.verified_at}
    keep_revision(resource, person, {name: one.isoformat() if one else None for name, one in kept.items()})
    resource.review_on = day
    record(action, person, resource, day=day.isoformat() if day else None)


def is_due(by: date) -> ColumnElement[bool]:
    """Return the condition of the published resources to be looked at by a day."""
    return (Resource.review_on <= by) & (Resource.state == State.PUBLISHED) & Resource.deleted_at.is_(None)


def is_asked_of(person: User) -> ColumnElement[bool]:
    """Return the condition of what is due and asked of a person: their own, or what who left has left to them."""
    here = select(User.id).where(User.disabled_at.is_(None))
    left = or_(Resource.author_id.is_(None), Resource.author_id.not_in(here))
    theirs = or_(Resource.author_id == person.id, left & in_space(Resource, facilitates).where(person))
    return can_verify_resource.where(person) & is_due(today()) & theirs


def due_for(person: User) -> Select[Any]:
    """Return what a person keeps that is to be looked at now or soon: their own first, the longest due first."""
    mine = Resource.author_id != person.id
    query = select(Resource).where(can_verify_resource.where(person), is_due(today() + AHEAD))
    return query.options(*shown_with()).order_by(mine, Resource.review_on, Resource.id)


@fill("person.erase", order=31)
def forget_what_was_asked(user: User, withdraw: bool) -> None:  # noqa: ARG001, FBT001 - the slot's own form
    """Forget what was asked of a person."""
    db.session.execute(delete(ValidityAsked).where(ValidityAsked.user_id == user.id))


@job("library.ask_validity", every=timedelta(days=1), timeout=600)
def ask_validity(_payload: dict[str, Any]) -> None:
    """Ask those who keep resources whether what is due still holds: one mail each, about everything due or soon so.

    What was asked is written with the mail: a second run, or a clock that jumps, asks nobody twice.
    """
    for user_id, ids in sorted(_to_ask().items()):
        with transaction():
            _ask(user_id, ids)


def _to_ask() -> dict[int, list[int]]:
    """Return, by the id of who is to be asked, the ids of what is due or soon due and was not asked of them yet."""
    running = Space.deleted_at.is_(None) & Space.archived_at.is_(None)
    query = select(Resource).join(Resource.space).where(is_due(today() + AHEAD), running)
    query = query.options(contains_eager(Resource.space), joinedload(Resource.author), defer(Resource.body))
    found = list(db.session.scalars(query.order_by(Resource.id)))
    remember_places([one.author for one in found if one.author is not None])
    wanted: dict[int, list[Resource]] = defaultdict(list)
    running_it: dict[int, list[User]] = {}
    for one in found:
        for reader in _keepers(one, running_it):
            wanted[reader.id].append(one)
    asked = _asked([one.id for one in found])
    left = {who: [one for one in some if not _was_asked(one, asked.get((one.id, who)))] for who, some in wanted.items()}
    return {who: [one.id for one in some] for who, some in left.items() if _any_due(some)}


def _keepers(resource: Resource, running_it: dict[int, list[User]]) -> list[User]:
    """Return who is asked about a resource: its author, or those who run its space when the author has left."""
    author = resource.author
    if author is not None and author.disabled_at is None and can_verify_resource(author, resource):
        return [author]
    if resource.space_id not in running_it:
        running_it[resource.space_id] = facilitators_of(resource.space)
    return running_it[resource.space_id]


def _asked(ids: Sequence[int]) -> dict[tuple[int, int], date]:
    rows = db.session.scalars(select(ValidityAsked).where(ValidityAsked.resource_id.in_(ids))) if ids else ()
    return {(one.resource_id, one.user_id): one.day for one in rows}


def _was_asked(resource: Resource, day: date | None) -> bool:
    """Tell whether the question was asked within a year, and since the resource was last said to hold."""
    if day is None or day <= today() - AGAIN:
        return False
    return resource.verified_at is None or day >= local(resource.verified_at).date()


def _any_due(resources: Iterable[Resource]) -> bool:
    return any(one.review_on is not None and one.review_on <= today() for one in resources)


def _ask(user_id: int, ids: Sequence[int]) -> None:
    """Mail one person, once. Call inside ``transaction()``."""
    person = db.session.get(User, user_id)
    if person is None:
        return
    lock(person)  # two workers at once: the second finds what the first has asked
    asked = _asked(ids)
    query = select(Resource).where(Resource.id.in_(ids), is_due(today() + AHEAD), can_verify_resource.where(person))
    found = [
        one
        for one in db.session.scalars(query.order_by(Resource.review_on, Resource.id))
        if not _was_asked(one, asked.get((one.id, user_id)))
    ]
    if person.disabled_at is not None or not _any_due(found):
        return
    again = ValidityAsked.resource_id.in_([one.id for one in found]) & (ValidityAsked.user_id == user_id)
    db.session.execute(delete(ValidityAsked).where(again))
    db.session.add_all(ValidityAsked(resource_id=one.id, user_id=user_id, day=today()) for one in found)
    links = [(one, address("library.resource_page", public_id=one.public_id)) for one in found]
    send(
        person.email,
        _l("Vos ressources sont-elles toujours valables ?"),
        "validity",
        language=person.language,
        timezone=person.timezone,
        person=person,
        links=links,
        today=today(),
        link=address("library.due_page"),
    )
