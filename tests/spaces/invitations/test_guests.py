"""The life of a guest: warned, extended, made a member, ended."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError
from app.core.jobs import Job
from app.extensions import db
from app.spaces.invitations.guests import end_stay, extend, guests_of, make_member
from app.spaces.invitations.warnings import warn_guests
from app.spaces.models import Membership, Role
from app.spaces.operations import add_member, membership_in
from app.spaces.permissions import memberships_of
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
from tests.spaces.invitations.post import declare_domain, mails, space, text_of
from tests.support import Browser, loaded


def place(email: str, slug: str) -> Membership:
    found = membership_in(space(slug), loaded(email))
    assert found is not None
    return found


def test_panel_lists_guests_and_those_gone_lately(context: Flask, cast: Cast) -> None:
    assert [one.user.email for one in guests_of(space(PRIVATE))] == [EXPIRED_GUEST, CLOSED_GUEST]
    assert [one.user.email for one in guests_of(space(OPEN))] == [GUEST]


def test_extended_guest_stays_and_is_warned_again(context: Flask, cast: Cast) -> None:
    until = now() + timedelta(days=60)
    with transaction():
        place(CLOSED_GUEST, PRIVATE).warned_at = now()
        extend(loaded(FACILITATOR), space(PRIVATE), loaded(CLOSED_GUEST), until)
    assert (place(CLOSED_GUEST, PRIVATE).expires_at, place(CLOSED_GUEST, PRIVATE).warned_at) == (until, None)


def test_guest_gone_comes_back_by_extension(context: Flask, cast: Cast) -> None:
    assert not memberships_of(loaded(EXPIRED_GUEST))
    with transaction():
        extend(loaded(FACILITATOR), space(PRIVATE), loaded(EXPIRED_GUEST), now() + timedelta(days=1))
    assert cast.spaces[PRIVATE] in memberships_of(loaded(EXPIRED_GUEST))


def test_extension_everywhere_touches_only_spaces_the_person_runs(context: Flask, cast: Cast) -> None:
    soon, until = now() + timedelta(days=2), now() + timedelta(days=60)
    with transaction():
        for slug in (PRIVATE, REQUEST):
            add_member(space(slug), loaded(GUEST), expires_at=soon)
        add_member(space(REQUEST), loaded(MEMBER), role=Role.FACILITATOR)
        add_member(space(REQUEST), loaded(FACILITATOR))
        extend(loaded(FACILITATOR), space(OPEN), loaded(GUEST), until, everywhere=True)
    ends = {slug: place(GUEST, slug).expires_at for slug in (OPEN, PRIVATE, REQUEST)}
    assert ends == {OPEN: until, PRIVATE: until, REQUEST: soon}


@pytest.mark.parametrize("days", [-1, 400])
def test_extension_stays_ahead_and_within_a_year(context: Flask, cast: Cast, days: int) -> None:
    with pytest.raises(DomainError), transaction():
        extend(loaded(FACILITATOR), space(OPEN), loaded(GUEST), now() + timedelta(days=days))
    with pytest.raises(DomainError), transaction():
        extend(loaded(FACILITATOR), space(OPEN), loaded(MEMBER), now() + timedelta(days=5))
    with transaction():
        space(OPEN).archived_at = now()
    with pytest.raises(DomainError, match="est archivé"), transaction():
        extend(loaded(FACILITATOR), space(OPEN), loaded(GUEST), now() + timedelta(days=5))


@pytest.mark.parametrize("by", [MEMBER, OUTSIDER, GUEST, CLOSED_GUEST])
def test_nobody_else_extends_nor_ends(context: Flask, cast: Cast, by: str) -> None:
    with pytest.raises(RefusedError), transaction():
        extend(loaded(by), space(OPEN), loaded(GUEST), now() + timedelta(days=60))
    with pytest.raises(RefusedError), transaction():
        end_stay(loaded(by), space(OPEN), loaded(GUEST))


def test_administrator_makes_a_member_but_lengthens_no_private_stay(context: Flask, cast: Cast) -> None:
    with transaction():
        add_member(space(OPEN), loaded(CLOSED_GUEST), expires_at=now() + timedelta(days=9))
        assert make_member(loaded(ADMIN), loaded(CLOSED_GUEST))
    assert loaded(CLOSED_GUEST).is_member
    assert place(CLOSED_GUEST, OPEN).expires_at is None
    assert place(CLOSED_GUEST, PRIVATE).expires_at is not None


def test_referent_makes_members_of_their_own_city_only(context: Flask, cast: Cast) -> None:
    with pytest.raises(RefusedError), transaction():
        make_member(loaded(REFERENT), loaded(GUEST))
    with transaction():
        loaded(GUEST).organisation = loaded(REFERENT).organisation
    with pytest.raises(RefusedError), transaction():
        make_member(loaded(REFERENT), loaded(GUEST))
    declare_domain(loaded(REFERENT).organisation_id, GUEST.partition("@")[2])
    with transaction():
        assert make_member(loaded(REFERENT), loaded(GUEST))
    assert loaded(GUEST).is_member


def test_facilitator_proposes_and_administrators_are_told_without_the_space(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with transaction():
            assert not make_member(loaded(FACILITATOR), loaded(CLOSED_GUEST))
        message = next(one for one in mails(app) if one["To"] == ADMIN)
        public_id = loaded(CLOSED_GUEST).public_id
    assert "Georgia Blanc" in message["Subject"]
    assert "Cercle" not in message.as_string() + text_of(message)
    page, decision = Browser(app, ADMIN), f"/administration/personnes/{public_id}/devenir-membre"
    assert decision in text_of(message)
    assert "Georgia Blanc" in page.get(decision).text
    for _ in range(2):
        assert page.post(decision).status_code == 302
    with app.app_context():
        assert loaded(CLOSED_GUEST).is_member


def test_guest_proposed_then_made_a_member_stays_for_good_where_they_were_proposed(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        add_member(space(REQUEST), loaded(CLOSED_GUEST), expires_at=now() + timedelta(days=9))
        public_id = loaded(CLOSED_GUEST).public_id
    panel = Browser(app, FACILITATOR)
    panel.post(f"/espaces/{PRIVATE}/invites/{public_id}/membre")
    assert "Proposé comme membre" in panel.get(f"/espaces/{PRIVATE}/invitations").get_data(as_text=True)
    with app.app_context():
        with transaction():
            make_member(loaded(ADMIN), loaded(CLOSED_GUEST))
        assert [place(CLOSED_GUEST, slug).expires_at for slug in (PRIVATE, REQUEST)] == [None, None]
    assert "Proposé comme membre" not in panel.get(f"/espaces/{PRIVATE}/invitations").get_data(as_text=True)


def test_guest_proposed_by_somebody_who_no_longer_runs_the_space_keeps_their_end(context: Flask, cast: Cast) -> None:
    with transaction():
        make_member(loaded(FACILITATOR), loaded(CLOSED_GUEST))
    with transaction():
        add_member(space(PRIVATE), loaded(MEMBER), role=Role.FACILITATOR)
        add_member(space(PRIVATE), loaded(FACILITATOR))
    with transaction():
        make_member(loaded(ADMIN), loaded(CLOSED_GUEST))
    assert place(CLOSED_GUEST, PRIVATE).expires_at is not None


def test_guest_proposed_twice_is_told_once_to_the_administrators(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for _ in range(2):
            with transaction():
                make_member(loaded(FACILITATOR), loaded(CLOSED_GUEST))
        assert [one["To"] for one in mails(app)].count(ADMIN) == 1


def test_facilitator_of_a_declared_city_still_only_proposes(context: Flask, cast: Cast) -> None:
    city = loaded(OUTSIDER).organisation
    declare_domain(city.id if city else None, "invitee.example")
    with transaction():
        assert not make_member(loaded(FACILITATOR), loaded(CLOSED_GUEST))


def warned() -> list[str]:
    """Run the periodic work; return who is going to get a mail."""
    before = db.session.scalar(select(func.max(Job.id))) or 0
    warn_guests({})
    mailed = select(Job.payload).where(Job.id > before, Job.name == "mail.send")
    return sorted(json.loads(payload)["to"] for payload in db.session.scalars(mailed))


def test_guest_and_those_who_run_the_space_are_warned_once(context: Flask, cast: Cast) -> None:
    with transaction():
        place(CLOSED_GUEST, PRIVATE).created_at = now() - timedelta(days=80)
        place(CLOSED_GUEST, PRIVATE).sponsor = loaded(MEMBER)
    assert warned() == []
    in_time = now() + timedelta(days=24)
    clock.set_clock(lambda: in_time)
    assert warned() == [FACILITATOR, FACILITATOR, GUEST, CLOSED_GUEST, MEMBER]
    assert warned() == []
    clock.set_clock(lambda: in_time - timedelta(days=2))
    assert warned() == []
    db.session.rollback()
    with transaction():
        extend(loaded(FACILITATOR), space(PRIVATE), loaded(CLOSED_GUEST), in_time + timedelta(days=90))
    clock.set_clock(lambda: in_time + timedelta(days=85))
    assert CLOSED_GUEST in warned()


def test_mail_of_a_near_end_leads_to_the_guests_of_the_space(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with transaction():
            place(CLOSED_GUEST, PRIVATE).created_at = now() - timedelta(days=80)
        in_time = now() + timedelta(days=24)
        clock.set_clock(lambda: in_time)
        warn_guests({})
        told = next(one for one in mails(app) if one["To"] == FACILITATOR and "Georgia Blanc" in one["Subject"])
    assert f"/espaces/{PRIVATE}/invitations#invites\n" in text_of(told)


@pytest.mark.parametrize(("days", "told_after"), [(1, 0.5), (7, 3.5), (12, 6), (20, 13)])
def test_short_stay_is_announced_half_way(context: Flask, cast: Cast, days: int, told_after: float) -> None:
    begun = now()
    with transaction():
        stay = place(CLOSED_GUEST, PRIVATE)
        stay.created_at, stay.expires_at = begun, begun + timedelta(days=days)
    clock.set_clock(lambda: begun + timedelta(days=told_after, hours=-1))
    assert CLOSED_GUEST not in warned()
    clock.set_clock(lambda: begun + timedelta(days=told_after, minutes=1))
    assert warned().count(CLOSED_GUEST) == 1
    assert CLOSED_GUEST not in warned()


def test_clock_that_jumps_over_the_end_warns_nobody(context: Flask, cast: Cast) -> None:
    later = now() + timedelta(days=40)
    clock.set_clock(lambda: later)
    assert warned() == []


def test_sponsor_who_left_the_space_learns_nothing(context: Flask, cast: Cast) -> None:
    with transaction():
        place(CLOSED_GUEST, PRIVATE).created_at = now() - timedelta(days=80)
        place(CLOSED_GUEST, PRIVATE).sponsor = loaded(OUTSIDER)
    in_time = now() + timedelta(days=24)
    clock.set_clock(lambda: in_time)
    assert OUTSIDER not in warned()


def test_guest_whose_access_ended_sees_a_calm_page_and_none_of_their_old_addresses(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        place(EXPIRED_GUEST, PRIVATE).sponsor = loaded(MEMBER)
    page = Browser(app, EXPIRED_GUEST)
    home = page.get("/")
    assert home.status_code == 200
    assert "Votre accès a pris fin" in home.text
    assert "Malik Benali" in home.text
    assert "Cercle" not in home.text
    for path in ("", "/discussions", "/ressources", "/membres", "/invitations"):
        assert page.get(f"/espaces/{PRIVATE}{path}").status_code == 404


def test_guest_reads_of_a_near_end_where_they_arrive_and_in_the_space(app: Flask, cast: Cast) -> None:
    page = Browser(app, CLOSED_GUEST)
    assert "prend fin le" not in page.get("/").text
    with app.app_context(), transaction():
        stay = place(CLOSED_GUEST, PRIVATE)
        stay.created_at, stay.expires_at = now() - timedelta(days=60), now() + timedelta(days=5)
        stay.sponsor = loaded(FACILITATOR)
    for path in ("/", f"/espaces/{PRIVATE}"):
        assert "Faustine Delmas en répond et peut vous dire" in page.get(path).text
    assert "prend fin le" not in page.get("/moi").text


def test_guest_made_a_member_stays_for_good_in_one_press(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    with app.app_context():
        path = f"/espaces/{PRIVATE}/invites/{loaded(CLOSED_GUEST).public_id}/sans-fin"
    page.post(path)
    assert "Faites-en d’abord un membre" in page.get("/").text
    with app.app_context(), transaction():
        make_member(loaded(ADMIN), loaded(CLOSED_GUEST))
    assert "Faire participer sans date de fin" in page.get(f"/espaces/{PRIVATE}/invitations").text
    assert page.post(path).headers["Location"] == f"/espaces/{PRIVATE}/invitations#invites"
    with app.app_context():
        assert place(CLOSED_GUEST, PRIVATE).expires_at is None


def test_facilitator_extends_and_ends_from_the_page(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    with app.app_context():
        guest, end = loaded(CLOSED_GUEST).public_id, place(CLOSED_GUEST, PRIVATE).expires_at
    base = f"/espaces/{PRIVATE}/invites/{guest}"
    assert "Georgia Blanc" in page.get(f"/espaces/{PRIVATE}/invitations").text
    page.post(f"{base}/prolonger", {"period": "30"})
    page.post(f"{base}/prolonger", {"period": "", "until": "2020-01-01"})
    page.post(f"{base}/prolonger", {"period": "", "until": "n'importe"})
    page.post(f"{base}/prolonger", {"period": "7000"})
    with app.app_context():
        assert place(CLOSED_GUEST, PRIVATE).expires_at == end + timedelta(days=30) if end else False
    guest_page = Browser(app, CLOSED_GUEST)
    assert guest_page.get(f"/espaces/{PRIVATE}").status_code == 200
    page.post(f"{base}/fin")
    assert guest_page.get(f"/espaces/{PRIVATE}").status_code == 404
    with app.app_context():
        lines = select(AuditEntry.action).where(AuditEntry.action.in_(("guest.extended", "space.member_removed")))
        assert db.session.scalars(lines).all() == ["guest.extended", "space.member_removed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"period": "", "until": "32/13/2027"}, "Écrivez la date comme ceci : 05/07/2021."),
        ({"period": "", "until": ""}, "Indiquez jusqu’à quand l’invité aura accès."),
        ({"period": "", "until": "01/01/2020", "everywhere": "y"}, "La date de fin est passée."),
        ({"period": "", "until": "2199-01-01"}, "Un invité a accès pendant un an au plus."),
    ],
)
def test_end_that_cannot_be_is_said_beside_it_and_stays_typed(
    app: Flask, cast: Cast, typed: dict[str, str], said: str
) -> None:
    page = Browser(app, FACILITATOR)
    with app.app_context():
        guest, end = loaded(CLOSED_GUEST).public_id, place(CLOSED_GUEST, PRIVATE).expires_at
    answer = page.post(f"/espaces/{PRIVATE}/invites/{guest}/prolonger", typed)
    assert answer.status_code == 422
    row = answer.text.split("Georgia Blanc")[1].split("</details>")[0].replace("\xa0", " ").replace("\u202f", " ")
    assert f'id="until-{guest}-error"' in row
    assert said in row
    assert f'value="{typed["until"]}"' in row
    assert '<option selected value="">' in row
    assert (" checked" in row) == ("everywhere" in typed)
    assert answer.text.count("field__error") == 1
    with app.app_context():
        assert place(CLOSED_GUEST, PRIVATE).expires_at == end


@pytest.mark.parametrize("archived", [False, True])
def test_odd_number_of_days_where_nobody_is_let_stay_longer_is_no_fault_of_the_server(
    app: Flask, cast: Cast, *, archived: bool
) -> None:
    page = Browser(app, FACILITATOR)
    with app.app_context(), transaction():
        guest = loaded(CLOSED_GUEST).public_id
        if archived:
            place(CLOSED_GUEST, PRIVATE).space.archived_at = now()
        else:
            place(CLOSED_GUEST, PRIVATE).expires_at = None
    for typed in ({"period": "abc"}, {"period": "", "until": "hier"}, {"period": "30"}):
        assert page.post(f"/espaces/{PRIVATE}/invites/{guest}/prolonger", typed).status_code in {302, 403}


def test_number_of_days_needs_no_date(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    with app.app_context(), transaction():
        guest, end = loaded(CLOSED_GUEST).public_id, now() + timedelta(days=300)
        place(CLOSED_GUEST, PRIVATE).expires_at = end
    path = f"/espaces/{PRIVATE}/invites/{guest}/prolonger"
    assert page.post(path, {"period": "30", "until": "n'importe"}).status_code == 302
    answer = page.post(path, {"period": "90"})
    assert (answer.status_code, f'id="period-{guest}-error"' in answer.text) == (422, True)
    with app.app_context():
        assert place(CLOSED_GUEST, PRIVATE).expires_at == end + timedelta(days=30)


def test_referent_does_not_make_members_of_another_citys_guests(context: Flask, cast: Cast) -> None:
    other = loaded(MEMBER).organisation
    declare_domain(other.id if other else None, GUEST.partition("@")[2])
    with transaction():
        loaded(GUEST).organisation = other
    with pytest.raises(RefusedError), transaction():
        make_member(loaded(REFERENT), loaded(GUEST))
    assert loaded(GUEST).is_guest
