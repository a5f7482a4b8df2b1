"""What other cities do with a practice: they do so too, adapted it, stopped. One living statement a city."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Organisation, User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock, sort_key
from app.core.errors import NotFoundError
from app.core.i18n import format_day_number, local
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.core.revisions import Revision, keep_revision, revisions_of
from app.core.slots import fill
from app.extensions import db
from app.library.addresses import resource_url
from app.library.kinds.moments import Moment
from app.library.models import Adoption, Resource, Says
from app.library.permissions import can_read_resource, can_tell_adoption, is_published_practice

MOST_OWN = 100
WE_SAY = {
    Says.DOES: _l("Nous le faisons aussi"),
    Says.ADAPTED: _l("Nous l'avons adapté"),
    Says.STOPPED: _l("Nous avons arrêté"),
}
THEY_SAY = {
    Says.DOES: _l("le fait aussi"),
    Says.ADAPTED: _l("l'a adapté"),
    Says.STOPPED: _l("a arrêté"),
}


@dataclass(frozen=True)
class Told:
    """What a city says: its statement, since when, what changed, its own practice if it names one."""

    says: str
    since: str = ""
    words: str = ""
    own: Resource | None = None


@dataclass(frozen=True)
class Statement:
    """What a city said at one moment, as its readers see it."""

    says: Any
    since: str
    words: str
    at: datetime

    @property
    def day(self) -> str:
        """The day it was said."""
        return format_day_number(local(self.at).date())


@dataclass(frozen=True)
class Descendant:
    """A city that took a practice up: its last word, its earlier ones (the last first).

    ``own`` is the title and address of its own practice, where the reader may see it.
    """

    organisation: Organisation
    last: Statement
    earlier: list[Statement]
    own: tuple[str, str] | None


def tell_adoption(person: User, resource: Resource, told: Told) -> Adoption:
    """Say for the person's city what it does of a practice; what it said before is kept. Raises RefusedError.

    Call inside ``transaction()``. Raises NotFoundError for a practice of one's own that the person may not name.
    """
    lock(resource)
    can_tell_adoption.require(person, resource)
    if told.own is not None and told.own not in own_practices(person, resource):
        raise NotFoundError
    adoption = adoption_of(person, resource)
    before = adoption.says if adoption is not None else None
    said = {"says": told.says, "since": told.since, "words": told.words, "own_id": told.own.id if told.own else None}
    if adoption is None:
        adoption = Adoption(resource_id=resource.id, organisation_id=person.organisation_id)
        db.session.add(adoption)
    elif said == _said(adoption):
        return adoption
    else:
        keep_revision(adoption, person, _before(adoption))
    for name, value in said.items():
        setattr(adoption, name, value)
    adoption.by_id, adoption.at = person.id, now()
    db.session.flush()
    record("resource.adopted", person, resource, says=told.says)
    if before != told.says:
        _tell_author(adoption, resource)
    return adoption


def _tell_author(adoption: Adoption, resource: Resource) -> None:
    """Mail the author of a practice what another city does of it, if they may still read it; once for each answer."""
    author = resource.author
    if author is None or author.disabled_at is not None or not can_read_resource(author, resource):
        return
    send(
        author.email,
        _l("Une autre ville répond à votre pratique"),
        "adopted",
        language=author.language,
        timezone=author.timezone,
        author=author,
        city=adoption.organisation.name,
        says=THEY_SAY[Says(adoption.says)],
        told=adoption,
        resource=resource,
        link=address("library.resource_page", public_id=resource.public_id),
    )


def take_back_adoption(person: User, resource: Resource) -> None:
    """Take back all that the person's city said of a practice. Raises RefusedError, NotFoundError."""
    lock(resource)
    can_tell_adoption.require(person, resource)
    adoption = adoption_of(person, resource)
    if adoption is None:
        raise NotFoundError
    forget_adoption(adoption)
    record("resource.adoption_taken_back", person, resource)


def forget_adoption(adoption: Adoption) -> None:
    """Remove a statement and its earlier ones."""
    db.session.execute(delete(Revision).where(*_revisions_of([adoption.id])))
    db.session.delete(adoption)
    db.session.flush()


