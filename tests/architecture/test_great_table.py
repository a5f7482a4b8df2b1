"""The great table: every address × every kind of person × what they get. Every address of the map must be in it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.discussions.operations import comment, start_thread
from app.discussions.queries import post_numbered
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from app.spaces.models import Space
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
    REQUEST,
    Cast,
)
from tests.support import loaded, work

NOBODY = None
PEOPLE = (NOBODY, GUEST, CLOSED_GUEST, EXPIRED_GUEST, OUTSIDER, MEMBER, FACILITATOR, ADMIN)

# What each person gets, in the order of PEOPLE: y = yes, d = the door (sign-in), r = refused (403), n = does not exist.
ALL = "yyyyyyyy"
SIGNED_IN = "dyyyyyyy"
MEMBERS = "drrryyyy"
READ = {OPEN: "dynnyyyy", REQUEST: "dnnnrryr", PRIVATE: "dnynnyyn"}
WRITE = {OPEN: "dynnryyr", REQUEST: "dnnnrryr", PRIVATE: "dnynnyyn"}
OWN = {OPEN: "drnnrryr", REQUEST: "dnnnrryr", PRIVATE: "dnrnnryn"}
MODERATE = {OPEN: "drnnrryy", REQUEST: "dnnnrryr", PRIVATE: "dnrnnryn"}
OUTCOMES = {"y": "yes", "d": "the door", "r": "refused", "n": "does not exist"}


@dataclass(frozen=True)
class Line:
    """One address: its endpoint, method, path (``{slug}``, ``{resource}`` … filled in), what is sent, who gets what."""

    endpoint: str
    path: str
    gets: str | dict[str, str]
    method: str = "GET"
    sends: tuple[tuple[str, str], ...] = ()


def post(endpoint: str, path: str, gets: str | dict[str, str], **sends: str) -> Line:
    return Line(endpoint, path, gets, "POST", tuple(sends.items()))


TABLE = [
    Line("static", "/static/css/tokens.css", ALL),
    Line("health.healthz", "/healthz", ALL),
    Line("accounts.sign_in_page", "/connexion", ALL),
    Line("accounts.reset_page", "/mot-de-passe", ALL),
    Line("accounts.choose_password_page", "/mot-de-passe/unknown", "nnnnnnnn"),
    post("accounts.choose_language_view", "/langue", ALL, lang="fr"),
    Line("home.legal_page", "/mentions-legales", ALL),
    Line("home.accessibility_page", "/accessibilite", ALL),
    Line("home.privacy_page", "/donnees-personnelles", ALL),
    Line("home.charter_page", "/charte", ALL),
    Line("home.robots", "/robots.txt", ALL),
    Line("home.favicon", "/favicon.ico", ALL),
    Line("home.home_page", "/", SIGNED_IN),
    Line("home.plan", "/plan/abcdefghij.svg", SIGNED_IN),
    Line("home.components", "/composants", SIGNED_IN),
    Line("profile.my_page", "/moi", SIGNED_IN),
    Line("demo.mailbox", "/demo/courrier", "dnnnnnnn"),
    Line("search.results_page", "/recherche?q=ville", SIGNED_IN),
    Line("space_list.spaces_page", "/espaces", SIGNED_IN),
    Line("library.resources_page", "/ressources", SIGNED_IN),
    Line("library.choose_space_page", "/ressources/nouvelle", SIGNED_IN),
    Line("home.ask_page", "/discussions/nouvelle", SIGNED_IN),
    post("drafts.keep_draft_view", "/brouillons", SIGNED_IN, key="/x", body="y"),
    post("discussions.preview_view", "/discussions/apercu", SIGNED_IN, body="texte"),
    Line("files.received_state", "/fichiers/recus/abcdefghij/etat", "dnnnnnnn"),
    Line("spaces.space_page", "/espaces/{slug}", READ),
    Line("spaces.members_page", "/espaces/{slug}/membres", READ),
    Line("space_discussions.threads_page", "/espaces/{slug}/discussions", READ),
    Line("space_library.space_resources_page", "/espaces/{slug}/ressources", READ),
    Line("space_discussions.new_thread_page", "/espaces/{slug}/discussions/nouvelle", WRITE),
    Line("space_library.new_resource", "/espaces/{slug}/ressources/nouvelle", WRITE),
    post("space_library.keep_new", "/espaces/{slug}/ressources/nouvelle/brouillon", WRITE, title="brouillon"),
    Line("library.resource_page", "/ressources/{resource}-titre", READ),
    Line("files.download", "/fichiers/{file}/note.txt", READ),
    Line("files.file_state", "/fichiers/{file}/etat", READ),
    Line("files.picture", "/fichiers/{picture}/pages/1-160.webp", READ),
    Line("files.picture_state", "/fichiers/{picture}/pages/1/etat", READ),
    Line("discussions.resource_discussion", "/ressources/{resource}/commentaires", READ),
    Line("discussions.thread_page", "/discussions/{thread}-titre", READ),
    post("discussions.read_view", "/discussions/{thread}/lecture", READ, n="1"),
    post("discussions.reply_view", "/discussions/{thread}/reponses", WRITE, body="Une réponse."),
    post("discussions.comment_view", "/ressources/{resource}/commentaires", WRITE, body="Un commentaire."),
    Line("library.change_resource", "/ressources/{resource}/modifier", MODERATE),
    post("library.keep_change", "/ressources/{resource}/modifier/brouillon", MODERATE, title="brouillon"),
    Line("library.remove_page", "/ressources/{resource}/supprimer", MODERATE),
    Line("discussions.edit_page", "/discussions/messages/{post}/modifier", OWN),
    Line("discussions.remove_page", "/discussions/messages/{post}/supprimer", OWN),
    Line("discussions.hide_page", "/discussions/messages/{others_post}/masquer", MODERATE),
]
#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE = {
    "accounts.sign_out": "tests/accounts",
    "spaces.join_space": "tests/spaces",
    "spaces.leave_space": "tests/spaces",
    "spaces.ask_for_space": "tests/spaces",
    "library.restore_page": "tests/library",
}


@pytest.fixture
def world(app: Flask, cast: Cast) -> dict[str, dict[str, str]]:
    """One resource with files, one discussion with two messages in each space; the names to fill the paths with."""
    with app.app_context():
        furnished = {slug: _furnished(slug) for slug in (OPEN, REQUEST, PRIVATE)}
    work(app)
    return furnished


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
            "resource": resource.public_id,
            "file": resource.attachments[0].current.public_id,
            "picture": resource.attachments[1].current.public_id,
            "thread": thread.public_id,
            "post": first.public_id if first else "",
            "others_post": first.public_id if first else "",
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


def test_everybody_gets_what_the_table_says(app: Flask, world: Any, browser: Any) -> None:
    people = {who: browser(who) for who in PEOPLE}
    wrong = []
    for line in TABLE:
        for slug, names in world.items():
            gets = line.gets if isinstance(line.gets, str) else line.gets[slug]
            path = line.path.format(**names)
            for who, letter in zip(PEOPLE, gets, strict=True):
                here = people[who]
                answer = here.get(path) if line.method == "GET" else here.post(path, dict(line.sends))
                if outcome(answer) != OUTCOMES[letter]:
                    wrong.append(f"{line.method} {path} ({slug}), {who}: {outcome(answer)}, not {OUTCOMES[letter]}")
    assert not wrong, "\n".join(wrong)


def test_every_address_of_the_map_is_in_the_table(app: Flask) -> None:
    told = {line.endpoint for line in TABLE} | set(ELSEWHERE)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - told == set()
    assert told - {rule.endpoint for rule in app.url_map.iter_rules()} == set()
