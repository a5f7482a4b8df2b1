"""``/healthz``: whether the site lives, whether it is well, and for those who watch over it, what is not."""

from __future__ import annotations

import hmac
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, jsonify, request
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.access import anyone
from app.core.jobs import FAILED, QUEUED
from app.core.queues import counts, queued_since, waiting_since
from app.core.slots import collect, fill
from app.extensions import db

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("health", __name__)
LEAST_FREE = 512 * 1024 * 1024  # bytes: below, the disk is said to fill while there is still room to act
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_MAIL_WAIT = timedelta(hours=1)
MAIL = "mail.send"


@dataclass(frozen=True)
class Check:
    """One thing the site needs to work well: whether it is so, and the figures behind."""

    name: str
    ok: bool
    figures: dict[str, Any] = field(default_factory=dict)


@blueprint.get("/healthz")
@anyone
def healthz() -> ResponseReturnValue:
    """Answer 200 when the site lives: its database answers; 503 otherwise.

    ``?ready`` asks for more, that nothing it needs is out of order. Who administers the site, or brings the token of
    the settings (``Authorization: Bearer …``), reads what was looked at; nobody else reads more than ok or not ok.
    """
    if not _database_answers():
        return jsonify(status="not ok"), 503
    told, ready = _watches_over(), "ready" in request.args
    checks = collect("health.checks") if told or ready else []
    well = all(one.ok for one in checks)
    answer: dict[str, Any] = {"status": "ok" if well or not ready else "not ok"}
    if told:
        answer |= {"ready": well, "checks": {one.name: {"ok": one.ok, **one.figures} for one in checks}}
    return jsonify(answer), 200 if well or not ready else 503


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _watches_over() -> bool:
    """Tell whether the reader runs the site, or is a monitor that brings its token."""
    if current_user.is_authenticated and current_user.is_admin:
        return True
    token = current_app.config["SETTINGS"].health_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


@fill("health.checks", order=10)
def disk_check() -> Check:
    """Look at the room left where the data is."""
    room = shutil.disk_usage(current_app.config["SETTINGS"].instance)
    return Check("disk", room.free >= LEAST_FREE, {"free_bytes": room.free, "total_bytes": room.total})


@fill("health.checks", order=20)
def jobs_check() -> Check:
    """Look at the oldest work that nobody has taken: a worker that has stopped shows here."""
    return _work("jobs", waiting_since(), LONGEST_WAIT)


@fill("health.checks", order=30)
def mail_check() -> Check:
    """Look at the mails that wait, tried in vain or not, and at those given up."""
    return _work("mail", queued_since(MAIL), LONGEST_MAIL_WAIT, MAIL)


def _work(name: str, wait: timedelta, longest: timedelta, kind: str | None = None) -> Check:
    by_state = counts(kind)
    figures = {"queued": by_state.get(QUEUED, 0), "failed": by_state.get(FAILED, 0)}
    return Check(name, wait < longest, {**figures, "oldest_seconds": int(wait.total_seconds())})


def register(app: Flask) -> None:
    """Attach the health check."""
    app.register_blueprint(blueprint)
