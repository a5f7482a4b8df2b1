"""Who may know of whom: the rule of people, for one and as a list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import ShownTo, User
from app.accounts.operations import disable
from app.core import clock
from app.core.db import transaction
from app.extensions import db
from app.spaces.people import can_find_person, can_see_person, shows
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EVERYBODY,
    EXPIRED_GUEST,
    FACILITATOR,
    FORMER,
    GUEST,
    MEMBER,
    OUTSIDER,
    REFERENT,
    Cast,
)
from tests.support import loaded

ALL = {*EVERYBODY, FORMER}


def _seen_by(email: str) -> set[str]:
    """Return whom a person sees, having checked that the list and the question for each one agree."""
    reader = loaded(email)
    listed = set(db.session.scalars(select(User.email).where(can_see_person.where(reader))))
    assert listed == {one for one in ALL if can_see_person(reader, loaded(one))}
    found = set(db.session.scalars(select(User.email).where(can_find_person.where(reader))))
    assert found == {one for one in ALL if can_find_person(reader, loaded(one))}
    return listed - {email}


def _list_everybody() -> None:
    with transaction():
        for one in ALL:
            loaded(one).in_directory = True


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (FACILITATOR, {MEMBER, GUEST, CLOSED_GUEST}),
        (MEMBER, {FACILITATOR, GUEST, CLOSED_GUEST}),
        (OUTSIDER, set()),
        (GUEST, {FACILITATOR, MEMBER}),
        (CLOSED_GUEST, {FACILITATOR, MEMBER}),
        (EXPIRED_GUEST, set()),
        (ADMIN, ALL - {ADMIN, FORMER, EXPIRED_GUEST}),
        (ENTERED, ALL - {ENTERED, FORMER, EXPIRED_GUEST}),
        (REFERENT, set()),
    ],
)
def test_people_see_those_of_their_spaces(context: Flask, cast: Cast, who: str, sees: set[str]) -> None:
    assert _seen_by(who) == sees


def test_members_see_those_who_chose_the_directory_and_guests_do_not(context: Flask, cast: Cast) -> None:
    _list_everybody()
    members = {FACILITATOR, MEMBER, OUTSIDER, ADMIN, REFERENT, ENTERED}
    assert _seen_by(OUTSIDER) == members - {OUTSIDER}
    assert _seen_by(MEMBER) == (members | {GUEST, CLOSED_GUEST}) - {MEMBER}
    assert _seen_by(GUEST) == {FACILITATOR, MEMBER}
    assert _seen_by(EXPIRED_GUEST) == set()


def test_guest_is_not_there_any_more_when_their_time_is_over(context: Flask, cast: Cast) -> None:
    later = clock.now() + timedelta(days=31)
    clock.set_clock(lambda: later)
    assert (_seen_by(FACILITATOR), _seen_by(GUEST), GUEST in _seen_by(ADMIN)) == ({MEMBER}, set(), False)


def test_closed_account_is_not_there_for_anybody(context: Flask, cast: Cast) -> None:
    _list_everybody()
    with transaction():
        disable(loaded(MEMBER))
    assert [one for one in (FACILITATOR, GUEST, OUTSIDER, ADMIN) if MEMBER in _seen_by(one)] == []


@pytest.mark.parametrize(
    ("shown_to", "readers"),
    [
        (ShownTo.NOBODY, {FACILITATOR}),
        (ShownTo.SPACES, {FACILITATOR, MEMBER, GUEST, CLOSED_GUEST}),
        (ShownTo.NETWORK, {FACILITATOR, MEMBER, GUEST, CLOSED_GUEST, OUTSIDER, ADMIN, ENTERED, REFERENT}),
    ],
)
def test_details_go_to_whom_their_owner_shows_them(
    context: Flask, cast: Cast, shown_to: ShownTo, readers: set[str]
) -> None:
    with transaction():
        owner = loaded(FACILITATOR)
        owner.in_directory, owner.phone_shown_to = True, shown_to
    assert {one for one in EVERYBODY if shows(loaded(one), loaded(FACILITATOR), "phone")} == readers
