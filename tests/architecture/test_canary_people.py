"""Canaries in what is said of a private space and of its people: they reach nobody outside, at any address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.models import Expertise
from app.core.clock import now
from app.core.db import transaction
from app.core.text import render_markdown
from app.extensions import db
from app.spaces.models import Invitation, SpaceEntry
from app.spaces.operations import membership_in
from tests.architecture.test_great_table import TABLE, world
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OUTSIDER,
    PRIVATE,
    REFERENT,
)
from tests.spaces.invitations.post import invited, mails, space, text_of
from tests.support import loaded, on_sqlite, work

__all__ = ["world"]

BLIND = (None, GUEST, EXPIRED_GUEST, OUTSIDER, REFERENT, ADMIN)
OF_SPACE = ("court", "resume", "objet", "partenaire", "accueil")
OF_PEOPLE = ("apropos", "expertise", "fonction", "motif", "mots", "raison", "invitee")
#: Where an administrator is told of people and the names of spaces: who they are is theirs to know, nothing more.
AT_HOME = ("/administration", "/annuaire/personnes/", "/moi/profil")
#: What a search for people, subjects or spaces would ask.
ASKED = (
    "/annuaire/personnes?sujet={}",
    "/annuaire/personnes?q={}",
    "/annuaire/personnes?connait={}",
    "/annuaire?q={}",
    "/espaces?q={}",
    "/recherche?q={}",
    "/recherche?q=auteur:{}",
    "/recherche?q=ville:{}",
    "/recherche?q=espace:{}",
    "/recherche/suggestions?q={}",
    "/ressources?mot={}",
)


def canary(place: str) -> str:
    return f"zorglub{place}"


@pytest.fixture
def sung_at(world: dict[str, dict[str, str]], furnish: Callable[..., Any]) -> dict[str, str]:
    """Plant the canaries; return the names that fill the addresses with what belongs to the private space."""
    more: dict[str, str] = furnish("canaries of people", plant, worked=True)
    return world[PRIVATE] | more


def plant() -> dict[str, str]:
    """Plant the canaries, inside an application context; return the names of what was made for them."""
    with transaction():
        here, guest = space(PRIVATE), loaded(CLOSED_GUEST)
        here.short_name, here.summary, here.partner = canary("court"), canary("resume"), canary("partenaire")
        here.purpose, here.purpose_html = canary("objet"), render_markdown(canary("objet"))
        here.welcome, here.welcome_html = canary("accueil"), render_markdown(canary("accueil"))
        guest.about, guest.function = canary("apropos"), canary("fonction")
        db.session.add(Expertise(user_id=guest.id, label=canary("expertise")))
        place = membership_in(here, guest)
        assert place is not None
        place.purpose = canary("motif")
        entry = {"ends_at": now() + timedelta(hours=1), "reason": canary("raison")}
        db.session.add(SpaceEntry(space_id=here.id, user_id=loaded(ENTERED).id, **entry))
    key = invited(FACILITATOR, "zorglubinvitee@ailleurs.example", PRIVATE, words=canary("mots"))
    invitation = db.session.get(Invitation, key)
    assert invitation is not None
    return {"invitation": invitation.public_id, "guest": loaded(CLOSED_GUEST).public_id}


def addresses(names: dict[str, str]) -> list[tuple[str, str, dict[str, str]]]:
    """Return every address of the great table as method, path and what is sent, then those of the canaries."""
    known = [(line.method, line.path.format(**names), dict(line.sends)) for line in TABLE]
    inside, guest, mine = f"/espaces/{PRIVATE}", names["guest"], f"/invitations/{names['invitation']}"
    seen = (f"/annuaire/personnes/{guest}", f"/personnes/{guest}/photo-96.webp", f"{inside}/membres")
    sent = (f"{mine}/renvoyer", f"{inside}/invites/{guest}/prolonger", f"{inside}/membres/{guest}/role")
    known += [("GET", path, {}) for path in seen]
    return known + [("POST", path, {"role": "member", "period": "30", "next": "/"}) for path in sent]


def heard(answer: TestResponse, *, at_home: bool) -> list[str]:
    """Return the canaries in a page or in where it sends; an administrator's own pages may name people and spaces."""
    said = answer.get_data() + str(answer.headers).encode()
    places = (*OF_SPACE[1:], "mots", "raison") if at_home else (*OF_SPACE, *OF_PEOPLE)
    found = [place for place in places if canary(place).encode() in said]
    return found if at_home else found + [one for one in ("Cercle fermé", "Georgia Blanc") if one.encode() in said]


@on_sqlite
@pytest.mark.thorough
def test_what_is_said_of_a_private_space_and_its_people_stays_inside(
    app: Flask, sung_at: dict[str, str], browser: Any
) -> None:
    leaks = []
    for who in BLIND:
        here = browser(who)
        for method, path, sends in addresses(sung_at):
            answer = here.get(path) if method == "GET" else here.post(path, sends)
            at_home = who == ADMIN and path.startswith(AT_HOME)
            sung = heard(answer, at_home=at_home)
            leaks += [f"{who} {method} {path}: {sung}"] if sung else []
    assert not leaks, "\n".join(leaks)


def test_those_inside_hear_them(app: Flask, sung_at: dict[str, str], browser: Any) -> None:
    inside = {place for path in ("", "/membres", "/invitations", "/reglages") for place in _said(browser, path)}
    assert inside >= {*OF_SPACE, "fonction", "motif", "raison", "invitee"}
    page = browser(MEMBER).get(f"/annuaire/personnes/{sung_at['guest']}").text
    assert all(canary(place) in page for place in ("apropos", "expertise", "fonction"))


def _said(browser: Any, path: str) -> list[str]:
    page = browser(FACILITATOR).get(f"/espaces/{PRIVATE}{path}", follow_redirects=True).text
    return [place for place in (*OF_SPACE, *OF_PEOPLE) if canary(place) in page]


@on_sqlite
@pytest.mark.thorough
def test_asking_for_a_canary_answers_like_asking_for_nothing(app: Flask, sung_at: dict[str, str], browser: Any) -> None:
    told = []
    for who in BLIND[1:]:
        here = browser(who)
        for path in ASKED:
            unknown = _without(here.get(path.format("zorglubrien")), "zorglubrien")
            told += [
                f"{who} {path}: {place}"
                for place in (*OF_SPACE, *OF_PEOPLE)
                if _without(here.get(path.format(canary(place))), canary(place)) != unknown
            ]
    assert not told, "\n".join(told)


def _without(answer: TestResponse, word: str) -> tuple[int, int]:
    """Return the status and how long a page is without what was asked and the address it was asked at."""
    return answer.status_code, len(answer.text.replace(word, ""))


def test_mail_of_an_invitation_into_a_private_space_names_it_to_whom_it_invites_alone(app: Flask, world: Any) -> None:
    with app.app_context():
        plant()
    work(app)
    with app.app_context():
        sent = mails(app)
    for mail in sent:
        assert "Cercle fermé" not in str(mail["Subject"])
        if mail["To"] != "zorglubinvitee@ailleurs.example":
            assert not [place for place in (*OF_SPACE, *OF_PEOPLE) if canary(place) in text_of(mail)], mail["To"]
