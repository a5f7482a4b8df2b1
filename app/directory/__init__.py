"""Who is who: what people say of themselves, their pages, and the directory of cities and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.directory import journal, panels, searching, suggesting
from app.directory.views import blueprint
from app.directory.words import language_names

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["journal", "panels", "register", "searching", "suggesting"]


def register(app: Flask) -> None:
    """Attach the feature to the application."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["language_names"] = language_names
