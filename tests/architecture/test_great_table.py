"""The great table: every address × every kind of person × what they get. Every address of the map must be in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import AccessRequest, Organisation, RequestState
from app.core.clock import now
from app.core.db import transaction
from app.core.storage import storage
from app.discussions.operations import comment, start_thread
from app.discussions.queries import post_numbered
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from app.spaces.models import Space
from tests.architecture.addresses.lines import OUTCOMES, PEOPLE, Line
from tests.people import FACILITATOR, MEMBER, OPEN, PRIVATE, REFERENT, REQUEST, Cast
from tests.support import loaded, on_sqlite

ADDRESSES = "tests.architecture.addresses"
FEATURES = [
    import_module(f"{ADDRESSES}.{file.stem}")
    for file in sorted((Path(__file__).parent / "addresses").glob("*.py"))
    if file.stem not in {"__init__", "lines"}
]
TABLE = [line for feature in FEATURES for line in feature.TABLE]
ELSEWHERE = {endpoint: where for feature in FEATURES for endpoint, where in feature.ELSEWHERE.items()}


@pytest.fixture
def world(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> dict[str, dict[str, str]]:
    """One resource with files, one discussion with two messages in each space; the names to fill the paths with."""
    furnished: dict[str, dict[str, str]] = furnish("world", _world, worked=True)
    return furnished


def _world() -> dict[str, dict[str, str]]:
    with transaction():
        loaded(FACILITATOR).photo_sha256 = storage().put(io.BytesIO(_image())).sha256
    return {slug: _furnished(slug) for slug in (OPEN, REQUEST, PRIVATE)}


def _furnished(slug: str) -> dict[str, str]:
    note = receive(io.BytesIO(f"Une note de {slug}.".encode()), "note.txt")
    picture = receive(io.BytesIO(_image()), "plan.png")
    details = ResourceDetails.of(kind="report", title="Un titre")
    with transaction():
        space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
        resource = share_resource(loaded(FACILITATOR), space, details, files=[note, picture])
        thread = start_thread(loaded(FACILITATOR), space, "Une question", "Le premier message.")
        comment(loaded(FACILITATOR), resource, "Un premier commentaire.")
        first = post_numbered(thread, 1)
        return {
            "slug": slug,
            "space": space.public_id,
            **_places(slug),
            "person": loaded(MEMBER).public_id,
            "resource": resource.public_id,
            "attachment": resource.attachments[0].public_id,
            "file": resource.attachments[0].current.public_id,
            "picture": resource.attachments[1].current.public_id,
            "thread": thread.public_id,
            "someone": loaded(FACILITATOR).public_id,
            "city": _city(),
            "post": first.public_id if first else "",
            "others_post": first.public_id if first else "",
        }


def _city() -> str:
    return db.session.scalars(select(Organisation.public_id).where(Organisation.name == "Castelmaure")).one()


def _places(slug: str) -> dict[str, str]:
    """Return two organisations, and a request for access to the referent's."""
    places = db.session.scalars(select(Organisation).order_by(Organisation.sort_key).limit(2)).all()
    asked = AccessRequest(
        email=f"{slug}@lanvallec.example",
        name="Yann Derrien",
        state=RequestState.PENDING,
        secret_hash=slug,
        confirmed_at=now(),
        organisation=loaded(REFERENT).organisation,
    )
    db.session.add(asked)
    db.session.flush()
    return {
        "organisation": places[0].public_id,
        "other_organisation": places[1].public_id,
        "request": asked.public_id,
    }


def _image() -> bytes:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(drawn, "PNG")
    return drawn.getvalue()


def outcome(answer: TestResponse) -> str:
    """Return what a person got, in the words of OUTCOMES."""
    if answer.status_code == 302 and answer.headers["Location"].startswith("/connexion"):
        return "the door"
    if answer.status_code == 401:
        return "the door"
    return {403: "refused", 404: "does not exist"}.get(
        answer.status_code, "yes" if answer.status_code < 400 else str(answer)
    )


def wrongly_answered(people: dict[str | None, Any], line: Line, slug: str, names: dict[str, str]) -> list[str]:
    """Ask an address of the table of one space as each of some people; return who gets something else, and what."""
    gets = dict(zip(PEOPLE, line.gets if isinstance(line.gets, str) else line.gets[slug], strict=True))
    path, wrong = line.path.format(**names), []
    for who, here in people.items():
        answer = here.get(path) if line.method == "GET" else here.post(path, dict(line.sends))
        if outcome(answer) != OUTCOMES[gets[who]]:
            wrong.append(f"{line.method} {path} ({slug}), {who}: {outcome(answer)}, not {OUTCOMES[gets[who]]}")
    return wrong


@on_sqlite
@pytest.mark.thorough
def test_everybody_gets_what_the_table_says(app: Flask, world: Any, browser: Any) -> None:
    people = {who: browser(who) for who in PEOPLE}
    wrong, asked = [], set()
    for line in TABLE:
        for slug, names in world.items():
            address = (line.method, line.path.format(**names), line.sends)
            if address not in asked:  # the same whatever the space
                asked.add(address)
                wrong += wrongly_answered(people, line, slug, names)
    assert not wrong, "\n".join(wrong)


def test_one_person_after_the_other_gets_what_the_table_says(app: Flask, world: Any, browser: Any) -> None:
    people, wrong = {who: browser(who) for who in PEOPLE}, []
    for line, who, (slug, names) in zip(TABLE, cycle(PEOPLE), cycle(world.items()), strict=False):
        wrong += wrongly_answered({who: people[who]}, line, slug, names)
    assert not wrong, "\n".join(wrong)


def test_every_address_of_the_map_is_in_the_table(app: Flask) -> None:
    told = {line.endpoint for line in TABLE} | set(ELSEWHERE)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - told == set()
    assert told - {rule.endpoint for rule in app.url_map.iter_rules()} == set()
