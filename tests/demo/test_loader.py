"""The demo network: loaded whole, loaded once, and closed wherever strangers could reach it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import AccessRequest, User
from app.accounts.operations import DEMO_PASSWORD, set_password
from app.accounts.passwords import hash_password
from app.core.db import transaction
from app.core.mail import send
from app.demo.loader import load_network
from app.discussions.models import Post, Thread
from app.extensions import db
from app.library.models import Blob as StoredFile
from app.library.models import Reading, Resource
from app.library.reading_lists.models import ReadingList
from app.library.reading_lists.queries import entries_of, pinned_in
from tests.people import MEMBER, PASSWORD, Cast
from tests.support import Browser, loaded, work

CLAIRE = "claire.vasseur@montclair-sur-oise.example"


@pytest.fixture
def demo_on(app: Flask) -> Iterator[Flask]:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(kept, demo="auto", host="127.0.0.1")
    yield app
    app.config["SETTINGS"] = kept


def counts() -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (User, Resource, Thread, Post)]


@pytest.fixture
def demo(demo_on: Flask, furnish: Callable[..., Any]) -> Flask:
    """The application with the demo in it, on which no worker has worked."""
    furnish("demo", lambda: load_network(known_password=True))
    return demo_on


@pytest.mark.slow
def test_demo_is_loaded_whole_and_once(demo_on: Flask, demo: Flask) -> None:
    with demo_on.app_context():
        first = counts()
        load_network(known_password=True)
        assert (counts(), first[1:3]) == (first, [33, 15])
        waiting = db.session.scalars(select(AccessRequest).order_by(AccessRequest.confirmed_at)).all()
        assert [one.organisation.name if one.organisation else "" for one in waiting] == ["Grandval", "Lanvallec", ""]
        kinds = db.session.scalars(select(Resource.kind).distinct()).all()
        assert len(kinds) == 10
        [reading] = db.session.scalars(select(ReadingList)).all()
        assert len(entries_of(loaded(CLAIRE), reading)) == 4
        assert len(pinned_in(reading.space, loaded(CLAIRE))) == 2


@pytest.mark.slow
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_demo_is_read_to_its_last_page(demo_on: Flask, demo: Flask) -> None:
    work(demo_on)
    with demo_on.app_context():
        assert set(db.session.scalars(select(StoredFile.reading))) == {Reading.SEARCHABLE}
    home = Browser(demo_on, CLAIRE).get("/").get_data(as_text=True)
    assert "Bonjour Claire" in home
    assert "Depuis votre dernière visite" in home


def accounts_of(app: Flask) -> list[dict[str, Any]]:
    said = app.test_cli_runner().invoke(args=["demo", "accounts", "--json"])
    assert said.exit_code == 0, said.output
    rows: list[dict[str, Any]] = json.loads(said.output)
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_accounts_command_gives_one_row_for_each_role(demo_on: Flask, demo: Flask) -> None:
    rows = accounts_of(demo_on)
    first = {role: next(row for row in rows if row["role"] == role) for role in {row["role"] for row in rows}}
    assert set(first) == {"administrator", "facilitator", "member", "outsider", "guest"}
    seen = {role: {space["visibility"] for space in row["spaces"]} for role, row in first.items()}
    assert {"open", "private"} <= seen["member"]
    assert (seen["outsider"], seen["guest"]) == ({"open"}, {"open"})
    assert first["facilitator"]["spaces"][0] == {
        "slug": "politique-des-drogues",
        "role": "facilitator",
        "visibility": "open",
    }
    assert {row["password"] for row in rows} == {DEMO_PASSWORD}


def sign_in(app: Flask, email: str, password: str) -> int:
    return Browser(app).post("/connexion", {"email": email, "password": password}).status_code


def demo_member() -> None:
    with transaction():
        loaded(MEMBER).is_demo = True


def test_demo_account_cannot_sign_in_where_the_demo_is_off(app: Flask, cast: Cast) -> None:
    before = sign_in(app, MEMBER, PASSWORD)
    with app.app_context():
        demo_member()
    assert (before, sign_in(app, MEMBER, PASSWORD)) == (302, 422)
    assert Browser(app, MEMBER).get("/").status_code == 302


def test_documented_password_opens_nothing_on_a_reachable_host(app: Flask, cast: Cast) -> None:
    kept = app.config["SETTINGS"]
    with app.app_context():
        demo_member()
        hashed = hash_password(DEMO_PASSWORD)
        with transaction():
            set_password(loaded(MEMBER), hashed)
    try:
        got = []
        for host in ("127.0.0.1", "192.0.2.1"):
            app.config["SETTINGS"] = dataclasses.replace(kept, demo="1", host=host)
            got.append(sign_in(app, MEMBER, DEMO_PASSWORD))
    finally:
        app.config["SETTINGS"] = kept
    assert got == [302, 422]


@pytest.mark.slow
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_random_passwords_are_made_where_strangers_could_try_the_known_one(app: Flask) -> None:
    with app.app_context():
        made = load_network(known_password=False)
        assert len(made) == 31
        assert DEMO_PASSWORD not in made.values()


def test_mailbox_of_the_demo_shows_ones_own_mails_only(demo_on: Flask, cast: Cast) -> None:
    with demo_on.app_context(), transaction():
        for email, subject in ((MEMBER, "Pour Malik"), ("odile@lanvallec.example", "Pour Odile")):
            send(email, subject, "reset", user=loaded(email), link="https://reseau.example/x")
    work(demo_on)
    shown = Browser(demo_on, MEMBER).get("/demo/courrier").get_data(as_text=True)
    assert ("Pour Malik" in shown, "Pour Odile" in shown) == (True, False)
