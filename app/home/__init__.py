"""The front page, composed from what the features below have to say, and the legal pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.home import gallery
from app.home.views import blueprint

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Attach the front page, the legal pages and the gallery of components to the application."""
    app.register_blueprint(blueprint)
    gallery.register(app)
