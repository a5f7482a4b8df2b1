"""Browsers that have signed in to an account before: they have a count of attempts of their own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from app.accounts.queries import user_by_email
from app.core.sessions import hashed

if TYPE_CHECKING:
    from app.accounts.models import User

DEVICE_COOKIE = "beffroi_device"
ONE_YEAR = 365 * 24 * 3600


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")


def known_device(email: str | None) -> str | None:
    """Return an id for a browser that has signed in to this very account before."""
    cookie = request.cookies.get(DEVICE_COOKIE, "")
    try:
        account, device, stamp = _devices().loads(cookie) if cookie.isascii() else ("", "", "")
    except (BadData, TypeError, ValueError):
        return None
    user = user_by_email(email or "")
    if user is None or account != hashed(user.email) or stamp != password_stamp(user):
        return None
    return hashed(str(device))[:20]


def password_stamp(user: User) -> str:
    """Return what changes with the password: a new one forgets every device and every sign-in begun with the old."""
    return hashed(user.password_hash or "")[:16]


def remember_device(answer: Response, user: User) -> None:
    """Give this browser the cookie by which it is known at the next sign-in."""
    value = _devices().dumps([hashed(user.email), secrets.token_urlsafe(12), password_stamp(user)])
    answer.set_cookie(
        DEVICE_COOKIE,
        value,
        max_age=ONE_YEAR,
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
        path="/connexion",
    )
