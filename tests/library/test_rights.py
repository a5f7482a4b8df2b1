"""Who may read what: the second door, lists, counts and files give the same answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.core.errors import NotFoundError, RefusedError
from app.extensions import db
from app.library.carriers import file_version_for, resources_carrying
from app.library.counting import count_by_kind, count_by_tag
from app.library.holdings import Holdings
from app.library.indexing import ResourceSource
from app.library.listing import Wanted, resources_visible_to
from app.library.models import Resource
from app.library.permissions import can_edit_resource, can_read_resource, can_restore_resource
from app.library.queries import resource_for
from app.search.beginnings import begun
from app.spaces.models import Audience, Membership, State
from tests.library.shelves import pdf, share, shared
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EVERYBODY,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
    Cast,
)
from tests.support import loaded, work

CHANGING = re.compile(r'(name="csrf_token" value=")[^"]+|(Numéro de la demande[^<]*)')
READERS = {
    (OPEN, Audience.SPACE): {FACILITATOR, MEMBER, OUTSIDER, GUEST, ADMIN, ENTERED, REFERENT},
    (OPEN, Audience.NETWORK): {FACILITATOR, MEMBER, OUTSIDER, GUEST, ADMIN, ENTERED, REFERENT},
    (REQUEST, Audience.SPACE): {FACILITATOR, ENTERED},
    (REQUEST, Audience.NETWORK): {FACILITATOR, MEMBER, OUTSIDER, ADMIN, ENTERED, REFERENT},
    (PRIVATE, Audience.SPACE): {FACILITATOR, MEMBER, CLOSED_GUEST, ENTERED},
    (PRIVATE, Audience.NETWORK): {FACILITATOR, MEMBER, OUTSIDER, CLOSED_GUEST, ADMIN, ENTERED, REFERENT},
}
UNKNOWN = "aaaaaaaaaa"


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def same(answer: TestResponse, public_id: str) -> str:
    """Return a page without what differs at each request: form tokens, request number, the address asked for."""
    return CHANGING.sub("", answer.get_data(as_text=True)).replace(public_id, "")


@pytest.mark.every_case
@pytest.mark.parametrize("email", EVERYBODY)
def test_door_list_counts_and_cards_agree_for_everybody(context: Flask, email: str) -> None:
    made = {place: share(f"Dans {place[0]}", space=place[0], audience=place[1], tags=["Mot"]) for place in READERS}
    expected = {made[place].id for place, readers in READERS.items() if email in readers}
    person = loaded(email)
    listed = {one.id for one in db.session.scalars(resources_visible_to(person))}
    opened = {one.id for one in made.values() if can_read_resource(person, one)}
    assert listed == opened == expected
    assert sum(count_by_kind(Holdings(person), Wanted()).values()) == len(expected)
    assert [number for _tag, number in count_by_tag(Holdings(person), Wanted())] == (
        [len(expected)] if expected else []
    )
    cards = ResourceSource().cards(person, [one.id for one in made.values()])
    assert set(cards) == expected
    assert set(ResourceSource().titles(person, begun("dans"), 50)) == expected


@pytest.mark.every_case
@pytest.mark.parametrize("rule", [can_read_resource, can_edit_resource, can_restore_resource])
@pytest.mark.parametrize("email", EVERYBODY)
def test_rules_answer_the_same_for_one_thing_and_as_sql(context: Flask, email: str, rule: Any) -> None:
    made = [share(space=space, audience=audience) for space, audience in READERS]
    with transaction():
        made[0].deleted_at, made[1].state = made[1].created_at, State.DRAFT
    person = loaded(email)
    found = {one.id for one in db.session.scalars(db.select(Resource).where(rule.where(person)))}
    assert found == {one.id for one in made if rule(person, one)}


@pytest.mark.slow
def test_hidden_resource_answers_like_one_that_never_was(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Mot secret", space=PRIVATE, files=[(pdf("secret"), "secret.pdf")])
    with app.app_context():
        version = resource_for(loaded(MEMBER), public_id).attachments[0].current.public_id
    outsider = browser(OUTSIDER)
    for pattern, real in (
        ("/ressources/{}", public_id),
        ("/ressources/{}-mot-secret", public_id),
        ("/ressources/{}/modifier", public_id),
        ("/ressources/{}/supprimer", public_id),
        ("/ressources/{}/retablir", public_id),
        ("/fichiers/{}/secret.pdf", version),
        ("/fichiers/{}/pages/1-1000.webp", version),
        ("/fichiers/{}/pages/1/etat", version),
        ("/fichiers/{}/etat", version),
    ):
        hidden, unknown = outsider.get(pattern.format(real)), outsider.get(pattern.format(UNKNOWN))
        assert (hidden.status_code, unknown.status_code) == (404, 404), pattern
        assert same(hidden, real) == same(unknown, UNKNOWN), pattern


def test_resource_of_an_announced_space_offers_to_ask_for_access(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Titre caché", space=REQUEST, files=[(pdf("x"), "x.pdf")])
    with app.app_context():
        with pytest.raises(RefusedError) as refusal:
            resource_for(loaded(OUTSIDER), public_id)
        assert refusal.value.space.slug == REQUEST
        version = resource_for(loaded(FACILITATOR), public_id).attachments[0].current.public_id
        with pytest.raises(RefusedError):
            file_version_for(loaded(OUTSIDER), version)
        with pytest.raises(NotFoundError):
            resource_for(loaded(GUEST), public_id)
    answer = browser(OUTSIDER).get(f"/ressources/{public_id}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Vie nocturne" in text
    assert "Titre caché" not in text


def test_network_resource_of_a_private_space_never_shows_the_space(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Pour tous", space=PRIVATE, audience=Audience.NETWORK, summary="Résumé")
    outsider = browser(OUTSIDER)
    for address in (f"/ressources/{public_id}-pour-tous", "/ressources", "/"):
        text = outsider.get(address).get_data(as_text=True)
        assert "Cercle fermé" not in text, address
        assert "cercle-ferme" not in text, address
    assert "Pour tous" in outsider.get("/ressources").get_data(as_text=True)


def test_slug_is_corrected_only_for_those_who_may_read(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Un titre", space=PRIVATE)
    corrected = f"/ressources/{public_id}-un-titre?page=2#document"
    assert browser(MEMBER).get(f"/ressources/{public_id}?page=2").location == corrected
    assert browser(OUTSIDER).get(f"/ressources/{public_id}-autre").status_code == 404


@pytest.mark.parametrize(
    "odd", ["resource", "public_id", "slug", "endpoint", "_method", "_scheme", "_external", "_anchor", "_values"]
)
def test_address_of_a_resource_hands_on_only_its_own_words(app: Flask, browser: Any, odd: str) -> None:
    public_id, _ = shared(app, "Un titre")
    answer = browser(MEMBER).get(f"/ressources/{public_id}?{odd}=PATCH&q=nuit")
    assert answer.location == f"/ressources/{public_id}-un-titre?q=nuit"


@pytest.mark.thorough
def test_file_is_sent_to_readers_of_its_resource_only(app: Flask, browser: Any) -> None:
    addresses = {}
    with app.app_context():
        for (space, audience), readers in READERS.items():
            made = share(space=space, audience=audience, files=[(pdf(f"{space} {audience}"), "f.pdf")])
            addresses[made.attachments[0].current.public_id] = readers
    work(app)
    wrong = []
    for email in EVERYBODY:
        person = browser(email)
        for version, readers in addresses.items():
            for path in ("f.pdf", "pages/1-1000.webp", "pages/1-160.webp", "etat"):
                status = person.get(f"/fichiers/{version}/{path}").status_code
                if status not in ({200} if email in readers else {403, 404}):
                    wrong.append((email, readers, path, status))
    assert wrong == []


@pytest.mark.slow
def test_right_lost_is_file_lost_at_the_next_request(app: Flask, browser: Any, cast: Cast) -> None:
    public_id, _ = shared(app, space=PRIVATE, files=[(pdf("secret"), "s.pdf")])
    work(app)
    with app.app_context():
        version = resource_for(loaded(MEMBER), public_id).attachments[0].current.public_id
    member = browser(MEMBER)
    paths = [f"/ressources/{public_id}", f"/fichiers/{version}/s.pdf", f"/fichiers/{version}/pages/1-160.webp"]
    assert [member.get(path, follow_redirects=True).status_code for path in paths] == [200, 200, 200]
    with app.app_context(), transaction() as session:
        mine = (Membership.user_id == cast.people[MEMBER]) & (Membership.space_id == cast.spaces[PRIVATE])
        session.execute(db.delete(Membership).where(mine))
    assert [member.get(path).status_code for path in paths] == [404, 404, 404]


def test_already_in_the_library_is_said_only_of_what_one_may_see(context: Flask) -> None:
    made = share("Secret", space=PRIVATE, files=[(pdf("mêmes octets"), "a.pdf")])
    blob_id = made.attachments[0].current.blob_id
    assert resources_carrying([blob_id], loaded(OUTSIDER)) == []
    assert [one.title for one in resources_carrying([blob_id], loaded(MEMBER))] == ["Secret"]


def test_nobody_signed_out_gets_a_file(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, files=[(pdf("x"), "x.pdf")])
    with app.app_context():
        version = resource_for(loaded(MEMBER), public_id).attachments[0].current.public_id
    for path in (f"/ressources/{public_id}", f"/fichiers/{version}/x.pdf", f"/fichiers/{version}/pages/1-1000.webp"):
        assert browser().get(path).status_code == 302


@pytest.mark.slow
def test_keyword_used_in_closed_spaces_only_answers_like_an_unknown_one(app: Flask, browser: Any) -> None:
    shared(app, "Rien à voir", tags=["Jeunesse"])
    shared(app, "Menaces", space=PRIVATE, tags=["Élus menacés"])
    assert "Élus menacés" in browser(MEMBER).get("/ressources?mot=elus-menaces").text
    for email in (OUTSIDER, GUEST, ADMIN):
        someone = browser(email)
        secret, unknown = (someone.get(f"/ressources?mot={slug}").text for slug in ("elus-menaces", "elus-honores"))
        assert "Élus menacés" not in secret
        assert CHANGING.sub("", secret.replace("elus-menaces", "elus-honores")) == CHANGING.sub("", unknown)
