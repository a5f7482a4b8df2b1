"""Mail: composed from templates, queued with the change that wants it, sent by the worker to a folder or by SMTP."""

from __future__ import annotations

import json
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import unquote, urlsplit

from flask import current_app, render_template
from flask_babel.speaklater import LazyString
from sqlalchemy import delete

from app.core.clock import now
from app.core.i18n import written_for
from app.core.jobs import URGENT, Job, enqueue, job
from app.core.sessions import hashed
from app.core.text import one_line
from app.extensions import db

if TYPE_CHECKING:
    from flask import Flask

MAIL = "mail.send"
SMTP_TIMEOUT = 20


class Transport(Protocol):
    """Where mails go."""

    def deliver(self, message: EmailMessage) -> None:
        """Hand a message over; raises an OSError or an SMTPException when it cannot be."""
        ...


class FolderTransport:
    """Writes each mail as a file, readable in the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def deliver(self, message: EmailMessage) -> None:
        """Write the mail whole under a name that sorts by time; one that is there already is not written again."""
        same = hashed(str(message["Message-ID"]))[:16]
        if next(self.folder.glob(f"*-{same}.eml"), None) is not None:
            return  # the worker was killed after it had written, before its job was done
        name = f"{now():%Y%m%dT%H%M%S%f}-{time.time_ns()}-{same}.eml"
        draft = self.folder / f"{same}.part"
        draft.write_bytes(message.as_bytes())
        draft.replace(self.folder / name)

    def messages(self, limit: int = 100) -> list[EmailMessage]:
        """Return the mails written, newest first."""
        files = sorted(self.folder.glob("*.eml"), reverse=True)[:limit]
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(file.read_bytes()) for file in files]


@dataclass(frozen=True)
class SmtpTransport:
    """Sends by SMTP (RFC 5321), with STARTTLS when offered; ``smtps`` speaks TLS from the first byte."""

    host: str
    port: int
    user: str
    password: str
    tls: bool

    def deliver(self, message: EmailMessage) -> None:
        """Send one mail over a fresh connection."""
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=SMTP_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT)
        with server:
            server.ehlo()
            if not self.tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


def transport_for(url: str, instance: Path) -> Transport:
    """Return the transport a setting names. Raises ValueError for an unknown one."""
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return FolderTransport(Path(parts.path) if parts.path else instance / "outbox")
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        tls = parts.scheme == "smtps"
        port = parts.port or (465 if tls else 25)
        return SmtpTransport(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), tls)
    message = "BEFFROI_MAIL_URL: folder: or smtp://host:port expected"
    raise ValueError(message)


def send(
    to: str,
    subject: str | LazyString,
    template: str,
    *,
    language: str = "fr",
    timezone: str | None = None,
    **context: Any,
) -> None:
    """Compose a mail and queue it in the present transaction.

    ``template`` names ``email/<template>.txt`` and, when it exists, ``email/<template>.html``, rendered in the language
    and the time zone (None: the site's) of the person who will read, as is a lazy ``subject``. One recipient a mail.
    The mail has its identity from now on: sent twice by a worker killed half way, it is the same mail for whoever
    receives it (RFC 5322, 3.6.4).
    """
    with written_for(language, timezone):
        letter = compose(to, subject, template, **context)
    content = {"to": to, "subject": letter.subject, "text": letter.text, "html": letter.html, "id": _new_identity()}
    enqueue(MAIL, content, priority=URGENT)


@dataclass(frozen=True)
class Letter:
    """A mail in the words of its reader, ready to leave; ``headers`` are beside those that every mail has."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


Composer = Callable[[dict[str, Any]], Letter | None]
_composers: dict[str, Composer] = {}


def compose(
    to: str, subject: str | LazyString, template: str, headers: Mapping[str, str] | None = None, **context: Any
) -> Letter:
    """Compose a mail from the templates ``send`` names. Call inside ``written_for``, the reader's language."""
    subject = one_line(str(subject))
    text = render_template(f"email/{template}.txt", subject=subject, **context)
    html = render_template(f"email/{template}.html", subject=subject, **context)
    return Letter(to, subject, text, html, headers or {})


def composes(name: str) -> Callable[[Composer], Composer]:
    """Declare what composes the mails queued by ``send_later`` under this name.

    It is called each time the mail is about to leave, outside of any transaction, so that it says what its reader may
    know at that minute; None when nothing is left to say, and then nothing is sent.
    """

    def declare(composer: Composer) -> Composer:
        _composers[name] = composer
        return composer

    return declare


def send_later(to: str, composer: str, **about: Any) -> None:
    """Queue, in the present transaction, a mail that is composed when it leaves; ``about`` is plain values.

    ``to`` is whose mail it is, for ``forget_mails_to``; the composer gives the address it goes to.
    """
    enqueue(MAIL, {"to": to, "composer": composer, "about": about, "id": _new_identity()})


def _new_identity() -> str:
    return make_msgid(domain=current_app.config["SETTINGS"].mail_from.rpartition("@")[2])


def forget_mails_to(to: str) -> None:
    """Drop the mails to an address that have not left. Call inside ``transaction()``."""
    waiting = (Job.name == MAIL) & Job.payload.contains(f'"to": {json.dumps(to)}', autoescape=True)
    db.session.execute(delete(Job).where(waiting).execution_options(synchronize_session=False))


@job(MAIL, max_attempts=12)
def deliver(payload: dict[str, Any]) -> None:
    """Send one queued mail; the queue tries again with growing waits when it fails."""
    letter = _letter(payload)
    if letter is None:
        return
    settings = current_app.config["SETTINGS"]
    message = EmailMessage()
    message["From"] = f"{one_line(settings.site_name)} <{settings.mail_from}>"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(now().timestamp())
    message["Message-ID"] = payload.get("id") or _new_identity()  # queued by an older version: none yet
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    cast("Transport", current_app.extensions["mail_transport"]).deliver(message)


def _letter(payload: dict[str, Any]) -> Letter | None:
    """Return what a queued mail says, composed now when it is of those; no database is held while it leaves."""
    if "composer" not in payload:
        return Letter(payload["to"], payload["subject"], payload["text"], payload["html"])
    try:
        return _composers[payload["composer"]](payload["about"])
    finally:
        db.session.rollback()


def register(app: Flask) -> None:
    """Open the transport the settings name."""
    settings = app.config["SETTINGS"]
    app.extensions["mail_transport"] = transport_for(settings.mail_url, settings.instance)
