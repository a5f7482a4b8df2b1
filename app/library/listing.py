"""The lists of the library: what one shows, as its address says, of what the person may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.accounts.models import User
from app.core.days import today
from app.extensions import db
from app.library.facets import Chosen, condition_of, shared_by_like
from app.library.models import Attachment, FileVersion, Resource, Shelf
from app.library.permissions import can_read_resource, can_verify_resource
from app.library.thesaurus.reach import carrying
from app.spaces.models import State

SORTS = ("recent", "old", "title")
WITH, ONLY = "with", "only"


@dataclass(frozen=True)
class Wanted:
    """Which resources a list shows, as its address says: home or shelf space, kind, keywords (all of them), order.

    ``chosen`` are the values ticked in the filters of the kind, ``like`` the lenses « cities like mine ». Archived
    resources are left out unless ``archived`` asks for them too (``WITH``: they come last) or alone (``ONLY``).
    ``due``: what the person keeps that is to be looked at again.
    """

    space_id: int | None = None
    kind: str = ""
    tags: tuple[str, ...] = ()
    chosen: Chosen = ()
    like: tuple[str, ...] = ()
    archived: str = ""
    due: bool = False
    sort: str = "recent"

    def without_kind(self) -> Wanted:
        """Return the same list over all kinds, no filter on."""
        return replace(self, kind="", tags=(), chosen=(), like=(), due=False)


def named_with() -> tuple[ORMOption, ...]:
    """Return how to load what names a resource where neither its keywords nor its files are shown: one statement."""
    return joinedload(Resource.author), joinedload(Resource.space)


def shown_with() -> tuple[ORMOption, ...]:
    """Return how to load what a line of a list shows: the same number of statements for one line and for twenty."""
    return (
        *named_with(),
        selectinload(Resource.tags),
        selectinload(Resource.attachments).selectinload(Attachment.versions).joinedload(FileVersion.blob),
    )


def resources_visible_to(person: User, wanted: Wanted = Wanted()) -> Select[Any]:
    """Return the published resources a person may read, as wanted, in order, with what a line of a list shows."""
    return resources_named_to(person, wanted).options(*shown_with())


def resources_shown_to(person: User, ids: Sequence[int]) -> list[Resource]:
    """Return those of some published resources that a person may read, in the order given, with what a line shows."""
    query = select(Resource).where(Resource.id.in_(ids), can_read_resource.where(person)).options(*shown_with())
    order = {one: place for place, one in enumerate(ids)}
    return sorted(db.session.scalars(query) if ids else (), key=lambda one: order[one.id])


def resources_named_to(person: User, wanted: Wanted = Wanted()) -> Select[Any]:
    """Return the same with their author and space alone, for news."""
    return select(Resource).where(are_visible(person, wanted)).order_by(*_order(wanted)).options(*named_with())


def are_visible(person: User, wanted: Wanted = Wanted()) -> ColumnElement[bool]:
    """Return the condition of the published resources a person may read, as wanted."""
    states = {WITH: (State.PUBLISHED, State.ARCHIVED), ONLY: (State.ARCHIVED,)}.get(wanted.archived, (State.PUBLISHED,))
    conditions = [can_read_resource.where(person), Resource.state.in_(states)]
    if wanted.space_id is not None:
        shelved = select(Shelf.resource_id).where(Shelf.space_id == wanted.space_id)
        conditions.append(or_(Resource.space_id == wanted.space_id, Resource.id.in_(shelved)))
    if wanted.kind:
        conditions.append(Resource.kind == wanted.kind)
    conditions += [Resource.id.in_(carrying(slug)) for slug in wanted.tags]
    if wanted.chosen:
        conditions.append(condition_of(wanted.chosen))
    if wanted.due:
        conditions += [can_verify_resource.where(person), Resource.review_on <= today()]
    if wanted.like:
        conditions.append(shared_by_like(person.organisation, wanted.like))
    return and_(*conditions)


def _order(wanted: Wanted) -> tuple[Any, ...]:
    last = (case((Resource.state == State.ARCHIVED, 1), else_=0),) if wanted.archived == WITH else ()
    if wanted.sort == "title":
        return *last, Resource.sort_key, Resource.id
    if wanted.sort == "old":
        return *last, Resource.published_at, Resource.id
    return *last, Resource.published_at.desc(), Resource.id.desc()
