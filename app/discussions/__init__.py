"""Discussions: threads in a space or about a thing, their messages, and where each person stopped reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import drafts_views
from app.discussions import archive, citing, cli, indexing, journal, panels, takeaway
from app.discussions.views import blueprint, space_blueprint

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["archive", "citing", "cli", "indexing", "journal", "panels", "register", "takeaway"]


def register(app: Flask) -> None:
    """Attach the feature to the application."""
    app.register_blueprint(blueprint)
    app.register_blueprint(space_blueprint)
    if drafts_views.blueprint.name not in app.blueprints:
        drafts_views.register(app)
