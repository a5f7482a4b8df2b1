"""What the library shows on pages that are not its own: navigation, tabs, front pages, cards in messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select

from app.accounts.models import User
from app.core.access import person
from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.core.navigation import NavigationEntry, Tab
from app.core.news import RESOURCE, NewsItem
from app.core.portraits import signature
from app.core.slots import collect, fill
from app.core.text import excerpt
from app.extensions import db
from app.library.addresses import resource_url
from app.library.counting import count_visible
from app.library.kinds import kind_of
from app.library.listing import Wanted, named_with, resources_named_to, resources_visible_to
from app.library.models import Resource
from app.library.permissions import can_read_resource
from app.library.queries import proposals_in
from app.library.reading_lists.queries import pinned_in
from app.library.rows import foreign_lang, row_of
from app.library.thesaurus.permissions import can_adopt_words
from app.library.thesaurus.waiting import count_waiting
from app.spaces.models import Space
from app.spaces.permissions import can_moderate_space, shown_space

SHOWN_IN_SPACE = 4
SHOWN_OF_PERSON = 5
EXCERPT = 160


@fill("navigation", order=30)
def navigation_entry() -> NavigationEntry:
    """Return the entry « Ressources »."""
    url = url_for("library.resources_page")
    return NavigationEntry(url, pgettext("navigation", "Ressources"), "library", url, also=("/mots-cles",))


@fill("space.tabs", order=30)
def space_tab(space: Space) -> Tab | None:
    """Return the tab « Ressources » of a space that shows this section, with how many this person may read."""
    if not space.shows("library"):
        return None
    url = url_for("space_library.space_resources_page", slug=space.slug)
    return Tab(url, _("Ressources"), count_visible(person(), space), active=request.path.startswith(url))


@fill("space.overview", order=5)
def to_review(space: Space) -> Markup | None:
    """Return the panel of what is proposed in a space, for those who run it; none when nothing waits."""
    if not can_moderate_space(person(), space):
        return None
    found = proposals_in(space, person())
    if not found:
        return None
    rows = [replace(row_of(one, person(), in_space=True), summary="", tags=[]) for one in found[:SHOWN_IN_SPACE]]
    return Markup(render_template("library/proposals_panel.html", rows=rows, space=space, total=len(found)))  # noqa: S704 - our own template


@fill("space.overview", order=30)
def to_read(space: Space) -> Markup | None:
    """Return the panel « Ressources à lire » of a space."""
    if not space.shows("library"):
        return None
    query = resources_visible_to(person(), Wanted(space_id=space.id)).limit(SHOWN_IN_SPACE)
    found = list(dict.fromkeys([*pinned_in(space, person()), *db.session.scalars(query)]))[:SHOWN_IN_SPACE]
    if not found:
        return None
    said = {key: text for part in collect("resource.counts", [one.id for one in found]) for key, text in part.items()}
    rows = [
        replace(row_of(one, person(), said.get(one.id, ""), in_space=one.space_id == space.id), summary="", tags=[])
        for one in found
    ]
    total = count_visible(person(), space)
    return Markup(render_template("library/space_panel.html", rows=rows, space=space, total=total))  # noqa: S704 - our own template


@fill("person.panels", order=30)
def shared_by(author: User) -> Markup | None:
    """Return the panel of the last resources somebody has shared, among those this person may read."""
    query = resources_visible_to(person()).where(Resource.author_id == author.id).limit(SHOWN_OF_PERSON)
    rows = [row_of(one, person()) for one in db.session.scalars(query)]
    if not rows:
        return None
    return Markup(render_template("library/person_panel.html", rows=rows))  # noqa: S704 - our own template


@fill("home.news", order=30)
def news(since: datetime | None, limit: int) -> list[NewsItem]:
    """Return the resources that have come for this person since a moment, newest first; not their own."""
    query = resources_named_to(person()).where(Resource.author_id.is_distinct_from(person().id))
    if since is not None:
        query = query.where(Resource.published_at > since)
    return [_news_item(one, person()) for one in db.session.scalars(query.limit(limit))]


def _news_item(resource: Resource, reader: User) -> NewsItem:
    space, author = shown_space(reader, resource), resource.author
    return NewsItem(
        at=resource.published_at or resource.created_at,
        type=RESOURCE,
        kind=resource.kind,
        kind_label=str(kind_of(resource.kind).label),
        title=resource.title,
        url=resource_url(resource),
        byline=_("déposé par %(name)s", name=signature(author)) if author else "",
        excerpt=excerpt(resource.summary, EXCERPT),
        space=space.label if space else None,
        space_id=space.id if space else None,
        author=author,
        lang=foreign_lang(resource),
    )


@dataclass(frozen=True)
class ResourceCard:
    """A resource mentioned in a text, for somebody who may read it."""

    url: str
    kind: str
    kind_label: str
    title: str
    meta: str


@fill("cards", order=30)
def cards(reader: User, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Return the cards of ``("resource", public_id)`` keys, only for the resources this person may read."""
    wanted = [public_id for type_, public_id in keys if type_ == "resource"]
    if not wanted:
        return {}
    query = select(Resource).where(Resource.public_id.in_(wanted), can_read_resource.where(reader))
    query = query.options(*named_with())
    return {("resource", one.public_id): _card(one) for one in db.session.scalars(query)}


def _card(resource: Resource) -> ResourceCard:
    kind = kind_of(resource.kind)
    organisation = resource.author.organisation if resource.author else None
    meta = ", ".join(filter(None, (str(kind.label), organisation.name if organisation else "")))
    return ResourceCard(resource_url(resource), kind.key, str(kind.label), resource.title, meta)


@fill("space.aside", order=45)
def words_waiting(space: Space) -> Markup | None:
    """Return how many keywords wait for those who run the space; nothing when none does."""
    if not can_adopt_words(person(), space):
        return None
    number = count_waiting(person(), space)
    if not number:
        return None
    return Markup(render_template("library/waiting_panel.html", space=space, number=number))  # noqa: S704 - our own template
