"""The pages of the directory."""

from __future__ import annotations

from app.directory.views import people, profile
from app.directory.views.door import blueprint

__all__ = ["blueprint", "people", "profile"]
