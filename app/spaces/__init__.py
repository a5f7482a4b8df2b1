"""Working groups: membership, roles, and the door of everything they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from flask_login import current_user

from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry
from app.core.slots import fill
from app.search.sources import set_scope_provider, set_space_names_provider
from app.spaces import banner, journal, storing, suggesting, takeaway  # noqa: F401 - declare themselves
from app.spaces.archive import cli as archive_cli
from app.spaces.archive import jobs as archive_jobs
from app.spaces.archive import own
from app.spaces.cli import spaces
from app.spaces.importing import jobs as importing_jobs  # noqa: F401 - declare themselves
from app.spaces.indexing import scope_for, space_names
from app.spaces.invitations import cli as inviting_cli
from app.spaces.invitations import jobs, network_views, notices, space_views, warnings
from app.spaces.invitations import views as invitations
from app.spaces.journal_views import blueprint as journal_blueprint
from app.spaces.queries import count_of_guests, runs_a_space
from app.spaces.views import blueprint, listing

__all__ = ["archive_cli", "archive_jobs", "inviting_cli", "jobs", "notices", "own", "register", "warnings"]

if TYPE_CHECKING:
    from flask import Flask

    from app.accounts.models import User
    from app.spaces.models import Space


@fill("navigation", order=20)
def navigation_entry() -> NavigationEntry:
    """Return the entry « Espaces » of the main navigation."""
    url = url_for("space_list.spaces_page")
    return NavigationEntry(url, _("Espaces"), "spaces", url, also=("/discussions",))


@fill("person.roles")
def facilitator_role(person: User) -> str | None:
    """Return the role of who runs a space."""
    return "facilitator" if runs_a_space(person) else None


def guests_reading(space: Space) -> int:
    """Return how many guests will read what one writes in a space, oneself apart."""
    return max(0, count_of_guests(space) - bool(current_user.is_guest))


def register(app: Flask) -> None:
    """Attach spaces to the application."""
    app.register_blueprint(listing)
    app.register_blueprint(blueprint)
    app.register_blueprint(journal_blueprint)
    for views in (invitations, space_views, network_views):
        app.register_blueprint(views.blueprint)
    app.cli.add_command(spaces)
    app.jinja_env.globals["guests_in"] = guests_reading
    set_scope_provider(scope_for)
    set_space_names_provider(space_names)
