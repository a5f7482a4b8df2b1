"""Sessions kept on the server: the cookie holds a random id, the row holds the rest and dies when told to."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, abort, request, session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import ForeignKey, String, Text, delete, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import CallbackDict

from app.core.clock import now
from app.core.db import UtcDateTime, separate_write
from app.core.errors import error_page
from app.core.jobs import job
from app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_BYTES = 32
ANONYMOUS_HOURS = 12
TOUCH_EVERY = timedelta(minutes=5)
VISIT_GAP = timedelta(minutes=30)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME = "same-origin"
USER_KEY = "_user_id"  # where Flask-Login keeps the id of the person


class UserSession(db.Model):
    """One browser's session. ``id`` is the SHA-256 of the cookie, so that a read database opens nothing."""

    __tablename__ = "user_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    data: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    agent: Mapped[str] = mapped_column(String(200), default="")
    network: Mapped[str] = mapped_column(String(60), default="")


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The session as views see it; knows whether it changed and under which id it is stored."""

    def __init__(self, initial: Mapping[str, Any] | None = None, stored_id: str | None = None) -> None:
        def changed(_self: object) -> None:
            self.modified = True

        super().__init__(initial, changed)
        self.stored_id = stored_id
        self.seen_at: datetime | None = None
        self.failure: OperationalError | None = None
        self.modified = False
        self.new = stored_id is None
        self.renewed = False

    def renew(self) -> None:
        """Take a new id at the end of the request; the old one dies (sign-in, sign-out)."""
        self.renewed = self.modified = True


def hashed(token: str) -> str:
    """Return the form in which a secret is stored: SHA-256 in hexadecimal. Any text is accepted."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class ServerSessionInterface(SessionInterface):
    """Flask's session over the ``user_session`` table."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Load the session of the cookie; an unknown or expired one gives an empty session."""
        token = request.cookies.get(self.get_cookie_name(app))
        if not token or is_of_nobody(request):
            return ServerSession()
        try:
            row = db.session.execute(
                select(UserSession.id, UserSession.data, UserSession.seen_at).where(
                    UserSession.id == hashed(token), UserSession.expires_at > now()
                )
            ).one_or_none()
        except OperationalError as error:
            unreadable = ServerSession()
            unreadable.failure = error
            return unreadable
        if row is None:
            return ServerSession()
        loaded = ServerSession(json.loads(row.data), row.id)
        loaded.seen_at = row.seen_at
        loaded.modified = False
        return loaded

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session if it changed, in a short transaction of its own."""
        if not isinstance(session, ServerSession) or session.failure is not None:
            return
        response.vary.add("Cookie")
        if not session and session.stored_id is None:
            return
        if not session.modified or (session.stored_id is None and (sent_from_elsewhere() or is_of_nobody(request))):
            return
        db.session.rollback()
        try:
            self._write(app, session, response)
        except OperationalError as error:
            app.logger.error("a session could not be written: %s", error.orig)  # noqa: TRY400 - the cause says it all
            if session.renewed:
                # Signing in or out has not happened: say so in place of the answer that told it had.
                instead = error_page(503)
                response.status_code, response.data = instead.status_code, instead.data
                del response.headers["Location"]

    def _write(self, app: Flask, session: ServerSession, response: Response) -> None:
        if session.stored_id is None or session.renewed:
            self._insert(app, session, response)
            return
        values = {"data": json.dumps(dict(session)), "user_id": _user_id(session)}
        with separate_write() as connection:
            connection.execute(update(UserSession).where(UserSession.id == session.stored_id).values(**values))

    def _insert(self, app: Flask, session: ServerSession, response: Response) -> None:
        token = secrets.token_urlsafe(ID_BYTES)
        user_id = _user_id(session)
        lifetime = (
            timedelta(days=app.config["SETTINGS"].session_idle_days) if user_id else timedelta(hours=ANONYMOUS_HOURS)
        )
        began = now()
        with separate_write() as connection:
            if session.stored_id is not None:
                old = UserSession.__table__.delete().where(UserSession.id == session.stored_id)
                row = connection.execute(old.returning(UserSession.user_id, UserSession.created_at)).first()
                # The same person under a new id (confirmation): the session is as old as it was.
                began = row.created_at if row is not None and user_id and row.user_id == user_id else began
            connection.execute(
                insert(UserSession).values(
                    id=hashed(token),
                    user_id=user_id,
                    data=json.dumps(dict(session)),
                    created_at=began,
                    seen_at=now(),
                    expires_at=now() + lifetime,
                    agent=(request.user_agent.string or "")[:200],
                    network=network_of(request.remote_addr),
                )
            )
        response.set_cookie(
            self.get_cookie_name(app),
            token,
            max_age=timedelta(days=app.config["SETTINGS"].session_days) if user_id else None,
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite="Lax",
            path="/",
        )


def is_of_nobody(request: Request) -> bool:
    """Tell whether a request is answered without looking at who asks: the files of the site's own pages.

    Its answer gives no session either: the page that says a file is missing (a page from before an upgrade asks for
    one) would else replace the session of who asked, and put them out.
    """
    return request.path.startswith("/static/")


def sent_from_elsewhere() -> bool:
    """Tell whether a page of another site sent this form (Fetch Metadata, W3C: ``Sec-Fetch-Site``).

    Browsers keep our cookie (SameSite=Lax) from such a request, so it looks like a stranger's; but they would take a
    new one from the answer, which would put the person out, and the sign-in page would offer the other site's words as
    theirs.
    """
    return request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site", SAME) not in {SAME, "none"}


def network_of(address: str | None) -> str:
    """Return the network an address belongs to: /24 for IPv4, /64 for IPv6, the text itself otherwise.

    IPv4 written as IPv6 (RFC 4291, 2.5.5.2), as a server listening to both sees it, is IPv4: all of it is one /64.
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return (address or "")[:60]
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))  # noqa: PLR2004


def _user_id(session: SessionMixin) -> int | None:
    value = session.get(USER_KEY)
    return int(value) if value is not None else None


def end_sessions(user_id: int, *, but: str | None = None) -> None:
    """End all sessions of a person at once, except the one stored under ``but``. Call inside ``transaction()``."""
    theirs = UserSession.user_id == user_id
    db.session.execute(delete(UserSession).where(theirs, UserSession.id != (but or "")))


@job("sessions.purge", every=timedelta(hours=6))
def purge_sessions(_payload: dict[str, Any]) -> None:
    """Delete the sessions that have expired."""
    with separate_write() as connection:
        connection.execute(delete(UserSession).where(UserSession.expires_at <= now()))


def _refuse_unreadable() -> None:
    """Answer honestly when the session could not be read: the person is not a stranger, the database is away."""
    if isinstance(session, ServerSession) and session.failure is not None:
        raise session.failure


def _refuse_foreign_forms() -> None:
    """Refuse what another site has a browser send."""
    if sent_from_elsewhere():
        abort(400)


def register(app: Flask) -> None:
    """Use server-side sessions in an application."""
    app.before_request(_refuse_foreign_forms)
    app.before_request(_refuse_unreadable)
    https = app.config["SETTINGS"].over_https
    app.config.update(
        SESSION_COOKIE_NAME="__Host-beffroi" if https else "beffroi",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.session_interface = ServerSessionInterface()
