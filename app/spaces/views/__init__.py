"""The pages of spaces: the list, one space, making one."""

from __future__ import annotations

from app.spaces.views import archiving, making, pages, people, place, settings  # noqa: F401 - they attach their views
from app.spaces.views.doors import blueprint, listing

__all__ = ["blueprint", "listing"]
