"""What is asked about people and places: every question begins with whom the reader may know of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from app.accounts.models import Expertise, Organisation, User
from app.core.errors import NotFoundError
from app.directory.permissions import can_see_organisation
from app.extensions import db
from app.library.listing import resources_visible_to
from app.library.models import Resource
from app.spaces.models import Space
from app.spaces.people import can_find_person, can_see_person
from app.spaces.permissions import can_see_space, exists, takes_part

MOST_SUGGESTED = 12


def person_for(reader: User, public_id: str) -> User:
    """Return a person this reader may know of. Raises NotFoundError, the same for one who never existed."""
    wanted = select(User).where(User.public_id == public_id, can_see_person.where(reader))
    person: User | None = db.session.scalar(wanted.options(selectinload(User.expertise)))
    if person is None:
        raise NotFoundError
    return person


def organisation_for(reader: User, public_id: str) -> Organisation:
    """Return an organisation this reader may know of. Raises NotFoundError, the same for one that never existed."""
    wanted = select(Organisation).where(Organisation.public_id == public_id, can_see_organisation.where(reader))
    organisation: Organisation | None = db.session.scalar(wanted)
    if organisation is None:
        raise NotFoundError
    return organisation


def people_in(reader: User, organisation: Organisation) -> Select[Any]:
    """Return the people of an organisation whom this reader finds in the directory, by name."""
    found = (User.organisation_id == organisation.id) & can_find_person.where(reader)
    return select(User).where(found).order_by(User.sort_key, User.id)


def resources_shared_by(reader: User, organisation: Organisation) -> Select[Any]:
    """Return the resources that the people of an organisation shared and that this reader may read, latest first."""
    people = select(User.id).where(User.organisation_id == organisation.id)
    return resources_visible_to(reader).where(Resource.author_id.in_(people))


def common_spaces(reader: User, person: User) -> list[Space]:
    """Return the spaces in which both take part and that the reader sees, by name; none with oneself."""
    if reader.id == person.id:
        return []
    both = (exists & takes_part).where(reader) & takes_part.where(person) & can_see_space.where(reader)
    return list(db.session.scalars(select(Space).where(both).order_by(Space.sort_key, Space.id)))


def subjects_suggested_to(reader: User) -> list[str]:
    """Return the subjects that others say they know, where this reader may know of them, the most frequent first."""
    mine = select(Expertise.sort_key).where(Expertise.user_id == reader.id)
    others = select(User.id).where(User.id != reader.id, can_see_person.where(reader))
    query = (
        select(func.min(Expertise.label))
        .where(Expertise.user_id.in_(others), Expertise.sort_key.not_in(mine))
        .group_by(Expertise.sort_key)
        .order_by(func.count().desc(), Expertise.sort_key)
        .limit(MOST_SUGGESTED)
    )
    return list(db.session.scalars(query))
