"""The page of a person: as much as they show, to those who may know of them; the same 404 for everybody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Expertise
from app.accounts.operations import disable
from app.core import clock
from app.core.db import transaction
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Space
from tests.directory.known import share
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    Cast,
)
from tests.support import loaded, work

NUMBER = re.compile(rb"\b[0-9a-f]{12}\b|(?<=name=\"csrf_token\" value=\")[^\"]+")


def _address(app: Flask, email: str) -> str:
    with app.app_context():
        return f"/annuaire/personnes/{loaded(email).public_id}"


def _describe(app: Flask, email: str, **more: Any) -> None:
    with app.app_context(), transaction():
        one = loaded(email)
        one.about, one.phone, one.expertise = "Dit zorglubrement", "02 40 00 00 00", [Expertise(label="Zorglubique")]
        for name, value in more.items():
            setattr(one, name, value)


def test_page_says_what_its_owner_shows(app: Flask, cast: Cast, browser: Any) -> None:
    _describe(app, FACILITATOR, phone_shown_to="spaces", email_shown_to="network", in_directory=True)
    path, told = _address(app, FACILITATOR), {}
    for who in (MEMBER, GUEST, OUTSIDER, ADMIN):
        page = browser(who).get(path).get_data(as_text=True)
        told[who] = ("zorglubrement" in page, "Zorglubique" in page, "02 40" in page, FACILITATOR in page)
    assert told == {
        MEMBER: (True, True, True, True),
        GUEST: (True, True, True, True),
        OUTSIDER: (True, True, False, True),
        ADMIN: (True, True, False, True),
    }


def test_hidden_person_answers_like_one_who_never_existed(app: Flask, cast: Cast, browser: Any) -> None:
    _describe(app, CLOSED_GUEST)
    for who, whom in ((OUTSIDER, FACILITATOR), (GUEST, CLOSED_GUEST), (REFERENT, GUEST), (ADMIN, EXPIRED_GUEST)):
        here, path = browser(who), _address(app, whom)
        hidden, unknown = here.get(path), here.get("/annuaire/personnes/aaaaaaaaaa")
        pages = [
            NUMBER.sub(b"", page.data.replace(address.encode(), b""))
            for page, address in ((hidden, path), (unknown, "/annuaire/personnes/aaaaaaaaaa"))
        ]
        assert (hidden.status_code, pages[0]) == (404, pages[1]), (who, whom)


def test_common_spaces_are_those_of_both(app: Flask, cast: Cast, browser: Any) -> None:
    path, seen = _address(app, FACILITATOR), {}
    for who in (MEMBER, GUEST, CLOSED_GUEST, ADMIN):
        page = browser(who).get(path).get_data(as_text=True)
        aside = page.split("Vos espaces communs")[1] if "Vos espaces communs" in page else ""
        seen[who] = [name for name in ("Atelier ouvert", "Vie nocturne", "Cercle fermé") if name in aside]
    assert seen == {
        MEMBER: ["Atelier ouvert", "Cercle fermé"],
        GUEST: ["Atelier ouvert"],
        CLOSED_GUEST: ["Cercle fermé"],
        ADMIN: [],
    }


def test_page_shows_what_they_shared_and_i_may_read(app: Flask, cast: Cast, browser: Any) -> None:
    for slug in (OPEN, PRIVATE):
        share(app, FACILITATOR, slug, f"Rapport de {slug}")
        with app.app_context(), transaction():
            space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
            start_thread(loaded(FACILITATOR), space, f"Question de {slug}", "Bonjour.")
    _describe(app, FACILITATOR, in_directory=True)
    path = _address(app, FACILITATOR)
    for who, closed in ((MEMBER, True), (OUTSIDER, False), (ADMIN, False), (CLOSED_GUEST, True)):
        page = browser(who).get(path).get_data(as_text=True)
        assert all((f"{what} de {PRIVATE}" in page) is closed for what in ("Rapport", "Question")), who
        assert (f"Rapport de {OPEN}" in page) is (who != CLOSED_GUEST)


def test_person_who_left_or_whose_time_is_over_is_not_there(app: Flask, cast: Cast, browser: Any) -> None:
    path, guest = _address(app, MEMBER), _address(app, GUEST)
    assert (browser(FACILITATOR).get(path).status_code, browser(MEMBER).get(guest).status_code) == (200, 200)
    later = clock.now() + timedelta(days=31)
    clock.set_clock(lambda: later)
    assert [browser(who).get(guest).status_code for who in (MEMBER, ADMIN)] == [404, 404]
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
    assert [browser(who).get(path).status_code for who in (FACILITATOR, ADMIN)] == [404, 404]


def test_name_leads_to_the_page_where_it_may_be_opened(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context(), transaction():
        space = db.session.scalars(select(Space).where(Space.slug == OPEN)).one()
        thread = start_thread(loaded(FACILITATOR), space, "Une question", "Bonjour.").public_id
    share(app, FACILITATOR, OPEN, "Un rapport")
    with app.app_context():
        resource = db.session.scalars(select(Resource.public_id)).one()
    work(app)
    path, here = _address(app, FACILITATOR), f"/espaces/{OPEN}"
    lists = ("/", here, f"{here}/membres", f"{here}/discussions", "/recherche?q=question")
    for url in (*lists, f"/discussions/{thread}-une-question", f"/ressources/{resource}-un-rapport"):
        assert f'href="{path}"' in browser(MEMBER).get(url).get_data(as_text=True), url
        page = browser(OUTSIDER).get(url).get_data(as_text=True)
        assert ("Faustine Delmas" in page, path in page) == (True, False), url
