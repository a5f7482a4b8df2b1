"""A living site for browsers: the demo network behind the real server, with a real worker, in a folder of its own."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from app import create_app
from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import now
from app.core.db import transaction
from app.core.sessions import UserSession, hashed
from app.core.worker import run_all
from app.demo.loader import load_network
from app.discussions.models import Thread
from app.extensions import db
from app.library.models import Attachment, Resource, Tag
from app.library.reading_lists.models import ReadingList
from app.spaces.models import Space
from app.supervisor.browser import chromium
from config import ROOT, Settings
from tests.places import lay_places

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Playwright

STARTS, STOPS = 60.0, 15.0
FACILITATOR = "jeanne.aubertin@reseau-des-villes.example"
MEMBER = "claire.vasseur@montclair-sur-oise.example"
ADMINISTRATOR = "elise.tavernier@reseau-des-villes.example"
GUEST = "luc.desmarets@fontarel.example"
LEAVING_GUEST = "sylvie.courtadon@vernelle-le-chateau.example"
REFERENT = "helene.roudaut@lanvallec.example"
OUTSIDER = "antoine.lebrettier@sainte-elvire.example"
OPEN, PRIVATE, REQUEST = "politique-des-drogues", "maires-en-premiere-ligne", "violences-faites-aux-femmes"
DESK, PHONE, NARROW = (1280, 900), (390, 844), (320, 640)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Site:
    """A running site: its address, and an application on the same database to look behind the pages."""

    url: str
    app: Flask

    def cookie(self, email: str) -> dict[str, Any]:
        """Return the cookie of a new session, without the cost of a password; the outsider is asked for it again."""
        secret = secrets.token_urlsafe()
        with self.app.app_context():
            user = user_by_email(email)
            assert user is not None, email
            confirmed = 0 if email == OUTSIDER else now().timestamp()
            data = json.dumps({"_user_id": str(user.id), "_fresh": True, "confirmed_at": confirmed})
            row = {"user_id": user.id, "data": data, "expires_at": now() + timedelta(days=1)}
            with transaction() as session:
                session.add(UserSession(id=hashed(secret), **row))
            db.session.remove()
        return {"name": self.app.config["SESSION_COOKIE_NAME"], "value": secret, "url": self.url}

    def end_sessions(self, email: str) -> None:
        """End every session of somebody, as time does."""
        with self.app.app_context():
            theirs = select(User.id).where(User.email == email).scalar_subquery()
            with transaction() as session:
                session.execute(delete(UserSession).where(UserSession.user_id == theirs))
            db.session.remove()

    def thread(self, title: str) -> str:
        """Return the address of a discussion whose title begins so."""
        return f"/discussions/{self._public_id(Thread, title)}"

    def resource(self, title: str) -> str:
        """Return the address of a resource whose title begins so."""
        return f"/ressources/{self._public_id(Resource, title)}"

    def file(self, resource: str) -> str:
        """Return the public id of the first file of the resource at an address."""
        with self.app.app_context():
            of_resource = select(Attachment.public_id).join(Attachment.resource).order_by(Attachment.position)
            public_id: str = db.session.scalars(
                of_resource.where(Resource.public_id == resource.rpartition("/")[2]).limit(1)
            ).one()
            db.session.remove()
        return public_id

    def person(self, email: str) -> str:
        """Return the public id of somebody."""
        with self.app.app_context():
            user = user_by_email(email)
            assert user is not None, email
            public_id: str = user.public_id
            db.session.remove()
        return public_id

    @property
    def term(self) -> str:
        """The address of a term of the thesaurus that has terms under it."""
        with self.app.app_context():
            public_id: str = db.session.scalars(select(Tag.public_id).where(Tag.slug == "vie-nocturne")).one()
            db.session.remove()
        return f"/mots-cles/{public_id}-vie-nocturne"

    @property
    def reading_list(self) -> str:
        """The address of the reading list of the demo."""
        with self.app.app_context():
            public_id: str = db.session.scalars(select(ReadingList.public_id).limit(1)).one()
            db.session.remove()
        return f"/dossiers/{public_id}"

    @property
    def word(self) -> str:
        """The address of a word that waits in the space of the facilitator."""
        with self.app.app_context():
            waiting = select(Tag.public_id).join(Tag.space).where(Tag.state == "proposed", Space.slug == OPEN)
            public_id: str = db.session.scalars(waiting.limit(1)).one()
            db.session.remove()
        return f"/mots-cles/en-attente/{public_id}"

    def named(self, model: Any, name: str) -> str:
        """Return the public id of a space or an organisation of that name."""
        with self.app.app_context():
            public_id: str = db.session.scalars(select(model.public_id).where(model.name == name)).one()
            db.session.remove()
        return public_id

    def _public_id(self, model: Any, title: str) -> str:
        with self.app.app_context():
            found = select(model.public_id).where(model.title.startswith(title)).order_by(model.id)
            public_id: str = db.session.scalars(found.limit(1)).one()
            db.session.remove()
        return public_id


def load_demo(folder: Path) -> None:
    """Load the demo into an empty folder, with all that a worker does of it."""
    app = create_app(_settings(folder), PASSWORD_COST="normal")
    lay_places(app)
    with app.app_context():
        db.create_all()
        load_network(known_password=True)
        db.session.remove()
    run_all(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def living_site(folder: Path) -> Iterator[Site]:
    """Serve the demo loaded in a folder on a free port of this machine; stop everything at the end."""
    settings = _settings(folder)
    app = create_app(settings, PASSWORD_COST="normal")
    with _processes(settings):
        _wait_for(settings)
        yield Site(settings.public_url, app)
    with app.app_context():
        db.engine.dispose()


def _settings(folder: Path) -> Settings:
    return Settings(instance=folder, port=_free_port(), log_level="WARNING", ocr="0", office_pages="0")


@contextmanager
def _processes(settings: Settings) -> Iterator[None]:
    environ = os.environ | {
        "BEFFROI_INSTANCE": str(settings.instance),
        "BEFFROI_PORT": str(settings.port),
        "BEFFROI_LOG_LEVEL": settings.log_level,
        "BEFFROI_WEB_WORKERS": "1",
    }
    commands = (
        ["gunicorn", "-c", "app/supervisor/web_server.py", "wsgi:app"],
        ["flask", "--app", "wsgi", "jobs", "work"],
    )
    started = [subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environ) for words in commands]
    try:
        yield
    finally:
        for one in started:
            one.terminate()
        for one in started:
            _stopped(one)


def _stopped(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=STOPS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(settings: Settings) -> None:
    deadline = time.monotonic() + STARTS
    while time.monotonic() < deadline:
        with suppress(OSError), closing(HTTPConnection(settings.host, settings.port, timeout=10)) as connection:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    raise TimeoutError(f"{settings.public_url} did not answer within {STARTS:g} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium_path() -> str:
    """Return the path of the machine's Chromium (TEST_CHROMIUM when it is set), or nothing."""
    return os.environ.get("TEST_CHROMIUM") or chromium()


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium without a window; it asks nothing of any host but the site."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=list(QUIET))


def context_for(
    browser: Browser, site: Site, email: str | None = None, size: tuple[int, int] = DESK, **options: Any
) -> BrowserContext:
    """Return a browser context of a size, signed in as somebody (by address) or as nobody."""
    width, height = size
    options = {"locale": "fr-FR", "base_url": site.url, "viewport": {"width": width, "height": height}, **options}
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    if email is not None:
        context.add_cookies([site.cookie(email)])  # type: ignore[list-item]
    return context
