"""« Utilisée dans »: where a resource serves, inside what each reader may see; counts too."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, url_for
from markupsafe import Markup
from sqlalchemy import select, union_all

from app.accounts.models import User
from app.core.access import person
from app.core.i18n import gettext as _
from app.core.slots import collect, fill
from app.core.takeaway import ExportPart
from app.core.uses import Use, UseGroup
from app.extensions import db
from app.library.addresses import resource_url
from app.library.anchors import PageSeen
from app.library.kinds import kind_of
from app.library.models import Adoption, Resource, Shelf, resource_link
from app.library.permissions import can_mark_resource, can_read_resource, is_published_practice
from app.library.reading_lists.addresses import list_url
from app.library.reading_lists.models import ReadingEntry, ReadingList
from app.library.reading_lists.operations import forget_who_added
from app.library.reading_lists.permissions import can_read_list
from app.library.reading_lists.queries import lists_holding
from app.spaces.models import Space, State
from app.spaces.permissions import can_read_space

MOST = 20


@fill("resource.uses", order=10)
def lists_that_hold(resource: Resource, reader: User) -> UseGroup | None:
    """Return the reading lists that hold a resource."""
    found = [Use(one.title, list_url(one), one.space.label) for one in lists_holding(reader, resource)]
    return UseGroup(_("Dossiers de lecture"), found[:MOST]) if found else None


@fill("resource.uses", order=20)
def practices_that_follow(resource: Resource, reader: User) -> UseGroup | None:
    """Return the practices by which other cities say they took this one up, and those this one answers to."""
    if not kind_of(resource.kind).compares_places:
        return None
    follows = select(Adoption.own_id).where(Adoption.resource_id == resource.id, Adoption.own_id.is_not(None))
    answers = select(Adoption.resource_id).where(Adoption.own_id == resource.id)
    # Few are linked: asked first, SQLite does not go through all that the reader may read.
    linked = db.session.scalars(union_all(follows, answers)).all()
    if not linked:
        return None
    those = Resource.id.in_(linked)
    query = select(Resource).where(those, can_read_resource.where(reader), is_published_practice.where(reader))
    found = [
        Use(one.title, resource_url(one)) for one in db.session.scalars(query.order_by(Resource.sort_key).limit(MOST))
    ]
    return UseGroup(_("Pratiques d'autres villes"), found) if found else None


@fill("resource.uses", order=30)
def resources_that_point_to(resource: Resource, reader: User) -> UseGroup | None:
    """Return the resources, published or archived, whose words give the address of this one."""
    # Few point to one: asked first, as above.
    pointing = select(resource_link.c.resource_id).where(resource_link.c.pointed == resource.public_id)
    linked = db.session.scalars(pointing).all()
    if not linked:
        return None
    query = select(Resource).where(
        Resource.id.in_(linked), can_read_resource.where(reader), Resource.state != State.DRAFT
    )
    found = [
        Use(one.title, resource_url(one)) for one in db.session.scalars(query.order_by(Resource.sort_key).limit(MOST))
    ]
    return UseGroup(_("Ressources"), found) if found else None


@fill("resource.uses", order=60)
def shelves_that_show(resource: Resource, reader: User) -> UseGroup | None:
    """Return the other spaces whose library shows a resource, among those the reader reads."""
    shelved = select(Shelf.space_id).where(Shelf.resource_id == resource.id, Shelf.space_id != resource.space_id)
    query = select(Space).where(Space.id.in_(shelved), can_read_space.where(reader)).order_by(Space.sort_key)
    found = [
        Use(one.name, url_for("space_library.space_resources_page", slug=one.slug))
        for one in db.session.scalars(query.limit(MOST))
    ]
    return UseGroup(_("Autres espaces"), found) if found else None


@fill("resource.aside", order=60)
def uses_panel(resource: Resource, _page: PageSeen | None = None) -> Markup | None:
    """Return the panel of where a resource serves; none where it serves nowhere this reader may see."""
    me = person()
    groups: Sequence[UseGroup] = collect("resource.uses", resource, me)
    if not groups or not can_mark_resource(me, resource):
        return None
    panel = render_template("library/uses.html", groups=groups)
    return Markup(panel)  # noqa: S704 - our own template


@fill("person.export", order=37)
def list_parts(user: User) -> list[ExportPart]:
    """Return the reading lists a person began, and the words they left on entries, where they still read them."""
    query = select(ReadingList).where(ReadingList.author_id == user.id).order_by(ReadingList.id)
    records = [
        {_("Titre"): one.title, _("Texte"): one.intro, _("Date"): one.created_at.isoformat()}
        for one in db.session.scalars(query)
        if can_read_list(user, one)
    ]
    words = select(ReadingEntry.words, ReadingEntry.at).where(ReadingEntry.by_id == user.id, ReadingEntry.words != "")
    said = [{_("Texte"): row.words, _("Date"): row.at.isoformat()} for row in db.session.execute(words)]
    parts = [ExportPart("reading_lists", _("Mes dossiers de lecture"), records)] if records else []
    return [*parts, *([ExportPart("reading_words", _("Mes mots dans des dossiers"), said)] if said else [])]


@fill("person.erase", order=37)
def forget_reader(user: User, withdraw: bool) -> None:  # noqa: ARG001, FBT001 - the slot's own form
    """Forget who put entries and pins there; lists are their space's and stay."""
    forget_who_added(user)
