"""Beffroi: a members-only knowledge base and forum for networks of cities."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import accounts, admin, alerts, demo, directory, discussions, home, library, search, spaces
from app.core import services
from config import MEBIBYTE, Settings

FEATURES = (accounts, search, spaces, alerts, library, discussions, directory, home, admin, demo)


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Build the application.

    ``settings`` come from the environment unless given; ``overrides`` are Flask configuration values (tests). Raises
    UnsafeSettingError when a setting must not be used.
    """
    settings = settings or Settings.from_environ()
    settings.prepare_instance()
    app = Flask(__name__, instance_path=str(settings.instance))
    _configure(app, settings, overrides)
    services.register(app)
    for feature in FEATURES:
        feature.register(app)
    return app


def _configure(app: Flask, settings: Settings, overrides: dict[str, Any]) -> None:
    app.config.from_mapping(
        SETTINGS=settings,
        LANGUAGES=settings.language_codes,
        SECRET_KEY=settings.effective_secret_key(),
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        MAX_CONTENT_LENGTH=settings.max_request_mb * MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=4 * MEBIBYTE,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session that holds it
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which pages with a secret in their address do not send
        BABEL_DEFAULT_LOCALE=settings.language_codes[0],
        BABEL_TRANSLATION_DIRECTORIES=str(Path(app.root_path) / "translations"),
    )
    app.config.update(overrides)
    logging.getLogger("beffroi").setLevel(settings.log_level)
    app.logger.setLevel(settings.log_level)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
