"""Running the network: people, cities, spaces, who sees what, the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.admin import figures, people_cli, waiting_cli  # noqa: F401 - fill their slots, add their commands
from app.admin import journal as actions  # noqa: F401 - names its actions
from app.admin.cli import audit
from app.admin.views import (
    charter,
    entering,
    journal,
    organisation_lists,
    organisations,
    overview,
    people,
    people_import,
    person,
    places,
    ranking,  # noqa: F401 - adds its page to the door of search
    requests,
    search_door,
    search_log,  # noqa: F401 - same
    search_rules,  # noqa: F401 - same
    search_state,  # noqa: F401 - same
    space_archives,
    spaces,
    who_sees,
)

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Attach the administration to the application."""
    app.register_blueprint(overview.blueprint)
    app.register_blueprint(organisations.blueprint)
    app.register_blueprint(organisation_lists.blueprint)
    app.register_blueprint(places.blueprint)
    app.register_blueprint(requests.blueprint)
    app.register_blueprint(charter.blueprint)
    app.register_blueprint(who_sees.blueprint)
    app.register_blueprint(spaces.blueprint)
    app.register_blueprint(space_archives.blueprint)
    app.register_blueprint(entering.blueprint)
    app.register_blueprint(people.blueprint)
    app.register_blueprint(person.blueprint)
    app.register_blueprint(people_import.blueprint)
    app.register_blueprint(journal.blueprint)
    app.register_blueprint(search_door.blueprint)
    app.cli.add_command(audit)
