"""HTTP in, HTTP out."""

from __future__ import annotations

from app.discussions.views import lists, moving, similar, thread, writing
from app.discussions.views.blueprints import blueprint, space_blueprint

__all__ = ["blueprint", "lists", "moving", "similar", "space_blueprint", "thread", "writing"]
