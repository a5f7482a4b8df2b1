"""What stands around a document: the line under its title, « L'essentiel », the way back."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.accounts.models import User
from app.core.i18n import format_day_number, format_size, pgettext
from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.text import one_line
from app.library.forms import LANGUAGES
from app.library.kinds import kind_of
from app.library.models import Resource
from app.library.states import file_facts
from app.spaces.models import Audience
from app.spaces.permissions import shown_space

LONGEST_SHOWN = 60


def head_facts(resource: Resource) -> list[str]:
    """Return the line under the title: who brought it and when, its first file."""
    who = resource.author
    place = who.organisation.name if who and who.organisation else ""
    by = _("déposé par %(name)s", name=who.name) if who else _("déposé")
    day = resource.published_at or resource.created_at
    facts = [place, _("%(by)s le %(day)s", by=by, day=format_day_number(day.date()))]
    if resource.attachments:
        first = resource.attachments[0].current
        facts.append(f"{file_facts(first.name, first.blob)}, {format_size(first.blob.size)}")
    return [fact for fact in facts if fact]


def essentials(resource: Resource) -> list[tuple[Any, Any]]:
    """Return « L'essentiel »: (label, value) pairs; empty values are left out when shown."""
    audience = _("Tout le réseau") if resource.audience == Audience.NETWORK else _("L'espace")
    own = [(one.label, resource.fields.get(one.name, "")) for one in kind_of(resource.kind).fields]
    return [
        (_("Source"), resource.source),
        (_("Date"), format_day_number(resource.dated_on) if resource.dated_on else ""),
        (_("Langue"), _("Plusieurs langues") if resource.lang == "mul" else LANGUAGES.get(resource.lang, "")),
        *own,
        (_("Lisible par"), audience),
    ]


def resource_trail(resource: Resource, person: User) -> list[tuple[str, str]]:
    """Return the way back: the search one comes from, else the library; then the space when it may be named."""
    words = one_line(request.args.get("q", ""))[:LONGEST_SHOWN]
    results = _results_page()
    if words and results:
        back = (_("Résultats pour « %(words)s »", words=words), results)
    else:
        back = (pgettext("navigation", "Ressources"), url_for("library.resources_page"))
    space = shown_space(person, resource)
    if space is None:
        return [back, (str(kind_of(resource.kind).plural), url_for("library.resources_page", type=resource.kind))]
    return [back, (space.label, url_for("space_library.space_resources_page", slug=space.slug))]


def _results_page() -> str | None:
    """Return the results the reader comes from, with their filters, when the last page was one of results."""
    came_from = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    return safe_next(came_from) if came_from.startswith("/recherche?") else None
