"""The first door: every address under ``/espaces/<slug>`` gets the space as this person sees it, or stays closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, current_app, g, render_template, request
from flask_login import current_user

from app.core.access import person
from app.core.errors import NotFoundError, RefusedError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.slots import collect
from app.spaces.models import JoinPolicy, Space, Visibility
from app.spaces.permissions import can_read_space
from app.spaces.queries import requested_by, space_for, turnout

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/espaces/<slug>"
WAITING = _l("Votre demande d'accès est envoyée : la réponse viendra par courriel.")


class SpaceBlueprint(Blueprint):
    """A blueprint whose views live in a space: each receives ``space`` instead of the slug of its address.

    The door opens after the guard, so that a stranger is sent to the sign-in page first. A space this person must not
    know of (private, deleted, never made; for a guest, any but theirs) gives the one page of things not found. A space
    that is announced but not read gives the page that names it and offers to ask for access, except on the views
    marked ``for_outsiders``. The addresses of a section that the space has put away do not exist. A view without a
    signed-in person gets no space at all: nothing here is public.
    """

    def __init__(self, name: str, import_name: str, section: str = "", **options: Any) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, **options)
        self.before_request(open_door)
        if section:
            self.before_request(partial(open_section, section))


def for_outsiders(view: View) -> View:
    """Mark a view meant for those who may know of the space without reading it, such as asking for access."""
    view.__outsiders__ = True  # type: ignore[attr-defined]
    return view


def open_door() -> None:
    """Put the space in ``g.space`` and in the arguments of the view. Raises NotFoundError or RefusedError."""
    if not current_user.is_authenticated or request.view_args is None:
        raise NotFoundError
    space = space_for(person(), request.view_args.pop("slug"))
    view = current_app.view_functions[request.endpoint or ""]
    if not getattr(view, "__outsiders__", False) and not can_read_space(person(), space):
        asked = space.id in requested_by(person())
        raise RefusedError(WAITING if asked else "", space)
    g.space = request.view_args["space"] = space


def open_section(section: str) -> None:
    """Let through to a section only when the space shows it. Raises NotFoundError."""
    if not g.space.shows(section):
        raise NotFoundError


def space_context(space: Space) -> dict[str, Any]:
    """Return what ``layouts/space.html`` expects: the space, its tabs in order, its facts, and the person's place."""
    return {"space": space, "tabs": collect("space.tabs", space), "space_facts": facts_of(space)}


def render_space_page(template: str, space: Space, **context: Any) -> str:
    """Render a page of a space, with its header and tabs."""
    return render_template(template, **space_context(space), **context)


def facts_of(space: Space) -> list[tuple[str, str]]:
    """Return the line of facts under the name of a space: (icon, words) pairs."""
    numbers = turnout(space)
    people = [ngettext("%(num)s membre", "%(num)s membres", numbers.members)]
    if numbers.guests:
        people.append(ngettext("%(num)s invité", "%(num)s invités", numbers.guests))
    people.append(ngettext("%(num)s collectivité", "%(num)s collectivités", numbers.organisations))
    facts = [access_fact(space), ("people", ", ".join(people))]
    if space.partner:
        facts.append(("", _("Avec %(partner)s", partner=space.partner)))
    if space.archived_at:
        facts.append(("history", _("Archivé : on peut lire, plus écrire")))
    return facts


def access_fact(space: Space) -> tuple[str, str]:
    """Return who reads a space, as an (icon, words) pair."""
    if space.visibility == Visibility.OPEN:
        return "globe", _("Ouvert à tous les membres du réseau")
    if space.visibility == Visibility.REQUEST:
        by_invitation = space.join_policy == JoinPolicy.INVITATION
        return "key", _("Accès sur invitation") if by_invitation else _("Accès sur demande")
    return "lock", _("Privé, sur invitation")
