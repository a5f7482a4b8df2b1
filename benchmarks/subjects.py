"""What is measured: each subject does one thing once, like a person in front of a browser."""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, cycle
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.clock import now
from app.core.db import transaction
from app.core.sessions import UserSession, hashed
from app.extensions import db
from benchmarks.bare import bare_app
from benchmarks.network import READER, Place
from benchmarks.words import COMMON, PHRASE, RARE, Writer, pdf

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FLASK, JINJA = "bare Flask page", "Flask + Jinja, the same posts"
DATABASE = "the same, from the database"
#: What any page costs before it says anything: session, person, rights, language, bars and footer.
FRAME = "signed in, the frame alone"
THREAD_FIRST, THREAD_LAST = "thread, first page", "thread, last page"
FILTERS = "cost_band=under_10000&evaluation=joint&evaluation=own&comme=size"
SUGGESTIONS = "suggestions"
FETCH = {"X-Requested-With": "fetch"}


@dataclass(frozen=True)
class Subject:
    """One thing measured. ``run`` does it once; raises WrongAnswerError when it did not work."""

    name: str
    run: Callable[[], Any]


class WrongAnswerError(Exception):
    """A subject did not answer what it must: its time would mean nothing."""


class Reader:
    """The signed-in person of a network, with the form token of their session."""

    def __init__(self, place: Place, user_id: int | None = None) -> None:
        self.place = place
        self.user_id = user_id or place.reader_id
        self.client: FlaskClient = place.app.test_client()
        self._sign_in()
        self.token = self._token()

    def _sign_in(self) -> None:
        secret = secrets.token_urlsafe()
        data = json.dumps({"_user_id": str(self.user_id), "_fresh": True})
        end = now() + timedelta(days=1)
        with self.place.app.app_context(), transaction() as session:
            session.add(UserSession(id=hashed(secret), user_id=self.user_id, data=data, expires_at=end))
        self.client.set_cookie(self.place.app.config["SESSION_COOKIE_NAME"], secret)

    def _token(self) -> str:
        found = CSRF.search(self.get("/", "Bonjour").get_data(as_text=True))
        if found is None:
            raise WrongAnswerError("no form token on the front page")
        return found.group(1)

    def get(self, path: str, words: str) -> TestResponse:
        """GET a page that must hold some words."""
        answer = self.client.get(path)
        if answer.status_code != 200 or words not in answer.get_data(as_text=True):  # noqa: PLR2004 - HTTP
            raise WrongAnswerError(f"GET {path}: {answer.status}, without {words!r}")
        return answer

    def post(self, path: str, data: dict[str, Any], status: int, **options: Any) -> TestResponse:
        """POST a form that must be answered with a status."""
        answer = self.client.post(path, data={"csrf_token": self.token, **data}, **options)
        if answer.status_code != status:
            raise WrongAnswerError(f"POST {path}: {answer.status}, not {status}")
        return answer


def pages_of(reader: Reader) -> list[Subject]:
    """Return the pages of the site."""
    place = reader.place

    def page(name: str, path: str, words: str) -> Subject:
        return Subject(name, lambda: reader.get(path, words))

    return [
        page("home", "/", "Nouveau pour vous"),
        page("resource list", "/ressources", 'class="rows"'),
        page("space page", f"/espaces/{place.space}", "Discussions en cours"),
        page(THREAD_FIRST, f"{place.long_thread}?page=1", 'id="reponse-1"'),
        page(THREAD_LAST, f"{place.long_thread}?page={place.last_page}", 'id="repondre"'),
        page("resource page", f"{place.resource}?page=4&q={COMMON}", "viewer__stage"),
        page("search, common word", f"/recherche?q={COMMON}", "<mark>"),
        page("search, rare word", f"/recherche?q={RARE}", "<mark>"),
        page("search, phrase", f"/recherche?q=%22{PHRASE}%22", "<mark>"),
    ]


