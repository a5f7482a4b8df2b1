"""What tests of saved searches do again and again: save, share things, look, read the mails."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from app.accounts.models import User
from app.alerts.matching import match, start
from app.alerts.models import Rhythm, SavedSearch, Watch
from app.alerts.operations import save_search, subscribe
from app.alerts.queries import news_of, watches_of
from app.alerts.telling import queue_due
from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.discussions.models import Thread
from app.discussions.operations import reply, start_thread
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.search.engine import IndexUnavailableError
from app.search.kept import kept
from app.search.state import State
from app.spaces.models import Space
from tests.people import FACILITATOR, OPEN
from tests.support import loaded, work

TITLES = re.compile(r"^- (.+)$", re.MULTILINE)


def asked(**arguments: Any) -> dict[str, Any]:
    """Return the question of an address of the page of results."""
    return kept(State.of(MultiDict(arguments)))


def save(who: str, rhythm: str = Rhythm.AT_ONCE, *, name: str = "", **arguments: Any) -> Watch:
    """Save a search for somebody, as its page does."""
    question = asked(**arguments)
    begin = start(loaded(who), question)
    with transaction():
        return save_search(loaded(who), question, name or str(arguments), rhythm, begin)


def follow(who: str, search: SavedSearch, rhythm: str = Rhythm.AT_ONCE) -> None:
    """Follow a search of a space."""
    begin = start(loaded(who), search.asked)
    with transaction():
        subscribe(loaded(who), search, rhythm, begin)


def space(slug: str = OPEN) -> Space:
    found: Space = db.session.scalars(db.select(Space).where(Space.slug == slug)).one()
    return found


def publish(title: str, *, by: str = FACILITATOR, where: str = OPEN, **details: Any) -> Resource:
    """Share a resource."""
    with transaction():
        return share_resource(loaded(by), space(where), ResourceDetails.of(kind="report", title=title, **details))


def ask(title: str, body: str = "Bonjour.", *, by: str = FACILITATOR, where: str = OPEN) -> Thread:
    with transaction():
        return start_thread(loaded(by), space(where), title, body)


def answer(thread: Thread, body: str, *, by: str = FACILITATOR) -> None:
    with transaction():
        reply(loaded(by), thread, body)


def pass_time(ahead: timedelta) -> None:
    """Move the clock of the site, ahead or back."""
    moment = now() + ahead
    clock.set_clock(lambda: moment)


def look(app: Flask) -> None:
    """Index what changed, look for what is new and send what is to be sent at once."""
    work(app)
    db.session.rollback()  # a job begins with nothing read
    match()
    work(app)


def due(app: Flask) -> None:
    """Send what the hour asks for."""
    with transaction():
        queue_due()
    work(app)


def mails(app: Flask, to: str | None = None) -> list[EmailMessage]:
    """Return the alerts sent, oldest first."""
    found = app.extensions["mail_transport"].messages(1000)[::-1]
    return [one for one in found if one["List-Unsubscribe"] and to in {None, str(one["To"])}]


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def html_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]


def told(app: Flask, to: str) -> list[list[str]]:
    """Return the titles that each alert of a person named."""
    return [TITLES.findall(text_of(one)) for one in mails(app, to)]


def news(who: str) -> dict[str, int]:
    """Return how much is new for somebody, by the name of the search."""
    me: User = loaded(who)
    watches = watches_of(me)
    counts = news_of(me, watches)
    return {one.search.name: counts.get(one.id, 0) for one in watches}


def shared(name: str, where: str = OPEN, **arguments: Any) -> SavedSearch:
    """Put a search into a space, as its facilitator has shared it."""
    with transaction() as session:
        by = loaded(FACILITATOR)
        one = SavedSearch(name=name, asked=asked(**arguments), space_id=space(where).id, by_id=by.id)
        session.add(one)
    return one


def unavailable(*_arguments: Any, **_more: Any) -> Any:
    """Answer as an index that is away."""
    raise IndexUnavailableError
