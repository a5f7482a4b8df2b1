"""Canaries in profiles: what is said in a closed circle never reaches those outside, on any page, in any count."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask
from markupsafe import escape

from app.accounts.models import Expertise
from app.core.clock import now
from app.core.db import transaction
from app.spaces.models import Membership
from tests.directory.known import listed, share
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
    REQUEST,
    Cast,
)
from tests.support import Browser, loaded

ABOUT, SUBJECT, PHONE, KEYWORD = "zorglubrement", "zorglubique", "09 87 65 43 21", "zorglubisme"
UNKNOWN = "zorglubinconnu"
CHANGES = re.compile(rb"\b[0-9a-f]{12}\b|(?<=name=\"csrf_token\" value=\")[^\"]+")  # request's number, form's token
BLIND = (OUTSIDER, REFERENT, GUEST, EXPIRED_GUEST)
SIGHTED = (FACILITATOR, MEMBER)


@pytest.fixture(params=["member", pytest.param("guest", marks=pytest.mark.thorough)])
def insider(request: pytest.FixtureRequest, app: Flask, cast: Cast, furnish: Callable[..., Any]) -> str:
    """The public id of somebody of the private space alone, who says a lot there: a member not listed, or a guest."""
    public_id: str = furnish(f"insider {request.param}", lambda: _insider(app, request.param), worked=True)
    return public_id


def _insider(app: Flask, kind: str) -> str:
    listed(app)
    with transaction() as session:
        who = loaded(CLOSED_GUEST)
        who.kind = kind
        who.about, who.phone, who.expertise = ABOUT, PHONE, [Expertise(label=SUBJECT)]
        who.email_shown_to = who.phone_shown_to = who.photo_shown_to = "network"
        who.photo_sha256, who.spoken_languages, who.mandate = "0" * 64, ["mt"], "partner"
        session.flush()
        public_id = who.public_id
    share(app, CLOSED_GUEST, PRIVATE, "Un rapport fermé", KEYWORD)
    share(app, MEMBER, PRIVATE, "Un autre", KEYWORD)
    return public_id


def _pages(public_id: str) -> list[str]:
    pages = ["/", "/moi/profil", "/annuaire", "/annuaire/personnes", "/annuaire/personnes?tri=collectivite"]
    pages += [f"/annuaire/personnes?{name}={word}" for name in ("q", "sujet", "connait") for word in ("a", "georgia")]
    pages += ["/annuaire/personnes?langue=mt&titre=partner", "/annuaire?q=ville", f"/annuaire/personnes/{public_id}"]
    pages += [f"/personnes/{public_id}/photo-96.webp", f"/personnes/{public_id}/photo-320.webp"]
    pages += [f"/espaces/{slug}{end}" for slug in (OPEN, REQUEST, PRIVATE) for end in ("", "/membres", "/ressources")]
    return [*pages, "/espaces", "/ressources", "/recherche?q=georgia"]


@pytest.mark.thorough
def test_canaries_sing_for_those_inside(app: Flask, insider: str, browser: Any) -> None:
    for who in SIGHTED:
        here = browser(who)
        said = b"".join(here.get(path).data for path in _pages(insider))
        assert [word for word in (ABOUT, SUBJECT, PHONE, KEYWORD) if word.encode() not in said] == [], who


@pytest.mark.slow
def test_canaries_are_silent_for_those_outside(app: Flask, insider: str, browser: Any) -> None:
    words = [word.encode() for word in (ABOUT, SUBJECT, PHONE, KEYWORD, "Georgia", "Maltais", insider)]
    leaks = []
    for who in BLIND:
        here = browser(who)
        for path in _pages(insider):
            page = here.get(path, follow_redirects=True).data.replace(escape(path).encode(), b"")
            page = page.replace(quote_plus(path, safe="/?=&").encode(), b"")
            # The form of one's own profile names every language; the form of a list says again what was asked.
            heard = [word for word in words if word in page and word != b"Maltais"]
            heard += [b"Maltais"] if b"Maltais" in page and path != "/moi/profil" else []
            leaks += [f"{who} {path}: {heard}"] if heard and "georgia" not in path else []
    assert leaks == []


@pytest.mark.every_case
@pytest.mark.parametrize("field", ["q", "sujet", "connait"])
def test_closed_words_answer_like_unknown_ones(app: Flask, insider: str, browser: Any, field: str) -> None:
    told = []
    for who in (OUTSIDER, REFERENT, ADMIN):
        here = browser(who)
        unknown = _without_echo(here, field, UNKNOWN)
        told += [(who, word) for word in (ABOUT, SUBJECT, KEYWORD) if _without_echo(here, field, word) != unknown]
    assert told == []


def _without_echo(here: Browser, field: str, word: str) -> bytes:
    page = here.get(f"/annuaire/personnes?{field}={word}").data
    return CHANGES.sub(b"", page.replace(word.encode(), b"ECHO"))


def test_counts_do_not_know_of_those_one_does_not_find(app: Flask, insider: str, browser: Any) -> None:
    before = {}
    for who in (OUTSIDER, REFERENT, ADMIN, MEMBER):
        here = browser(who)
        before[who] = [_bare(here, path) for path in ("/annuaire/personnes", "/annuaire/personnes?langue=fr")]
    with app.app_context(), transaction():
        loaded(CLOSED_GUEST).disabled_at = now()
    for who, pages in before.items():
        here = browser(who)
        again = [_bare(here, path) for path in ("/annuaire/personnes", "/annuaire/personnes?langue=fr")]
        assert again == pages, who


def _bare(here: Browser, path: str) -> bytes:
    return CHANGES.sub(b"", here.get(path).data)


def test_right_lost_closes_the_page_and_the_photo_at_once(app: Flask, insider: str, browser: Any) -> None:
    here, path = browser(MEMBER), f"/annuaire/personnes/{insider}"
    assert here.get(path).status_code == 200
    with app.app_context(), transaction() as session:
        for one in session.query(Membership).filter(Membership.user_id == loaded(MEMBER).id):
            session.delete(one)
    assert [here.get(one).status_code for one in (path, f"/personnes/{insider}/photo-96.webp")] == [404, 404]
    assert SUBJECT.encode() not in here.get("/moi/profil").data
