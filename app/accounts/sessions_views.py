"""One's own sessions: where one is signed in, and how to end that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from sqlalchemy import select

from app.accounts.agents import device_in_words
from app.accounts.models import User
from app.core.access import person, signed_in
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.navigation import Tab
from app.core.sessions import ServerSession, UserSession, end_sessions, hashed
from app.core.slots import fill
from app.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("sessions", __name__, url_prefix="/moi/sessions")


@dataclass(frozen=True)
class OpenSession:
    """One session as its owner sees it; ``key`` names it in forms without being what it is stored under."""

    key: str
    device: str
    network: str
    began: datetime
    seen: datetime
    is_this_one: bool


def open_sessions(user: User, present: str | None) -> list[OpenSession]:
    """Return the sessions of a person that still run, the present one first, then the last used."""
    rows = db.session.scalars(
        select(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at > now())
    ).all()
    rows = sorted(rows, key=lambda row: (row.id == present, row.seen_at), reverse=True)
    return [
        OpenSession(
            hashed(row.id)[:20],
            device_in_words(row.agent),
            row.network,
            row.created_at,
            row.seen_at,
            row.id == present,
        )
        for row in rows
    ]


def _present() -> str | None:
    return cast("ServerSession", session).stored_id


@fill("account.tabs", order=40)
def sessions_tab() -> Tab:
    """Return the tab of one's sessions."""
    url = url_for("sessions.sessions_page")
    return Tab(url, _("Sessions"), active=request.path == url)


@blueprint.get("")
@signed_in
def sessions_page() -> ResponseReturnValue:
    """List one's sessions."""
    return render_template("accounts/sessions.html", sessions=open_sessions(person(), _present()))


@blueprint.post("/arreter")
@signed_in
def end_one() -> ResponseReturnValue:
    """End one other session; one that is over already is no error."""
    me, wanted = person(), request.form.get("session", "")
    with transaction():
        mine = select(UserSession).where(UserSession.user_id == me.id, UserSession.id != (_present() or ""))
        for row in db.session.scalars(mine).all():
            if hashed(row.id)[:20] == wanted:
                db.session.delete(row)
                record("user.session_ended", me, me)
    flash(_("Cette session a pris fin."))
    return redirect(url_for("sessions.sessions_page"))


@blueprint.post("/arreter-les-autres")
@signed_in
def end_others() -> ResponseReturnValue:
    """End all sessions but the present one."""
    me = person()
    others = sum(not one.is_this_one for one in open_sessions(me, _present()))
    with transaction():
        end_sessions(me.id, but=_present())
        record("user.session_ended", me, me, sessions=others)
    flash(ngettext("%(num)s autre session a pris fin.", "%(num)s autres sessions ont pris fin.", others))
    return redirect(url_for("sessions.sessions_page"))
