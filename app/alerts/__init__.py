"""Saved searches: a question kept under a name, told when something new answers it, shared to a space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.alerts import jobs, journal, panels, takeaway
from app.alerts.views import alerts, space_alerts

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["jobs", "journal", "panels", "register", "takeaway"]


def register(app: Flask) -> None:
    """Attach the pages; importing the rest has attached it to the features below."""
    app.register_blueprint(alerts)
    app.register_blueprint(space_alerts)
