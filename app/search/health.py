"""What those who watch over the site are told of the index."""

from __future__ import annotations

from flask import current_app

from app.core.health import Check
from app.core.queues import queued_since
from app.core.slots import fill
from app.search.engines import outgrown
from app.search.operations import engine
from app.search.standing import LONGEST_LAG


@fill("health.checks", order=40)
def index_check() -> Check:
    """Look whether the index can be searched, and how long the oldest change has waited to enter it."""
    health, lag = engine().health(), queued_since("search.index")
    figures = {
        "engine": current_app.config["SETTINGS"].search_engine,
        "things": health.parents,
        "passages": health.passages,
        "outgrown": outgrown(current_app.config["SETTINGS"].search_engine, health),
        "lag_seconds": int(lag.total_seconds()),
    }
    return Check("index", health.usable and lag < LONGEST_LAG, figures)
