"""What every answer carries: a request number and the headers that protect readers."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from app.core.errors import NotFoundError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
ONE_YEAR = 31_536_000


def _number_request() -> ResponseReturnValue | None:
    g.request_id = secrets.token_hex(6)
    return None


def refuse_nul() -> None:
    """Answer that nothing has such an address: PostgreSQL refuses even to look for a text with a NUL.

    Runs after the guard, so that strangers get the door as everywhere. Arguments are cleaned where they are read.
    """
    if "\0" in request.path:
        raise NotFoundError


def _protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["Permissions-Policy"] = PERMISSIONS_POLICY
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "private, no-store")
        headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def register(app: Flask) -> None:
    """Number each request and protect each answer."""
    app.before_request(_number_request)
    app.after_request(_protect)
    if app.config["SETTINGS"].over_https:

        @app.after_request
        def strict_transport(response: Response) -> Response:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
            return response
