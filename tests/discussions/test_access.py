"""Who gets what at each address of discussions: signed out, members, guests, people of elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.discussions import operations
from tests.discussions.talk import answer, path, start
from tests.library.shelves import share
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EVERYBODY,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
)
from tests.support import loaded, thoroughly

pytestmark = pytest.mark.usefixtures("cast")

READ = {
    OPEN: {
        FACILITATOR: 200,
        MEMBER: 200,
        OUTSIDER: 200,
        GUEST: 200,
        CLOSED_GUEST: 404,
        EXPIRED_GUEST: 404,
        ADMIN: 200,
        REFERENT: 200,
        ENTERED: 200,
    },
    REQUEST: {
        FACILITATOR: 200,
        MEMBER: 403,
        OUTSIDER: 403,
        GUEST: 404,
        CLOSED_GUEST: 404,
        EXPIRED_GUEST: 404,
        ADMIN: 403,
        REFERENT: 403,
        ENTERED: 200,
    },
    PRIVATE: {
        FACILITATOR: 200,
        MEMBER: 200,
        OUTSIDER: 404,
        GUEST: 404,
        CLOSED_GUEST: 200,
        EXPIRED_GUEST: 404,
        ADMIN: 404,
        REFERENT: 404,
        ENTERED: 200,
    },
}
WRITE = {
    OPEN: READ[OPEN] | {OUTSIDER: 403, ADMIN: 403, REFERENT: 403, ENTERED: 403},
    REQUEST: READ[REQUEST] | {ENTERED: 403},
    PRIVATE: READ[PRIVATE] | {ENTERED: 403},
}

EACH_SPACE = pytest.mark.parametrize("slug", [PRIVATE, *thoroughly(OPEN, REQUEST)])


def _places(app: Flask, slug: str) -> dict[str, str]:
    """Put something in a space; return addresses by what they are."""
    with app.app_context():
        thread = start(slug=slug, title="Le titre")
        post = answer(thread, FACILITATOR, "Une réponse")
        resource = share("Une ressource", space=slug)
        with transaction():
            operations.comment(loaded(FACILITATOR), resource, "Un commentaire")
        message = f"/discussions/messages/{post.public_id}"
        return {
            "list": f"/espaces/{slug}/discussions",
            "new": f"/espaces/{slug}/discussions/nouvelle",
            "thread": f"{path(thread)}-le-titre?page=1",
            "reply": f"{path(thread)}/reponses",
            "read": f"{path(thread)}/lecture",
            "comment": f"/ressources/{resource.public_id}/commentaires",
            "edit": f"{message}/modifier",
            "remove": f"{message}/supprimer",
            "hide": f"{message}/masquer",
        }


@pytest.mark.slow
@EACH_SPACE
def test_reading(app: Flask, browser: Any, slug: str) -> None:
    places = _places(app, slug)
    for name in ("list", "thread"):
        assert {who: browser(who).get(places[name]).status_code for who in EVERYBODY} == READ[slug], name
    assert {who: browser(who).post(places["read"], {"upto": "1"}).status_code for who in EVERYBODY} == {
        who: 302 if status == 200 else status for who, status in READ[slug].items()
    }


@pytest.mark.slow
@EACH_SPACE
def test_writing(app: Flask, browser: Any, slug: str) -> None:
    places = _places(app, slug)
    assert {who: browser(who).get(places["new"]).status_code for who in EVERYBODY} == WRITE[slug]
    sent = {who: 302 if status == 200 else status for who, status in WRITE[slug].items()}
    for name in ("new", "reply", "comment"):
        words = {"title": "Un titre", "body": "Un texte", "audience": "space"}
        assert {who: browser(who).post(places[name], words).status_code for who in EVERYBODY} == sent, name


@pytest.mark.slow
@EACH_SPACE
def test_the_messages_of_others(app: Flask, browser: Any, slug: str) -> None:
    places = _places(app, slug)
    others = {who: status for who, status in READ[slug].items() if who != FACILITATOR}
    refused = {who: 403 if status == 200 else status for who, status in others.items()}
    for name in ("edit", "remove"):
        assert {who: browser(who).get(places[name]).status_code for who in others} == refused, name
        assert {who: browser(who).post(places[name], {"body": "x"}).status_code for who in others} == refused, name
    moderates = refused | {ENTERED: 200} | ({ADMIN: 200} if slug == OPEN else {})
    assert {who: browser(who).get(places["hide"]).status_code for who in others} == moderates


def test_signed_out_one_is_sent_to_the_sign_in_page(app: Flask, browser: Any) -> None:
    stranger, places = browser(), _places(app, OPEN)
    for name, url in places.items():
        assert stranger.get(url).status_code in {302, 405}, name
        assert stranger.post(url, {"body": "x"}).status_code in {400, 401, 405}, name
    assert stranger.post("/discussions/apercu", {"body": "x"}).status_code in {400, 401}


def test_every_change_needs_the_token_of_the_form(app: Flask, browser: Any) -> None:
    me, places = browser(FACILITATOR), _places(app, OPEN)
    for name in ("new", "reply", "read", "comment", "edit", "remove", "hide"):
        for token in ({}, {"csrf_token": "é"}, {"csrf_token": "faux"}):
            assert me.client.post(places[name], data={"body": "x", "title": "y", **token}).status_code == 400, name


def test_a_closed_space_is_named_on_the_refusal_and_a_private_one_never(app: Flask, browser: Any) -> None:
    listed, secret = _places(app, REQUEST), _places(app, PRIVATE)
    refusal = browser(OUTSIDER).get(listed["thread"]).get_data(as_text=True)
    assert "Vie nocturne" in refusal
    assert f'href="/espaces/{REQUEST}/demander"' in refusal
    assert "Le titre" not in refusal
    missing = browser(OUTSIDER).get(secret["thread"]).get_data(as_text=True)
    assert "Cercle fermé" not in missing
    assert "Le titre" not in missing
