"""When each person was last here: written at most every five minutes, outside of the page's own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, Response, session
from flask_login import current_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.accounts.models import User
from app.core.clock import now
from app.core.db import separate_write
from app.core.sessions import TOUCH_EVERY, VISIT_GAP, ServerSession, UserSession
from app.extensions import db


def note_visit(app: Flask, response: Response) -> Response:
    """Push the end of the session further and note the visit. A gap of half an hour begins a new visit.

    ``previous_visit_at`` is the moment of the last sign of life before the present visit: what is new since then is new
    for this person; empty during the first visit. A visit is noted from its first page on, however short it is.
    """
    if not isinstance(session, ServerSession):
        return response
    stored_id = session.stored_id
    if stored_id is None or not current_user.is_authenticated:
        return response
    user_id, last = current_user.id, current_user.last_seen_at
    if _is_recent(session.seen_at) and _is_recent(last):
        return response
    try:
        _write_visit(app, stored_id, user_id, last)
    except OperationalError as error:  # full or locked: what was read is shown all the same, the next page tries again
        app.logger.warning("a visit could not be noted: %s", error.orig)
    return response


def _write_visit(app: Flask, stored_id: str, user_id: int, last: datetime | None) -> None:
    began = last is None or now() - last > VISIT_GAP
    settings, moment = app.config["SETTINGS"], now()
    idle = moment + timedelta(days=settings.session_idle_days)
    db.session.rollback()
    with separate_write() as connection:
        row = connection.execute(UserSession.__table__.select().where(UserSession.id == stored_id)).first()
        if row is None:
            return
        end = min(idle, row.created_at + timedelta(days=settings.session_days))
        connection.execute(
            update(UserSession).where(UserSession.id == stored_id).values(seen_at=moment, expires_at=end)
        )
        values = {"last_seen_at": moment, "updated_at": User.updated_at} | (
            {"previous_visit_at": last} if began else {}
        )
        connection.execute(update(User).where(User.id == user_id).values(**values))


def _is_recent(moment: datetime | None) -> bool:
    return moment is not None and now() - moment < TOUCH_EVERY
