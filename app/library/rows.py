"""One line of a list of resources, ready for its template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.accounts.models import Organisation, User
from app.core.i18n import current_language, format_date, format_number
from app.core.i18n import gettext as _
from app.core.text import excerpt
from app.library.addresses import resource_url
from app.library.forms import LANGUAGES
from app.library.kinds import kind_of
from app.library.models import Resource
from app.library.states import file_facts
from app.spaces.models import State
from app.spaces.permissions import shown_space

SUMMARY_LENGTH = 200


@dataclass(frozen=True)
class ResourceRow:
    """What ``components/resource.html`` takes for one line."""

    url: str
    kind: str
    kind_label: str
    title: str
    facts: list[str]
    summary: str
    tags: list[dict[str, str]]
    side: list[str]
    is_new: bool
    lang: str
    public_id: str
    state: str = ""


def row_of(resource: Resource, person: User, beside: str = "", *, in_space: bool = False) -> ResourceRow:
    """Return a resource as a line; ``beside`` is a short fact of another feature (« 4 commentaires »)."""
    kind = kind_of(resource.kind)
    return ResourceRow(
        url=resource_url(resource),
        kind=kind.key,
        kind_label=str(kind.label),
        title=resource.title,
        facts=_facts(resource, person, in_space=in_space),
        summary=excerpt(resource.summary or kind.abstract_of(resource.fields), SUMMARY_LENGTH),
        tags=[{"label": tag.name, "url": url_for("library.resources_page", mot=tag.slug)} for tag in resource.tags],
        side=[format_date(resource.published_at, weekday=False) if resource.published_at else "", beside],
        is_new=_is_new(resource, person),
        lang=foreign_lang(resource),
        public_id=resource.public_id,
        state=_("Archivée") if resource.state == State.ARCHIVED else "",
    )


def foreign_lang(resource: Resource) -> str:
    """Return the language of a resource when it is known and not the page's."""
    return resource.lang if resource.lang not in {"", "mul", current_language()} else ""


def _facts(resource: Resource, person: User, *, in_space: bool) -> list[str]:
    space = None if in_space else shown_space(person, resource)
    organisation = resource.author.organisation if resource.author else None
    first = resource.attachments[0].current if resource.attachments else None
    kind = kind_of(resource.kind)
    facts: list[Any] = [
        _place(organisation, with_size=kind.compares_places) if organisation else resource.source,
        *kind.row_facts(resource.fields),
        space.label if space else "",
        file_facts(first.name, first.blob) if first else "",
        LANGUAGES.get(foreign_lang(resource), ""),
    ]
    return [str(fact) for fact in facts if fact]


def _place(organisation: Organisation, *, with_size: bool) -> str:
    """Return the authority that shares: « Castelmaure, 41 000 hab. » where places are compared."""
    if not with_size or not organisation.population:
        return organisation.name
    return _("%(place)s, %(number)s hab.", place=organisation.name, number=format_number(organisation.population))


def _is_new(resource: Resource, person: User) -> bool:
    before, since = resource.published_at, person.previous_visit_at
    return before is not None and since is not None and before > since and resource.author_id != person.id
