"""Commands about spaces: ``flask spaces …``."""

from __future__ import annotations

from app.spaces.cli import people, running  # noqa: F401 - they attach their commands
from app.spaces.cli.group import spaces

__all__ = ["spaces"]
