"""HTTP in, HTTP out."""

from __future__ import annotations

from app.discussions.views import lists, moving, thread, writing
from app.discussions.views.blueprints import blueprint, space_blueprint

__all__ = ["blueprint", "lists", "moving", "space_blueprint", "thread", "writing"]
