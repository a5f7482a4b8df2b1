"""What stands around a document: the line under its title, « L'essentiel », the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.accounts.models import User
from app.core.days import today
from app.core.i18n import format_day_number, format_size, local, pgettext
from app.core.i18n import gettext as _
from app.core.text import blocks_of
from app.library.forms import LANGUAGES
from app.library.kinds import kind_of
from app.library.kinds.moments import Moment
from app.library.models import Resource
from app.library.states import file_facts
from app.search.coming import way_back
from app.spaces.models import Audience, State
from app.spaces.permissions import shown_space


def head_facts(resource: Resource) -> list[str]:
    """Return the line under the title: who brought it and when, its first file."""
    who = resource.author
    place = who.organisation.name if who and who.organisation else ""
    by = _("déposé par %(name)s", name=named(who)) if who else _("déposé")
    day = resource.published_at or resource.created_at
    facts = [place, _("%(by)s le %(day)s", by=by, day=format_day_number(day))]
    if resource.attachments:
        first = resource.attachments[0].current
        facts.append(f"{file_facts(first.name, first.blob)}, {format_size(first.blob.size)}")
    return [fact for fact in facts if fact]


def named(who: User) -> str:
    """Return a name for the middle of a sentence, a guest's with the word."""
    return f"{who.name} ({_('invité')})" if who.is_guest else who.name


def essentials(resource: Resource) -> list[tuple[Any, Any]]:
    """Return « L'essentiel »: (label, value) pairs; empty values are left out when shown."""
    audience = _("Tout le réseau") if resource.audience == Audience.NETWORK else _("L'espace")
    kind = kind_of(resource.kind)
    day = Moment().shown(resource.dated_on) if resource.dated_on and kind.asks("dated_on") else ""
    return [
        (_("Source"), resource.source if kind.asks("source") else ""),
        *((one.name_on_page, one.type.shown(value)) for one, value in kind.filled(resource.fields) if kind.beside(one)),
        (kind.called.get("dated_on", _("Date")), day),
        (_("Langue"), _("Plusieurs langues") if resource.lang == "mul" else LANGUAGES.get(resource.lang, "")),
        (_("Lisible par"), audience),
        *_checks(resource),
    ]


def _checks(resource: Resource) -> list[tuple[Any, Any]]:
    """Return when a resource was last said to hold, and since when it is to be looked at again."""
    verified = format_day_number(local(resource.verified_at).date()) if resource.verified_at else ""
    due = format_day_number(resource.review_on) if resource.review_on and is_due(resource) else ""
    return [(_("Vérifiée le"), verified), (_("À revoir depuis"), due)]


def is_due(resource: Resource) -> bool:
    """Tell whether the day has come on which a resource is to be looked at again."""
    return resource.state == State.PUBLISHED and resource.review_on is not None and resource.review_on <= today()


def due_words(resource: Resource) -> str:
    """Return « à revoir depuis le … », or before which day it is."""
    if resource.review_on is None:
        return ""
    day = format_day_number(resource.review_on)
    return _("à revoir depuis le %(day)s", day=day) if is_due(resource) else _("à revoir avant le %(day)s", day=day)


@dataclass(frozen=True)
class Passage:
    """A long field as the middle of the page shows it: its label, its name, its paragraphs and lists."""

    name: str
    label: str
    blocks: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Chapter:
    """The long fields of one section, under its title, and the short ones that do not stand in « L'essentiel »."""

    key: str
    title: str
    passages: list[Passage]
    facts: list[tuple[str, Any]]


def chapters(resource: Resource) -> list[Chapter]:
    """Return what the middle of the page says of a resource, by section; a lone section is called as the kind."""
    kind = kind_of(resource.kind)
    found = []
    for section in kind.sections:
        said = [pair for pair in kind.filled(resource.fields) if pair[0].section == section.key]
        passages = [Passage(one.name, one.name_on_page, blocks_of(str(value))) for one, value in said if one.main]
        facts = [(one.name_on_page, one.type.shown(value)) for one, value in said if not (one.main or kind.beside(one))]
        if passages or facts:
            title = (section.heading or section.title) if len(kind.sections) > 1 else kind.label
            found.append(Chapter(section.key, str(title), passages, facts))
    return found


def shown_date(resource: Resource) -> str:
    """Return the date of a resource as far as it is known: « 5 juillet 2021 », « 2021 »; when it came otherwise."""
    dated = kind_of(resource.kind).dated_by(resource.fields)
    if dated:
        return dated[0].type.shown(dated[1])
    if resource.dated_on:
        return Moment().shown(resource.dated_on)
    return format_day_number(resource.published_at) if resource.published_at else ""


def resource_trail(resource: Resource, person: User) -> list[tuple[str, str]]:
    """Return the way back: the search one comes from, else the library; then the space when it may be named."""
    back = way_back() or (pgettext("navigation", "Ressources"), url_for("library.resources_page"))
    space = shown_space(person, resource)
    if space is None:
        return [back, (str(kind_of(resource.kind).plural), url_for("library.resources_page", type=resource.kind))]
    return [back, (space.label, url_for("space_library.space_resources_page", slug=space.slug))]
