"""Browsers that have signed in to an account before: they share a count of attempts apart from that of strangers."""

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


def is_known_device(email: str | None) -> bool:
    """Tell whether this browser has signed in to this very account before."""
    cookie = request.cookies.get(DEVICE_COOKIE, "")
    try:
        account, _device, stamp = _devices().loads(cookie) if cookie.isascii() else ("", "", "")
    except (BadData, TypeError, ValueError):
        return False
    user = user_by_email(email or "")
    return user is not None and account == hashed(user.email) and stamp == password_stamp(user)


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
