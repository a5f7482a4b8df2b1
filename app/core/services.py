"""Binds what every feature needs to an application, in the order requests meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core import (
    access,
    assets,
    cli,
    days,
    errors,
    headers,
    heads,
    health,
    i18n,
    mail,
    parts,
    portraits,
    sessions,
    storage,
)
from app.core.db import engine_options, set_up_engine
from app.core.navigation import here, navigation
from app.core.slots import collect
from app.extensions import csrf, db, migrate

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Attach the core to an application."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    set_up_engine(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations")
    heads.register(app)
    headers.register(app)
    sessions.register(app)
    access.register(app)
    app.before_request(headers.refuse_nul)
    csrf.init_app(app)
    i18n.register(app)
    days.register(app)
    portraits.register(app)
    errors.register(app)
    storage.register(app)
    parts.register(app)
    mail.register(app)
    assets.register(app)
    health.register(app)
    cli.register(app)
    app.context_processor(lambda: page_context(app))
    app.add_template_global(here)


def page_context(app: Flask) -> dict[str, Any]:
    """Return what every template may use."""
    return {"settings": app.config["SETTINGS"], "navigation": navigation, "slot": collect}
