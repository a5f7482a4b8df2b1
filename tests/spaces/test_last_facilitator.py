"""A space keeps somebody who runs it, even when those who do go at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.models import User
from app.accounts.rights.erasing import erase
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.extensions import db
from app.spaces.departures import become_guest, close_person, spaces_run_alone
from app.spaces.hosting import change_role, take_out
from app.spaces.models import Membership, Role, Space
from app.spaces.operations import add_member, leave, membership_in
from app.spaces.queries import facilitators_of
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, Cast
from tests.support import Browser, loaded

Deed = Callable[[User, Space], object]
TOGETHER = 0.4

DEEDS: dict[str, Deed] = {
    "leaves": leave,
    "is taken out": lambda user, space: take_out(space, user),
    "is demoted": lambda user, space: change_role(space, user, Role.MEMBER),
    "is closed": lambda user, _space: close_person(user, by=None),
    "becomes a guest": lambda user, _space: become_guest(user, by=None),
    "is erased": lambda user, _space: erase(user, withdraw=False),
}


def _space(cast: Cast) -> Space:
    found = db.session.get(Space, cast.spaces[OPEN])
    assert found is not None
    return found


def _at_once(app: Flask, cast: Cast, deeds: list[tuple[str, Deed]]) -> list[str]:
    """Do deeds on people in as many threads, none committing before the others had time to look; tell who was kept."""
    meeting, kept = threading.Barrier(len(deeds)), []

    def do(email: str, deed: Deed) -> None:
        with app.app_context():
            try:
                with transaction():
                    deed(loaded(email), _space(cast))
                    with suppress(threading.BrokenBarrierError):
                        meeting.wait(TOGETHER)
            except DomainError:
                kept.append(email)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=do, args=one, daemon=True) for one in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return kept


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("leaves", "is closed"),
        ("is closed", "is closed"),
        ("is erased", "leaves"),
        ("is erased", "is erased"),
        ("is demoted", "becomes a guest"),
        ("becomes a guest", "is erased"),
        ("is taken out", "leaves"),
    ],
)
def test_two_facilitators_who_go_at_once_do_not_both_go(app: Flask, cast: Cast, first: str, second: str) -> None:
    with app.app_context(), transaction():
        change_role(_space(cast), loaded(MEMBER), Role.FACILITATOR)
        for slug in cast.spaces:
            if slug != OPEN:
                add_member(db.session.get_one(Space, cast.spaces[slug]), loaded(OUTSIDER), role=Role.FACILITATOR)
    kept = _at_once(app, cast, [(FACILITATOR, DEEDS[first]), (MEMBER, DEEDS[second])])
    assert len(kept) == 1
    with app.app_context():
        assert [one.email for one in facilitators_of(_space(cast))] == kept


def test_space_is_not_handed_to_an_account_being_closed(app: Flask, cast: Cast) -> None:
    def hand_on(user: User, space: Space) -> None:
        change_role(space, loaded(MEMBER), Role.FACILITATOR)
        leave(user, space)

    _at_once(app, cast, [(FACILITATOR, hand_on), (MEMBER, DEEDS["is closed"])])
    with app.app_context():
        assert len(facilitators_of(_space(cast))) == 1


@pytest.mark.usefixtures("context")
def test_who_is_entrusted_with_a_space_takes_part_without_end(cast: Cast) -> None:
    space = _space(cast)
    with transaction():
        place = add_member(space, loaded(MEMBER), expires_at=now() + timedelta(days=3), sponsor=loaded(FACILITATOR))
        change_role(space, loaded(MEMBER), Role.FACILITATOR)
    assert (place.role, place.expires_at, place.sponsor_id) == (Role.FACILITATOR, None, None)
    with pytest.raises(DomainError), transaction():
        add_member(space, loaded(OUTSIDER), role=Role.FACILITATOR, expires_at=now() + timedelta(days=3))


@pytest.mark.usefixtures("context")
def test_who_only_runs_a_space_until_a_day_does_not_count_as_another(cast: Cast) -> None:
    space = _space(cast)
    with transaction():
        change_role(space, loaded(MEMBER), Role.FACILITATOR).expires_at = now() + timedelta(minutes=1)
    assert space in spaces_run_alone(loaded(FACILITATOR))
    with pytest.raises(DomainError), transaction():
        leave(loaded(FACILITATOR), space)


@pytest.mark.usefixtures("context")
def test_closed_account_is_not_entrusted_with_a_space(cast: Cast) -> None:
    with transaction():
        loaded(MEMBER).disabled_at = now()
    with pytest.raises(DomainError), transaction():
        change_role(_space(cast), loaded(MEMBER), Role.FACILITATOR)


def test_page_says_that_the_end_went_with_the_new_role(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        add_member(_space(cast), loaded(MEMBER), expires_at=now() + timedelta(days=3))
        person = loaded(MEMBER).public_id
    page = Browser(app, FACILITATOR)
    page.post(f"/espaces/{OPEN}/membres/{person}/role", {"role": "facilitator"})
    assert "et y participe sans date de fin" in page.get(f"/espaces/{OPEN}/membres").get_data(as_text=True)
    with app.app_context():
        place: Membership | None = membership_in(_space(cast), loaded(MEMBER))
        assert place is not None
        assert place.expires_at is None


@pytest.mark.usefixtures("context")
def test_guest_never_facilitates(cast: Cast) -> None:
    with pytest.raises(DomainError), transaction():
        change_role(_space(cast), loaded(GUEST), Role.FACILITATOR)
