"""« Utile » and « Garder »: what one person says to all who read a resource, and what one keeps for oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement, ForeignKey, Select, delete, exists, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import User
from app.core.access import person
from app.core.clock import now
from app.core.db import UtcDateTime, cache_of_transaction, insert_into
from app.core.i18n import gettext as _
from app.core.slots import fill
from app.core.takeaway import ExportPart
from app.extensions import db
from app.library.anchors import PageSeen
from app.library.listing import shown_with
from app.library.models import Resource
from app.library.permissions import can_mark_resource, can_read_resource
from app.search.models import touch_audience
from app.spaces.people import can_see_person

#: How many people are named under « Utile ».
MOST_NAMED = 12


class Useful(db.Model):
    """A person found a resource useful, and says so."""

    __tablename__ = "useful"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    resource: Mapped[Resource] = relationship()


class Kept(db.Model):
    """A person keeps a resource at hand; nobody else knows."""

    __tablename__ = "kept"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    resource: Mapped[Resource] = relationship()


Mark = type[Useful] | type[Kept]


def mark(who: User, resource: Resource, kind: Mark, *, on: bool) -> None:
    """Put a mark on a resource, or take it off; said twice it is said once. Raises RefusedError.

    Call inside ``transaction()``.
    """
    can_mark_resource.require(who, resource)
    mine = (kind.resource_id == resource.id) & (kind.user_id == who.id)
    if kind is Useful:
        touch_audience("resource", resource.id)
    if not on:
        db.session.execute(delete(kind).where(mine))
        return
    row = {"resource_id": resource.id, "user_id": who.id, "at": now()}
    db.session.execute(insert_into(kind).values(row).on_conflict_do_nothing())


@dataclass(frozen=True)
class Marks:
    """Whether a person keeps a resource and found it useful, and how many people did."""

    kept: bool
    useful: bool
    count: int


def marks_of(who: User, resource: Resource) -> Marks:
    """Return the marks of a resource as one person sees them: one statement, sent once a transaction."""
    cache, key = cache_of_transaction(), f"marks:{who.id}:{resource.id}"
    if key not in cache:
        kept, useful = (
            exists().where(kind.resource_id == resource.id, kind.user_id == who.id) for kind in (Kept, Useful)
        )
        count = select(func.count(Useful.user_id)).where(*_open_marks(resource)).scalar_subquery()
        cache[key] = Marks(*db.session.execute(select(kept, useful, count)).one())
    found: Marks = cache[key]
    return found


def _open_marks(resource: Resource) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of those who found a resource useful and whose account is open; ``User`` is joined."""
    return Useful.resource_id == resource.id, Useful.user_id == User.id, User.disabled_at.is_(None)


def kept_by(who: User) -> Select[Any]:
    """Return what a person keeps and may read now, the last kept first: a right lost hides it."""
    query = select(Resource).join(Kept, (Kept.resource_id == Resource.id) & (Kept.user_id == who.id))
    return query.where(can_mark_resource.where(who)).options(*shown_with()).order_by(Kept.at.desc(), Resource.id.desc())


@dataclass(frozen=True)
class Usefulness:
    """How many people found a resource useful, those of them whom the reader may see, whether the reader is one."""

    count: int
    people: Sequence[User]
    mine: bool

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.count - len(self.people)


def usefulness_of(reader: User, resource: Resource) -> Usefulness:
    """Return who found a resource useful, as a reader may know it: two statements."""
    marks = marks_of(reader, resource)
    named = select(User).where(*_open_marks(resource), can_see_person.where(reader))
    named = named.options(joinedload(User.organisation)).order_by(User.sort_key, User.id).limit(MOST_NAMED)
    return Usefulness(marks.count, db.session.scalars(named).all() if marks.count else [], marks.useful)


@fill("resource.aside", order=10)
def usefulness_panel(resource: Resource, _page: PageSeen | None = None) -> Markup | None:
    """Return the panel that says to how many a resource was useful, with the button to say so."""
    me = person()
    if not can_mark_resource(me, resource):
        return None
    panel = render_template("library/useful.html", resource=resource, found=usefulness_of(me, resource))
    return Markup(panel)  # noqa: S704 - our own template


@fill("person.export", order=36)
def mark_parts(user: User) -> list[ExportPart]:
    """Return what a person found useful and what they keep; a title only where they still read it."""
    titles: dict[Mark, str] = {Useful: _("Ce que j'ai trouvé utile"), Kept: _("Ce que je garde")}
    parts = []
    for kind, title in titles.items():
        query = select(kind).where(kind.user_id == user.id).options(joinedload(kind.resource)).order_by(kind.at)
        records = [_record(user, one) for one in db.session.scalars(query)]
        if records:
            parts.append(ExportPart(kind.__tablename__, title, records))
    return parts


def _record(user: User, one: Any) -> dict[str, Any]:
    return {
        _("Titre"): one.resource.title if can_read_resource(user, one.resource) else "",
        _("Adresse"): f"/ressources/{one.resource.public_id}",
        _("Date"): one.at.isoformat(),
    }


@fill("person.erase", order=36)
def forget_marks(user: User, withdraw: bool) -> None:  # noqa: ARG001, FBT001 - the slot's own form
    """Forget what a person kept and found useful."""
    for kind in (Useful, Kept):
        db.session.execute(delete(kind).where(kind.user_id == user.id))
