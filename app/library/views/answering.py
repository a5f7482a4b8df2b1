"""What the forms of the library answer: what is kept, what is refused and in which words, who can read it now."""

from __future__ import annotations

from flask import Response, flash, jsonify, render_template, request

from app.core.access import person
from app.core.db import transaction
from app.core.drafts import draft_for, keep_draft
from app.core.errors import DomainError, EditConflictError
from app.core.i18n import format_time, ngettext
from app.core.i18n import gettext as _
from app.library.carriers import attachment_of
from app.library.files import received_for
from app.library.forms import DEFAULT_KIND, ResourceForm, form_class
from app.library.kinds import kind_of
from app.library.lines import DETACH, REMOVE, TAKE_OUT
from app.library.models import Resource
from app.library.permissions import can_publish_at_once
from app.library.proposals import propose_keywords
from app.library.versions import remove_file
from app.library.views.desk import ATTACH, CHOOSE, LATER, LEAVE_PAGE, PREPARE, PREVIEW, TAKE, Desk, members, parts_of
from app.library.views.previewing import files_of
from app.spaces.models import Audience, Space, State, Visibility
from app.spaces.queries import turnout

CONFLICT, REFUSED = 409, 422
NOT_PUBLISHING = frozenset({ATTACH, REMOVE, DETACH, LATER, CHOOSE, TAKE, PREVIEW, PREPARE, LEAVE_PAGE, TAKE_OUT})


def keep_form(form: str, resource: Resource | None = None) -> Response:
    """Keep what is being typed in a form; answer with what remains to fill."""
    kind = kind_of(request.form.get("kind") or DEFAULT_KIND)
    typed = form_class(kind)()
    with transaction():
        moment = keep_draft(person(), form, {**draft_for(person(), form), **typed.typed})
    steps = render_template(
        "library/steps.html", form=typed, parts=parts_of(typed, kind), files=files_of(form, resource)
    )
    offers = propose_keywords(person(), typed, received_for(person(), form), resource)
    parts = {"steps": steps, "keywords": render_template("library/keyword_offers.html", offers=offers)}
    return jsonify(saved=_("Brouillon enregistré à %(time)s", time=format_time(moment)), parts=parts)


def detach(resource: Resource, public_id: str, form: ResourceForm) -> None:
    """Take a file away at once; the words being typed go on from the version this makes."""
    was_current = form.seen_version.data == str(resource.edit_version)
    with transaction():
        remove_file(person(), attachment_of(resource, public_id))
        if was_current:
            form.seen_version.data = str(resource.edit_version)
        keep_draft(person(), request.path, form.typed)
    flash(_("Le fichier est retiré de la ressource."))


def is_publishing(desk: Desk) -> bool:
    """Tell whether the form is to be published and may be; say in ``desk`` why not."""
    if request.method != "POST" or request.form.keys() & NOT_PUBLISHING:
        if desk.problems:
            desk.status = REFUSED
        return False
    if desk.form.validate() and not desk.problems:
        return True
    desk.status = REFUSED
    return False


def say(desk: Desk, error: DomainError) -> None:
    """Show a refusal above the form, with everything typed in it; other errors have their own page."""
    if error.status not in {CONFLICT, REFUSED}:
        raise error
    desk.problems.append(str(error.message))
    desk.status, desk.in_conflict = error.status, isinstance(error, EditConflictError)


def publish_words(space: Space) -> str:
    """Return what the last button of a form says: it publishes, or proposes where resources are read first."""
    return _("Publier") if can_publish_at_once(person(), space) else _("Proposer à la publication")


def told_readers(resource: Resource, space: Space) -> str:
    """Return how many people can read what has just been published, or who reads what was proposed."""
    if resource.state == State.DRAFT:
        return _("Ressource proposée. Les personnes qui animent l'espace la liront avant de la publier.")
    people = turnout(space)
    everybody = resource.audience == Audience.NETWORK or space.visibility == Visibility.OPEN
    readers = members() + people.guests if everybody else people.people
    return ngettext(
        "Ressource publiée. %(num)s personne peut la lire.",
        "Ressource publiée. %(num)s personnes peuvent la lire.",
        readers,
    )
