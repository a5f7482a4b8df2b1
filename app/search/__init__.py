"""Search: one box over everything a person may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.search import box_views, cli, health, jobs, sweeping
from app.search.audience import CatalogueKeeper
from app.search.beginnings import marked
from app.search.engines import engine_of
from app.search.log import counting
from app.search.log.keeping import Listener
from app.search.rules import writing
from app.search.rules.keeping import RulesKeeper
from app.search.views import blueprint

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["box_views", "counting", "health", "jobs", "register", "sweeping", "writing"]


def register(app: Flask) -> None:
    """Open the engine the settings name, attach the commands."""
    app.extensions["search_engine"] = engine_of(app.config["SETTINGS"])
    app.extensions["search_catalogue"] = CatalogueKeeper()
    app.extensions["search_rules"] = RulesKeeper()
    app.extensions["search_listener"] = Listener()
    app.register_blueprint(blueprint)
    app.jinja_env.filters["typed_in"] = marked
    cli.register(app)