@fill("organisation.merging")
def join_adoptions(other: Organisation, kept: Organisation) -> None:
    """Where both spoke of one practice, let the later word live; the other joins its earlier ones."""
    both = Adoption.organisation_id.in_([other.id, kept.id])
    spoken: dict[int, list[Adoption]] = {}
    for one in db.session.scalars(select(Adoption).where(both).order_by(Adoption.at, Adoption.id)):
        spoken.setdefault(one.resource_id, []).append(one)
    for earlier, later in (pair for pair in spoken.values() if len(pair) > 1):
        past = [(one.person_id, one.fields) for which in (earlier, later) for one in revisions_of(which)]
        past.append((earlier.by_id, _before(earlier)))
        db.session.execute(delete(Revision).where(*_revisions_of([earlier.id, later.id])))
        for n, (person_id, fields) in enumerate(sorted(past, key=lambda one: one[1]["at"]), start=1):
            row = {"subject_type": Adoption.__tablename__, "subject_id": later.id, "n": n, "person_id": person_id}
            db.session.add(Revision(**row, fields=fields))
        db.session.delete(earlier)
    db.session.flush()


def adoption_of(person: User, resource: Resource) -> Adoption | None:
    """Return what the person's city says of a practice."""
    mine = Adoption.organisation_id == person.organisation_id
    found: Adoption | None = db.session.scalar(select(Adoption).where(Adoption.resource_id == resource.id, mine))
    return found


def own_practices(person: User, aside: Resource) -> list[Resource]:
    """Return the practices shared by the person's city that the person may read, by title."""
    colleagues = select(User.id).where(User.organisation_id == person.organisation_id)
    query = select(Resource).where(
        can_read_resource.where(person),
        is_published_practice.where(person),
        Resource.author_id.in_(colleagues),
        Resource.id != aside.id,
    )
    return list(db.session.scalars(query.order_by(Resource.sort_key, Resource.id).limit(MOST_OWN)))


def descendants_of(reader: User, resource: Resource) -> list[Descendant]:
    """Return the cities that took a practice up, by name, for somebody who reads it: three statements at most."""
    query = select(Adoption).where(Adoption.resource_id == resource.id).options(joinedload(Adoption.organisation))
    adoptions = list(db.session.scalars(query))
    owned = [one.own_id for one in adoptions if one.own_id]
    readable = Resource.id.in_(owned) & can_read_resource.where(reader) & is_published_practice.where(reader)
    practices: Iterable[Resource] = db.session.scalars(select(Resource).where(readable)) if owned else ()
    own = {one.id: (one.title, resource_url(one)) for one in practices}
    earlier = earlier_words([one.id for one in adoptions])
    found = [
        Descendant(
            organisation=one.organisation,
            last=_statement(_said(one), one.at),
            earlier=[
                _statement(each.fields, datetime.fromisoformat(each.fields["at"])) for each in earlier.get(one.id, [])
            ],
            own=own.get(one.own_id or 0),
        )
        for one in adoptions
    ]
    return sorted(found, key=lambda one: sort_key(one.organisation.name))


def earlier_words(ids: Sequence[int]) -> dict[int, list[Revision]]:
    """Return what was said before, by statement, the last first."""
    found: dict[int, list[Revision]] = {}
    if ids:
        for one in db.session.scalars(select(Revision).where(*_revisions_of(ids)).order_by(Revision.n.desc())):
            found.setdefault(one.subject_id, []).append(one)
    return found


def adoptions_told_to(person: User, since: datetime | None, limit: int) -> list[Adoption]:
    """Return what other cities last said of the practices of the person's city, among those the person may read."""
    colleagues = select(User.id).where(User.organisation_id == person.organisation_id)
    query = (
        select(Adoption)
        .join(Adoption.resource)
        .where(
            can_read_resource.where(person),
            is_published_practice.where(person),
            Resource.author_id.in_(colleagues),
            Adoption.organisation_id != person.organisation_id,
        )
        .options(
            contains_eager(Adoption.resource).joinedload(Resource.author),
            contains_eager(Adoption.resource).joinedload(Resource.space),
            joinedload(Adoption.organisation),
        )
    )
    if since is not None:
        query = query.where(Adoption.at > since)
    return list(db.session.scalars(query.order_by(Adoption.at.desc(), Adoption.id.desc()).limit(limit)))


def _said(adoption: Adoption) -> dict[str, Any]:
    return {name: getattr(adoption, name) for name in ("says", "since", "words", "own_id")}


def _before(adoption: Adoption) -> dict[str, Any]:
    """Return what a statement says, as its revision keeps it."""
    return _said(adoption) | {"at": adoption.at.isoformat(), "by_id": adoption.by_id}


def _statement(said: dict[str, Any], at: datetime) -> Statement:
    since = Moment().shown(said["since"]) if said["since"] else ""
    return Statement(THEY_SAY[Says(said["says"])], since, said["words"], at)


def _revisions_of(ids: Iterable[int]) -> tuple[Any, ...]:
    return Revision.subject_type == Adoption.__tablename__, Revision.subject_id.in_(list(ids))
