"""The pages of saved searches."""

from __future__ import annotations

from app.alerts.views import own, sharing, stopping
from app.alerts.views.doors import alerts, space_alerts

__all__ = ["alerts", "own", "sharing", "space_alerts", "stopping"]
