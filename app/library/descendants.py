"""What cities say of each other's practices: beside the practice, in the news, in the copy of one's own data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.access import person
from app.core.i18n import gettext as _
from app.core.news import RESOURCE, NewsItem
from app.core.revisions import Revision
from app.core.slots import fill
from app.core.takeaway import ExportPart
from app.core.text import excerpt
from app.extensions import db
from app.library.addresses import resource_url
from app.library.adopting import THEY_SAY, WE_SAY, adoptions_told_to, descendants_of, forget_adoption
from app.library.anchors import PageSeen
from app.library.kinds import kind_of
from app.library.models import Adoption, Resource, Says
from app.library.permissions import can_read_resource, can_tell_adoption, is_published_practice
from app.library.rows import foreign_lang
from app.spaces.permissions import shown_space

EXCERPT = 160


@fill("resource.aside", order=20)
def descendants_panel(resource: Resource, _page: PageSeen | None = None) -> Markup | None:
    """Return the panel of the cities that took a practice up; none where there is nothing to say nor to be said."""
    me = person()
    if not is_published_practice(me, resource):
        return None
    found, tells = descendants_of(me, resource), can_tell_adoption(me, resource)
    if not found and not tells:
        return None
    tell_url = url_for("library.adoption_page", public_id=resource.public_id) if tells else ""
    has_told = any(one.organisation.id == me.organisation_id for one in found)
    panel = render_template("library/descendants.html", found=found, tell_url=tell_url, has_told=has_told)
    return Markup(panel)  # noqa: S704 - our own template


@fill("home.news", order=35)
def news_of_descendants(since: datetime | None, limit: int) -> list[NewsItem]:
    """Return what other cities said of the practices of the person's city since a moment, newest first."""
    me = person()
    if me.organisation_id is None:
        return []
    return [_news_item(one, me) for one in adoptions_told_to(me, since, limit)]


def _news_item(adoption: Adoption, reader: User) -> NewsItem:
    resource = adoption.resource
    space = shown_space(reader, resource)
    return NewsItem(
        at=adoption.at,
        type=RESOURCE,
        kind=resource.kind,
        kind_label=str(kind_of(resource.kind).label),
        title=resource.title,
        url=resource_url(resource, _anchor="descendants"),
        byline=_("%(city)s %(says)s", city=adoption.organisation.name, says=THEY_SAY[Says(adoption.says)]),
        excerpt=excerpt(adoption.words, EXCERPT),
        space=space.label if space else None,
        space_id=space.id if space else None,
        is_new=False,
        lang=foreign_lang(resource),
    )


@fill("resource.answered", order=35)
def resources_taken_up(ids: Sequence[int], user: User) -> set[int]:
    """Return which of some resources another city took up."""
    others = Adoption.organisation_id.is_distinct_from(user.organisation_id) & Adoption.by_id.is_distinct_from(user.id)
    return set(db.session.scalars(select(Adoption.resource_id).where(Adoption.resource_id.in_(ids), others)))


@fill("person.export", order=35)
def adoption_parts(user: User) -> list[ExportPart]:
    """Return what a person said for their city."""
    return [ExportPart("adoptions", _("Ce que j'ai dit pour ma ville"), words_of(user))]


def words_of(user: User) -> list[dict[str, Any]]:
    """Return what a person said for their city, earlier words too; the practice only where they still read it."""
    adoptions = {one.id: one for one in db.session.scalars(select(Adoption).options(joinedload(Adoption.resource)))}
    said = [(one, _kept(one)) for one in adoptions.values() if one.by_id == user.id]
    said += [(adoptions[one.subject_id], one.fields) for one in _earlier_by(user) if one.subject_id in adoptions]
    return [_record(user, one, fields) for one, fields in sorted(said, key=lambda pair: str(pair[1]["at"]))]


def _record(user: User, adoption: Adoption, fields: dict[str, Any]) -> dict[str, Any]:
    reads = can_read_resource(user, adoption.resource)
    return {
        _("Pratique"): adoption.resource.title if reads else "",
        _("Adresse"): f"/ressources/{adoption.resource.public_id}",
        _("Chez nous"): str(WE_SAY[Says(fields["says"])]),
        _("Depuis quand"): fields["since"],
        _("Ce qui a changé"): fields["words"],
        _("Date"): fields["at"],
    }


def _kept(adoption: Adoption) -> dict[str, Any]:
    return {
        "says": adoption.says,
        "since": adoption.since,
        "words": adoption.words,
        "at": adoption.at.isoformat(),
    }


def _earlier_by(user: User) -> list[Revision]:
    revisions = db.session.scalars(select(Revision).where(Revision.subject_type == Adoption.__tablename__))
    return [one for one in revisions if one.fields.get("by_id") == user.id]


@fill("person.erase", order=35)
def forget_speaker(user: User, withdraw: bool) -> None:  # noqa: FBT001 - the slot's own form
    """Forget who spoke for a city; with ``withdraw``, what the person said goes too, earlier words first."""
    earlier = _earlier_by(user)
    if withdraw:
        db.session.execute(delete(Revision).where(Revision.id.in_([one.id for one in earlier])))
    else:
        for one in earlier:
            one.fields = {**one.fields, "by_id": None}
    for adoption in db.session.scalars(select(Adoption).where(Adoption.by_id == user.id)):
        if withdraw:
            forget_adoption(adoption)
        else:
            adoption.by_id = None
