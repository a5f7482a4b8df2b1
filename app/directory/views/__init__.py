"""The pages of the directory."""

from __future__ import annotations

from app.directory.views import lists, organisations, people, profile
from app.directory.views.door import blueprint

__all__ = ["blueprint", "lists", "organisations", "people", "profile"]
