"""What a page will look like before anybody else sees it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.core.access import person
from app.core.i18n import gettext as _
from app.core.text import typographic
from app.library.facts import chapters, essentials, named
from app.library.files import received_for
from app.library.lines import ORDER
from app.library.models import Resource
from app.library.rows import foreign_lang
from app.library.views.desk import Desk
from app.spaces.models import Space


def preview_page(space: Space, desk: Desk, resource: Resource | None = None) -> str:
    """Show what is typed as its readers will see it; nothing is published, and the draft is kept."""
    details = desk.form.details(keep_lang=resource.lang if resource else "fr", whole=False)
    # Never added to a session: it has neither its space nor its author, which would bring it in.
    shown = Resource(
        kind=details.kind,
        title=details.title or _("Sans titre"),
        summary=details.summary,
        source=details.source,
        dated_on=details.dated_on,
        lang=details.lang,
        audience=details.audience,
        fields=details.fields,
    )
    place = person().organisation
    context: dict[str, Any] = {
        "resource": shown,
        "space": space,
        "kind": desk.form.of_kind,
        "lang": foreign_lang(shown),
        "head": [place.name if place else "", _("déposé par %(name)s", name=named(person()))],
        "body": typographic(details.body_html) if details.lang == "fr" else details.body_html,
        "chapters": chapters(shown),
        "essentials": essentials(shown),
        "tags": details.tags,
        "files": files_of(request.path, resource),
        "missing": desk.form.missing,
        "readers": next((label for value, label, *_rest in desk.form.audience.iter_choices() if _rest[0]), ""),
        "back": request.path,
    }
    return render_template("library/preview.html", **context)


def files_of(form: str, resource: Resource | None) -> list[str]:
    """Return the names of the files a form has so far, those of its resource first."""
    there = [attachment.current.name for attachment in resource.attachments] if resource else []
    return there + [one.name for one in received_for(person(), form, request.form.getlist(ORDER))]
