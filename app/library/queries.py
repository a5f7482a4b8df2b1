"""The doors of the library: a resource, and a handful of them, as far as the person may read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import public_ids_in
from app.core.errors import NotFoundError, RefusedError
from app.core.rules import Rule
from app.extensions import db
from app.library.kinds import KINDS
from app.library.listing import Wanted, are_visible, named_with, shown_with
from app.library.models import Resource
from app.library.permissions import can_prepare_resource, can_read_resource, can_restore_resource, can_review_resource
from app.spaces.models import Space, State
from app.spaces.permissions import can_see_space

MOST_DRAFTS = 10


def resource_for(person: User, public_id: str) -> Resource:
    """Return a resource this person may read.

    Raises NotFoundError when there is none or its space is hidden, RefusedError naming the space that may be asked for.
    """
    query = select(Resource).where(Resource.public_id == public_id, can_read_resource.where(person))
    resource: Resource | None = db.session.scalar(query.options(*shown_with()))
    if resource is None:
        raise refusal_of(person, select(Resource).where(Resource.public_id == public_id))
    return resource


def opened_resource_for(person: User, public_id: str) -> Resource:
    """Return a resource this person may read, or a proposed one they may publish. Raises as ``resource_for``."""
    wanted = select(Resource).where(Resource.public_id == public_id)
    for rule in (can_read_resource, can_review_resource):
        resource: Resource | None = db.session.scalar(wanted.where(rule.where(person)).options(*shown_with()))
        if resource is not None:
            return resource
    raise refusal_of(person, wanted)


def proposed_resource_for(person: User, public_id: str) -> Resource:
    """Return a proposed resource this person may publish or send back. Raises NotFoundError, whatever the reason."""
    return _allowed(can_review_resource, person, public_id)


def published_resource_for(person: User, public_id: str) -> Resource:
    """Return a resource as ``resource_for`` does; a draft leaves its preparation by no other door."""
    resource = resource_for(person, public_id)
    if resource.state == State.DRAFT:
        raise NotFoundError
    return resource


def prepared_resource_for(person: User, public_id: str) -> Resource:
    """Return a draft this person prepares, alone or with colleagues. Raises NotFoundError, whatever the reason."""
    return _allowed(can_prepare_resource, person, public_id)


def trashed_resource_for(person: User, public_id: str) -> Resource:
    """Return a resource of the trash that this person may put back. Raises NotFoundError."""
    return _allowed(can_restore_resource, person, public_id)


def _allowed(rule: Rule, person: User, public_id: str) -> Resource:
    query = select(Resource).where(Resource.public_id == public_id, rule.where(person))
    resource: Resource | None = db.session.scalar(query.options(*shown_with()))
    if resource is None:
        raise NotFoundError
    return resource


def proposals_in(space: Space, person: User) -> list[Resource]:
    """Return what is proposed in a space to a person who may publish it, the first proposed first."""
    waiting = can_review_resource.where(person) & (Resource.space_id == space.id)
    query = select(Resource).where(waiting).options(*shown_with())
    return list(db.session.scalars(query.order_by(Resource.proposed_at, Resource.id)))


def drafts_prepared_by(person: User, space_id: int | None = None) -> list[Resource]:
    """Return the drafts a person prepares, their own and their colleagues', the last touched first."""
    query = select(Resource).where(can_prepare_resource.where(person)).options(*named_with())
    if space_id is not None:
        # Not by the index of spaces: SQLite would read all that a space holds, where drafts are few.
        query = query.where(Resource.space_id + 0 == space_id)
    return list(db.session.scalars(query.order_by(Resource.updated_at.desc(), Resource.id.desc()).limit(MOST_DRAFTS)))


def resources_beside(person: User, public_ids: Sequence[str]) -> list[Resource]:
    """Return those of some resources that may stand side by side and that a person may read, in the order asked.

    They are of one kind, the first one's, which compares places. The others are passed over without a word.
    """
    kinds = [key for key, kind in KINDS.items() if kind.compares_places]
    asked = Resource.public_id.in_(public_ids) & Resource.kind.in_(kinds)
    query = select(Resource).where(are_visible(person, Wanted()), asked).options(*shown_with())
    found = {one.public_id: one for one in db.session.scalars(query)} if public_ids else {}
    beside = [found[public_id] for public_id in dict.fromkeys(public_ids) if public_id in found]
    return [one for one in beside if one.kind == beside[0].kind]


def has_just_shared(person: User, space: Space, title: str) -> bool:
    """Tell whether the last resource a person has brought to a space has this very title."""
    mine = select(Resource.title).where(Resource.space_id == space.id, Resource.author_id == person.id)
    return bool(title) and db.session.scalar(mine.order_by(Resource.id.desc()).limit(1)) == title


def resources_just_shared(person: User, space: Space, public_ids: Sequence[str]) -> list[Resource]:
    """Return those of some resources that a person has brought to a space and may still read, drafts among them."""
    wanted = public_ids_in(public_ids)
    mine = (Resource.space_id == space.id) & (Resource.author_id == person.id) & Resource.public_id.in_(wanted)
    opens = or_(can_read_resource.where(person), can_prepare_resource.where(person))
    query = select(Resource).where(mine, opens, Resource.deleted_at.is_(None)).order_by(Resource.id)
    return list(db.session.scalars(query)) if wanted else []


def resources_at(person: User, address: str) -> list[Resource]:
    """Return the published resources a person reads that stand for a page of the web, the oldest first."""
    same = (Resource.fields["address"].as_string() == address) & (Resource.state == State.PUBLISHED)
    query = select(Resource).where(same, can_read_resource.where(person)).order_by(Resource.id)
    return list(db.session.scalars(query.limit(MOST_DRAFTS)))


def refusal_of(person: User, query: Select[Any]) -> Exception:
    """Return the error for a thing this person does not read: its space is named only where it is announced to them."""
    resource = db.session.scalar(query.options(joinedload(Resource.space)))
    if resource is None or resource.deleted_at is not None or resource.state == State.DRAFT:
        return NotFoundError()
    if can_see_space(person, resource.space):
        return RefusedError(space=resource.space)
    return NotFoundError()
