"""Running the network: people, cities, spaces, who sees what, the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.admin import figures, journal  # noqa: F401 - fill their slots, name their actions
from app.admin.views import charter, entering, overview, people, people_import, person, spaces, who_sees

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Attach the administration to the application."""
    app.register_blueprint(overview.blueprint)
    app.register_blueprint(charter.blueprint)
    app.register_blueprint(who_sees.blueprint)
    app.register_blueprint(spaces.blueprint)
    app.register_blueprint(entering.blueprint)
    app.register_blueprint(people.blueprint)
    app.register_blueprint(person.blueprint)
    app.register_blueprint(people_import.blueprint)
