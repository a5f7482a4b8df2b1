"""The demo network: a believable place within a minute of the first command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo.cli import group
from app.demo.views import blueprint

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Attach the demo's commands and its mailbox."""
    app.register_blueprint(blueprint)
    app.cli.add_command(group)
