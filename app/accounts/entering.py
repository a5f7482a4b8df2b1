"""From the proof of who somebody is to their session: the second step for who has one, then the way in."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import Response, flash, redirect, request, session, url_for
from flask_login import login_user

from app.accounts.confirming import note_confirmation
from app.accounts.devices import password_stamp, remember_device
from app.accounts.models import User
from app.accounts.queries import has_second_factor, may_sign_in
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.drafts import LARGEST_DRAFT
from app.core.i18n import LANGUAGE_KEY
from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.resuming import keep_for_later
from app.extensions import db

if TYPE_CHECKING:
    from app.core.sessions import ServerSession

KEPT_FIELD = "kept"
WAITING_KEY = "second_step"
CARRIED_KEY = "carried"  # what a feature finds again in the session once the person has signed in
ENDING_KEY = "sso_ending"  # what the provider needs to end its own session after this one
WAITING_LIFE = timedelta(minutes=10)
PASSWORD = "password"  # noqa: S105 - the name of a way in
LINK = "link"
SSO = "sso"


def begin(user: User, target: str | None, kept: str, way: str, more: dict[str, Any] | None = None) -> Response:
    """Go on after the first proof: to the second step for who has one, in for the others.

    ``target`` is the page asked for, ``kept`` the text typed before (see ``text_being_sent``), ``way`` what proved it,
    ``more`` what the session is to remember of it.
    Nobody is signed in while the second step is awaited: the session only knows whose first proof was accepted.
    """
    if not has_second_factor(user):
        return enter(user, target, kept, way, more)
    _fresh_session()
    session[WAITING_KEY] = {
        "user": user.id,
        "until": (now() + WAITING_LIFE).timestamp(),
        "stamp": password_stamp(user),
        "next": target,
        "kept": kept,
        "way": way,
        "more": more,
    }
    return cast("Response", redirect(url_for("second_step.code_page")))


def awaited() -> tuple[User, dict[str, Any]] | None:
    """Return whose second step this session waits for, and what was noted at the first; None when it is over."""
    waiting = session.get(WAITING_KEY)
    if not isinstance(waiting, dict) or waiting["until"] <= now().timestamp():
        return None
    user = db.session.get(User, waiting["user"])
    if user is None or not may_sign_in(user) or waiting["stamp"] != password_stamp(user):
        return None
    return user, waiting


def enter(user: User, target: str | None, kept: str, way: str, more: dict[str, Any] | None = None) -> Response:
    """Sign a person in: a new session, their text as a draft, the journal, and the page they asked for."""
    _fresh_session()
    login_user(user)
    session.update(more or {})
    if way == PASSWORD or user.password_hash is None:
        note_confirmation()
    text = _kept_text(kept)
    with transaction():
        record("user.signed_in", user, user, way=way)
        if text:
            keep_for_later(user, target, text["path"], text["fields"])
    if text:
        flash(_("Votre session reprend. Votre texte est intact : relisez-le, puis publiez."))
    answer = cast("Response", redirect(target or url_for("home.home_page")))
    remember_device(answer, user)
    return answer


def _fresh_session() -> None:
    kept = {key: session[key] for key in (LANGUAGE_KEY, CARRIED_KEY) if session.get(key)}
    session.clear()
    cast("ServerSession", session).renew()
    session.update(kept)


def text_being_sent() -> str:
    """Return the text of the form being sent, as it travels through the pages of the sign-in; "" when there is none."""
    typed = {
        name: value[:LARGEST_DRAFT]
        for name, value in request.form.items()
        if name != "csrf_token" and "password" not in name
    }
    return json.dumps({"path": request.path, "fields": typed}) if typed else ""


def _kept_text(raw: str) -> dict[str, Any] | None:
    """Read the text that travelled through the sign-in pages; anything odd is no text."""
    try:
        kept = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or not safe_next(kept.get("path")) or not isinstance(kept.get("fields"), dict):
        return None
    fields = {str(name)[:60]: str(value) for name, value in kept["fields"].items()}
    return {"path": kept["path"], "fields": fields}
