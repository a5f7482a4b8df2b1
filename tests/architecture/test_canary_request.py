"""Canaries in a space one asks to enter: its name and description are announced to members, what it holds to nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.accounts.operations import create_user
from app.core.db import transaction
from app.extensions import db
from app.spaces.models import Space
from app.spaces.operations import add_member
from tests.architecture.test_canary import CANARIES, CONTENT, OPENLY, UNKNOWN, plant, without_echo
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OUTSIDER,
    REFERENT,
    REQUEST,
    Cast,
)
from tests.support import loaded

VOICE = "vera@port-elvain.example"
MEMBERS_OUTSIDE = (OUTSIDER, MEMBER, ADMIN, REFERENT)
OTHERS = (None, GUEST, CLOSED_GUEST, EXPIRED_GUEST)
NAME, SUMMARY = "Vie nocturne", "Ce que la nuit demande aux villes"


@pytest.fixture
def planted(cast: Cast, furnish: Callable[..., Any]) -> list[str]:
    """Plant the canaries in the space on request; return every address where one could sing."""
    addresses: list[str] = furnish("canaries on request", lambda: _plant(cast), worked=True)
    return addresses


def _plant(cast: Cast) -> list[str]:
    with transaction():
        create_user(VOICE, "Véra Canari")
        space = db.session.get_one(Space, cast.spaces[REQUEST])
        space.summary = SUMMARY
        add_member(space, loaded(VOICE))
    return plant(REQUEST, VOICE)


def _heard(page: bytes, path: str) -> list[str]:
    said = page.replace(path.encode(), b"")
    if "mot=" in path:
        said = said.replace(CANARIES["motcle"].encode(), b"")
    return [place for place, word in CANARIES.items() if word.encode() in said]


@pytest.mark.thorough
def test_those_inside_hear_everything(app: Flask, planted: list[str], browser: Any) -> None:
    for who in (FACILITATOR, VOICE, ENTERED):
        here = browser(who)
        heard = {one for path in planted for one in _heard(here.get(path, follow_redirects=True).data, "")}
        heard |= {place for place, word in CANARIES.items() if b"<mark" in here.get(f"/recherche?q={word}").data}
        assert heard >= set(CANARIES), who


@pytest.mark.thorough
def test_those_outside_hear_its_name_and_nothing_it_holds(app: Flask, planted: list[str], browser: Any) -> None:
    leaks, named = [], set()
    for who in MEMBERS_OUTSIDE + OTHERS:
        here = browser(who)
        for path in [*planted, f"/espaces/{REQUEST}/demander"]:
            answer = here.get(path, follow_redirects=True)
            heard = _heard(answer.data, path)
            heard += ["who takes part"] if who != ADMIN and "Véra Canari" in answer.text else []
            if NAME in answer.text or SUMMARY in answer.text:
                named.add(who)
                heard += ["the space"] if who in OTHERS else []
            leaks += [f"{who} {path}: {heard}"] if heard else []
    assert leaks == []
    assert named == set(MEMBERS_OUTSIDE)


@pytest.mark.thorough
def test_search_for_a_canary_answers_like_a_search_for_nothing(app: Flask, planted: list[str], browser: Any) -> None:
    told = []
    for who in MEMBERS_OUTSIDE + OTHERS[1:]:
        here = browser(who)
        for pattern in ("{}", "{}*"):
            unknown = without_echo(here, pattern.format(UNKNOWN))
            told += [
                f"{who}: {word}" for word in CANARIES.values() if without_echo(here, pattern.format(word)) != unknown
            ]
    assert told == []


def test_what_it_holds_answers_outside_with_the_name_of_the_space_alone(
    app: Flask, planted: list[str], browser: Any
) -> None:
    content = [path for path in planted if CONTENT.match(path) and not path.endswith(OPENLY)]
    assert len(content) >= 4
    for who in MEMBERS_OUTSIDE:
        here = browser(who)
        for path in content:
            assert here.get(path).status_code in {403, 404}, f"{who} {path}"
    for who in OTHERS[1:]:
        here = browser(who)
        for path in content:
            assert here.get(path).status_code == 404, f"{who} {path}"
