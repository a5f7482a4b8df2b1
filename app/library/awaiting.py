"""What the library asks of a person on their home page: proposals to read, what they began, resources due again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, func, select

from app.core.access import person
from app.core.drafts import drafts_at
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.slots import fill
from app.core.tasks import Task
from app.core.text import excerpt
from app.extensions import db
from app.library.models import Resource
from app.library.permissions import can_add_resource, can_review_resource
from app.library.queries import has_just_shared
from app.library.validity import is_asked_of
from app.spaces.models import Space
from app.spaces.permissions import facilitates

LONGEST_TITLE = 120
#: The key of the draft of a resource begun in a space, as a pattern; the name of the space stands between slashes.
NEW_RESOURCE = "/espaces/%/ressources/nouvelle"


@fill("home.tasks", order=20)
def proposals_to_read() -> Task | None:
    """Return how many proposals wait for those who run their space, where the person does; the first one leads."""
    me = person()
    waiting = can_review_resource.where(me) & facilitates.where(me)
    query = select(Space, func.count(Resource.id)).join(Resource, Resource.space_id == Space.id).where(waiting)
    rows = db.session.execute(query.group_by(Space.id).order_by(func.min(Resource.proposed_at))).all()
    if not rows:
        return None
    number = sum(row[1] for row in rows)
    return Task(
        label=_("À relire"),
        icon="check",
        title=ngettext(
            "%(num)s ressource attend votre relecture", "%(num)s ressources attendent votre relecture", number
        ),
        facts=", ".join(space.label for space, _number in rows),
        action=_("Relire"),
        url=_where_to_read([row[0] for row in rows], number, waiting),
    )


def _where_to_read(spaces: Sequence[Space], number: int, waiting: ColumnElement[bool]) -> str:
    """Return the address of the one proposal, or of those of the space where one waits longest."""
    if number > 1:
        return url_for("space_library.proposals_page", slug=spaces[0].slug)
    only = db.session.scalars(select(Resource.public_id).join(Resource.space).where(waiting)).one()
    return url_for("library.review_page", public_id=only)


@fill("home.tasks", order=30)
def resources_to_look_at() -> Task | None:
    """Return how many resources the person answers for are due to be looked at again."""
    due = is_asked_of(person())
    number = db.session.scalar(select(func.count()).select_from(Resource).where(due)) or 0
    if not number:
        return None
    first = db.session.scalars(select(Resource).where(due).order_by(Resource.review_on, Resource.id).limit(1)).one()
    only = number == 1
    return Task(
        label=_("Toujours valable ?"),
        icon="clock",
        title=ngettext("%(num)s ressource est à revoir", "%(num)s ressources sont à revoir", number),
        facts=_("« %(title)s »", title=first.title) if only else "",
        action=_("Revoir"),
        url=url_for("library.resource_page", public_id=first.public_id) if only else url_for("library.due_page"),
        tone="warn",
    )


@fill("home.tasks", order=40)
def resource_begun() -> Task | None:
    """Return the last resource the person began to share and left with a title, where they may still share it."""
    me = person()
    begun = {key.split("/")[2]: title for key, title in drafts_at(me, NEW_RESOURCE, "title").items()}
    if not begun:
        return None
    open_there = select(Space).where(Space.slug.in_(begun), can_add_resource.where(me))
    spaces = {space.slug: space for space in db.session.scalars(open_there)}
    those = ((spaces[slug], title) for slug, title in begun.items() if slug in spaces)
    space, title = next((one for one in those if not has_just_shared(me, *one)), (None, ""))
    if space is None:
        return None
    return Task(
        label=_("À terminer"),
        icon="edit",
        title=_("« %(title)s »", title=excerpt(title, LONGEST_TITLE)),
        facts=space.label,
        action=_("Continuer"),
        url=url_for("space_library.new_resource", slug=space.slug),
    )
