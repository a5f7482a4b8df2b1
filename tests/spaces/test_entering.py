"""An administrator enters a space not theirs: with a reason, for a time, told to those who run it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError
from app.core.events import listen
from app.core.jobs import Job
from app.extensions import db
from app.spaces.entering import enter_space, leave_entered_space, reason_to_stay_out, stays_in, stays_of
from app.spaces.events import AdministratorEntered
from app.spaces.models import Invitation, Membership, SpaceEntry
from app.spaces.operations import add_member
from app.spaces.permissions import can_moderate_space, can_read_space, can_write_in_space
from tests.people import ADMIN, ENTERED, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.spaces.invitations.post import LINK, invited, mails, text_of
from tests.support import loaded, space_called

REASON = "Un message signalé ce matin"
heard: list[object] = []
listen(AdministratorEntered)(heard.append)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    heard.clear()


def _enter(slug: str = PRIVATE, reason: str = REASON, *, who: str = ADMIN, hours: float = 2) -> SpaceEntry:
    with transaction():
        return enter_space(loaded(who), space_called(slug), reason, now() + timedelta(hours=hours))


def _mails() -> list[dict[str, str]]:
    return [
        json.loads(one.payload)
        for one in db.session.scalars(select(Job).where(Job.name == "mail.send").order_by(Job.id))
    ]


@pytest.mark.parametrize("slug", [REQUEST, PRIVATE])
def test_administrator_inside_reads_and_moderates_and_writes_nothing(context: Flask, cast: Cast, slug: str) -> None:
    assert not can_read_space(loaded(ADMIN), space_called(slug))
    _enter(slug)
    admin, space = loaded(ADMIN), space_called(slug)
    may = [rule(admin, space) for rule in (can_read_space, can_moderate_space, can_write_in_space)]
    assert may == [True, True, False]


def test_entry_is_written_announced_and_told_to_those_who_run_the_space(context: Flask, cast: Cast) -> None:
    stay = _enter()
    line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "space.entered")).one()
    assert (line.person_id, line.subject_id) == (cast.people[ADMIN], cast.spaces[PRIVATE])
    assert line.detail == {"reason": REASON, "until": stay.ends_at.isoformat()}
    assert heard == [AdministratorEntered(cast.spaces[PRIVATE], cast.people[ADMIN], stay.ends_at)]
    (mail,) = _mails()
    assert mail["to"] == FACILITATOR
    assert "Cercle fermé" not in mail["subject"]
    assert all(word in mail["text"] for word in ("Cercle fermé", "Ada Lorrain", REASON))


def test_mail_gives_the_hour_of_who_reads_it_and_not_of_who_entered(app: Flask, cast: Cast, browser: Any) -> None:
    ends = datetime(2030, 1, 5, 13, 0, tzinfo=UTC)
    clock.set_clock(lambda: ends - timedelta(hours=2))
    with app.app_context(), transaction():
        loaded(ADMIN).timezone, loaded(FACILITATOR).timezone = "America/Martinique", "Europe/Helsinki"
        public_id = space_called(PRIVATE).public_id
    browser(ADMIN).post(f"/administration/espaces/{public_id}/entrer", {"reason": REASON, "minutes": "120"})
    with app.app_context():
        (mail,) = _mails()
    assert "15\u00a0h\u00a000" in mail["text"]


def test_mail_is_in_the_language_of_each(context: Flask, cast: Cast) -> None:
    with transaction():
        loaded(MEMBER).language = "en"
        add_member(space_called(PRIVATE), loaded(MEMBER), role="facilitator")
    _enter()
    subjects = {mail["to"]: mail["subject"] for mail in _mails()}
    assert subjects == {
        FACILITATOR: "L’administration du réseau entre dans un espace auquel vous participez",
        MEMBER: "The network’s administration is entering a space you take part in",
    }


def test_members_are_told_where_nobody_runs_the_space(context: Flask, cast: Cast) -> None:
    with transaction() as session:
        mine = (Membership.user_id == cast.people[FACILITATOR]) & (Membership.space_id == cast.spaces[PRIVATE])
        session.delete(session.scalars(select(Membership).where(mine)).one())
    _enter()
    assert [mail["to"] for mail in _mails()] == [MEMBER]


@pytest.mark.parametrize("reason", ["", " " * 40, "Trop court", "\u202e" * 40])
def test_reason_says_something(context: Flask, cast: Cast, reason: str) -> None:
    with pytest.raises(DomainError, match="quinze"):
        _enter(reason=reason)
    assert stays_of(loaded(ADMIN)) == []


@pytest.mark.parametrize("hours", [0, -1, 8.01, 1000])
def test_stay_ends_within_the_day(context: Flask, cast: Cast, hours: float) -> None:
    with pytest.raises(DomainError, match="huit heures"):
        _enter(hours=hours)


@pytest.mark.parametrize("who", [FACILITATOR, OUTSIDER])
def test_only_an_administrator_enters(context: Flask, cast: Cast, who: str) -> None:
    with pytest.raises(RefusedError):
        _enter(who=who)


def test_there_is_nothing_to_enter_where_one_reads_already(context: Flask, cast: Cast) -> None:
    with transaction():
        add_member(space_called(REQUEST), loaded(ADMIN))
    for who, slug, word in ((ADMIN, OPEN, "ouvert"), (ADMIN, REQUEST, "participez"), (ENTERED, PRIVATE, "déjà entré")):
        with pytest.raises(DomainError, match=word):
            _enter(slug, who=who)


def test_nobody_enters_a_deleted_space(context: Flask, cast: Cast) -> None:
    with transaction():
        space = space_called(PRIVATE)
        space.deleted_at = now()
    assert "supprimé" in (reason_to_stay_out(loaded(ADMIN), space) or "")
    assert not can_read_space(loaded(ENTERED), space)


def test_archived_space_is_still_entered(context: Flask, cast: Cast) -> None:
    with transaction():
        space_called(PRIVATE).archived_at = now()
    _enter()
    assert can_moderate_space(loaded(ADMIN), space_called(PRIVATE))


def test_stay_stops_at_the_minute(context: Flask, cast: Cast) -> None:
    end = _enter().ends_at
    clock.set_clock(lambda: end - timedelta(seconds=1))
    assert can_read_space(loaded(ADMIN), space_called(PRIVATE))
    clock.set_clock(lambda: end)
    assert not can_read_space(loaded(ADMIN), space_called(PRIVATE))


def test_leaving_ends_the_stay_at_once_and_twice_is_once(context: Flask, cast: Cast) -> None:
    _enter()
    for left in (True, False):
        with transaction():
            assert leave_entered_space(loaded(ADMIN), space_called(PRIVATE)) is left
    assert not can_read_space(loaded(ADMIN), space_called(PRIVATE))
    assert not stays_in(space_called(PRIVATE))[0].is_running


def test_one_may_come_back_after_leaving(context: Flask, cast: Cast) -> None:
    _enter()
    with transaction():
        leave_entered_space(loaded(ADMIN), space_called(PRIVATE))
    _enter(reason="Suite du même signalement")
    assert [stay.reason for stay in stays_in(space_called(PRIVATE))][:2] == ["Suite du même signalement", REASON]


def test_who_is_administrator_no_more_is_outside_at_once(context: Flask, cast: Cast) -> None:
    with transaction():
        loaded(ENTERED).is_admin = False
    assert not can_read_space(loaded(ENTERED), space_called(PRIVATE))
    assert stays_of(loaded(ENTERED)) == []


@pytest.mark.parametrize("slug", [REQUEST, PRIVATE])
def test_who_has_entered_does_not_make_themselves_a_member(app: Flask, cast: Cast, browser: Any, slug: str) -> None:
    here, mine = browser(ENTERED), f"/espaces/{slug}"
    with app.app_context():
        public_id = loaded(ENTERED).public_id
    added = here.post(f"{mine}/membres/ajouter", {"person": public_id, "q": ENTERED}, follow_redirects=True)
    assert "On n’entre pas ainsi dans un espace fermé" in added.text
    sent = here.post(f"{mine}/invitations", {"addresses": ENTERED.upper(), "kind": "member", "language": "fr"})
    assert (sent.status_code, "on ne s’invite pas soi-même" in sent.text) == (409, True)
    here.post(f"{mine}/demander", {"message": "Bonjour"})
    here.post(f"{mine}/demandes/{public_id}/accepter")
    with app.app_context():
        assert db.session.scalars(select(Membership).where(Membership.user_id == cast.people[ENTERED])).all() == []
        assert db.session.scalars(select(Invitation)).all() == []


def test_invitation_written_by_oneself_opens_nothing(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context():
        invited(ENTERED, "autre@reseau.example", PRIVATE)
        link = LINK.search(text_of(mails(app)[0]))
        with transaction():
            loaded(ENTERED).email = "autre@reseau.example"
    assert link is not None
    here = browser("autre@reseau.example")
    assert here.get(f"/invitation/{link[1]}").status_code == 404
    assert here.post(f"/invitation/{link[1]}").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(Membership).where(Membership.user_id == cast.people[ENTERED])).all() == []