def suggestions_of(reader: Reader) -> list[Subject]:
    """Return what the search box asks while somebody types: another beginning at each call."""
    asked = {
        "two letters": ("po", "se", "co", "vi", "pr", "dé"),
        "a word begun": ("polic", "sécuri", "trafi", "habita", "quartie", "prévent"),
        "three words": ("la police de nuit", "des habitants qui", "sécurité sans par", "le trafic se dépl"),
        "a name": ("exemple 1", "exemple 2", "exemple 12", "saint exemple 4"),
        "nowhere": ("xyzz", "wxqz", "zzyx"),
    }

    def typing(name: str, texts: tuple[str, ...]) -> Subject:
        turn = cycle(texts)
        address = "/recherche/suggestions?q="
        return Subject(f"{SUGGESTIONS}, {name}", lambda: reader.get(address + quote(next(turn)), 'role="option"'))

    return [typing(name, texts) for name, texts in asked.items()]


def pages_of_library(reader: Reader) -> list[Subject]:
    """Return the pages of the library, the filters of the kind with most fields among them."""
    place = reader.place
    beside = "&".join(f"id={one[:10]}" for one in place.practices)

    def page(name: str, path: str, words: str) -> Subject:
        return Subject(name, lambda: reader.get(path, words))

    return [
        page("library, everything", "/ressources", 'class="rows"'),
        page("library, its last page", "/ressources?page=100000", 'class="rows"'),
        page("library, practices with filters", "/ressources?type=practice", 'name="cost_band"'),
        page("library, practices filtered", f"/ressources?type=practice&{FILTERS}", 'name="cost_band"'),
        page("library, of a space", f"/espaces/{place.space}/ressources?tri=title", 'class="rows"'),
        page("library, a practice", f"/ressources/{place.practices[0]}", "Coût annuel"),
        page("library, a document", f"{place.resource}?page=4", "viewer"),
        page("library, practices compared", f"/ressources/comparer?{beside}", "compare__title"),
    ]


def lists_of_people(reader: Reader, admin: Reader) -> list[Subject]:
    """Return the lists of everybody: what administrators search, and what members find."""
    listed = "directory-row__name"
    return [
        Subject("people (admin)", lambda: admin.get("/administration/personnes", READER)),
        Subject("people (admin), by name", lambda: admin.get("/administration/personnes?q=exemple+7", "Exemple 7")),
        Subject("directory, cities", lambda: reader.get("/annuaire", listed)),
        Subject("directory, people", lambda: reader.get("/annuaire/personnes", listed)),
        Subject("directory, who knows", lambda: reader.get("/annuaire/personnes?sujet=nuit&titre=elected", listed)),
    ]


def deeds_of(reader: Reader) -> list[Subject]:
    """Return what a person does; every time with other words and other bytes."""
    place, numbers, writer = reader.place, count(1), Writer(seed=3)
    # Files wait for their form, fifty at most: two forms take turns.
    forms = cycle(f"/espaces/{slug}/ressources/nouvelle" for slug in place.other_spaces)

    def reply() -> None:
        reader.post(f"{place.other_thread}/reponses", {"body": f"{writer.post()} N° {next(numbers)}."}, 302)

    def upload() -> None:
        file = io.BytesIO(pdf([f"Document {next(numbers)}", writer.page()]))
        reader.post(next(forms), {"files": (file, "bilan.pdf")}, 201, headers=FETCH)

    return [Subject("reply (POST)", reply), Subject("upload of a PDF (POST)", upload)]


def bare_of(place: Place) -> list[Subject]:
    """Return the pages everything is compared with."""
    client = bare_app(place).test_client()
    addresses = {FLASK: "/mot", JINJA: "/page", DATABASE: "/base"}
    return [Subject(name, lambda path=path: client.get(path)) for name, path in addresses.items()]  # type: ignore[misc]


def subjects_of(place: Place, wanted: str = "") -> list[Subject]:
    """Return the bare pages and the subjects whose name holds ``wanted``."""
    reader, admin = Reader(place), Reader(place, place.admin_id)
    ours = [
        *pages_of(reader),
        *suggestions_of(reader),
        *pages_of_library(reader),
        *lists_of_people(reader, admin),
        *deeds_of(reader),
    ]
    ours = [one for one in ours if wanted in one.name]
    with place.app.app_context():
        db.session.remove()
    frame = Subject(FRAME, lambda: reader.get("/charte", "Charte"))
    return [*bare_of(place), frame, *ours]
