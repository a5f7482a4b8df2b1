"""Accepting: what opens is what the author may still give at that minute, all of it or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import User, UserKind
from app.accounts.queries import user_by_email
from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.extensions import db
from app.spaces.invitations.accepting import Newcomer, Welcome, accept
from app.spaces.invitations.offers import offer_of
from app.spaces.models import Invitation, JoinPolicy, Membership, Role
from app.spaces.operations import add_member, leave, membership_in
from app.spaces.permissions import memberships_of
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
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
from tests.spaces.invitations.post import NEW, declare_domain, invitation, invited, secret_for, space
from tests.support import loaded

NEWCOMER = Newcomer("Léa Martin", "Adjointe", "hash", "fr")


def accepted(app: Flask, email: str = NEW) -> Welcome:
    secret = secret_for(app, email)
    with transaction():
        return accept(secret, user_by_email(email) or NEWCOMER)


def guest(days: int = 30) -> dict[str, Any]:
    return {"kind": UserKind.GUEST, "purpose": "Étude", "guest_until": now() + timedelta(days=days)}


def test_newcomer_of_a_declared_city_becomes_a_member(context: Flask, cast: Cast) -> None:
    city = loaded(OUTSIDER).organisation
    declare_domain(city.id if city else None)
    invited(FACILITATOR, NEW, PRIVATE)
    welcome = accepted(context)
    user = loaded(NEW)
    assert (user.name, user.kind, user.organisation) == ("Léa Martin", UserKind.MEMBER, city)
    assert [one.slug for one in welcome.spaces] == [PRIVATE]
    place = memberships_of(user)[cast.spaces[PRIVATE]]
    assert (place.role, place.expires_at, place.sponsor_id) == (Role.MEMBER, None, None)


def test_newcomer_of_no_declared_city_waits_for_the_network(context: Flask, cast: Cast) -> None:
    key = invited(FACILITATOR, NEW, PRIVATE)
    secret = secret_for(context)
    with pytest.raises(DomainError), transaction():
        accept(secret, NEWCOMER)
    assert user_by_email(NEW) is None
    assert offer_of(invitation(key), None).needs_approval
    city = loaded(OUTSIDER).organisation
    declare_domain(city.id if city else None)
    with transaction():
        accept(secret, NEWCOMER)
    assert cast.spaces[PRIVATE] in memberships_of(loaded(NEW))


def test_guest_has_an_end_a_purpose_and_a_sponsor_in_each_space(context: Flask, cast: Cast) -> None:
    until = now() + timedelta(days=30)
    invited(FACILITATOR, NEW, OPEN, PRIVATE, **(guest() | {"guest_until": until}), sponsor=loaded(MEMBER))
    accepted(context)
    places = memberships_of(loaded(NEW))
    assert set(places) == {cast.spaces[OPEN], cast.spaces[PRIVATE]}
    told = {(one.expires_at, one.purpose, one.sponsor_id) for one in places.values()}
    assert told == {(until, "Étude", cast.people[MEMBER])}
    assert loaded(NEW).is_guest


def test_member_enters_and_stays_what_they_were(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, OUTSIDER, REQUEST)
    accepted(context, OUTSIDER)
    assert memberships_of(loaded(OUTSIDER))[cast.spaces[REQUEST]].role == Role.MEMBER
    assert loaded(OUTSIDER).name == "Odile Kervella"


@pytest.mark.parametrize("more", [{}, {"kind": UserKind.GUEST, "purpose": "Étude"}])
def test_place_already_held_is_never_made_less(context: Flask, cast: Cast, more: dict[str, Any]) -> None:
    with transaction():
        add_member(space(OPEN), loaded(OUTSIDER), role=Role.FACILITATOR)
    more = more | ({"guest_until": now() + timedelta(days=3)} if more else {})
    invited(FACILITATOR, OUTSIDER, OPEN, **more)
    accepted(context, OUTSIDER)
    place = memberships_of(loaded(OUTSIDER))[cast.spaces[OPEN]]
    assert (place.role, place.expires_at) == (Role.FACILITATOR, None)


def test_guest_invited_as_member_by_who_may_not_bring_in_stays_a_guest(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, GUEST, PRIVATE)
    accepted(context, GUEST)
    assert loaded(GUEST).is_guest
    end = memberships_of(loaded(GUEST))[cast.spaces[PRIVATE]].expires_at
    assert end is not None
    assert end < now() + timedelta(days=91)


def test_guest_invited_by_an_administrator_joins_the_network_but_their_other_end_stays(
    context: Flask, cast: Cast
) -> None:
    invited(ADMIN, CLOSED_GUEST, OPEN)
    accepted(context, CLOSED_GUEST)
    places = memberships_of(loaded(CLOSED_GUEST))
    assert loaded(CLOSED_GUEST).is_member
    assert places[cast.spaces[OPEN]].expires_at is None
    assert places[cast.spaces[PRIVATE]].expires_at is not None


def test_link_serves_once(context: Flask, cast: Cast) -> None:
    invited(ADMIN, NEW)
    secret = secret_for(context)
    with transaction():
        accept(secret, NEWCOMER)
    for who in (NEWCOMER, loaded(NEW)):
        with pytest.raises(NotFoundError), transaction():
            accept(secret, who)
    assert db.session.scalar(select(func.count()).select_from(User).where(User.email == NEW)) == 1


def test_nobody_accepts_for_another_address(context: Flask, cast: Cast) -> None:
    invited(ADMIN, NEW)
    invited(ADMIN, OUTSIDER)
    secrets = {email: secret_for(context, email) for email in (NEW, OUTSIDER)}
    for secret in secrets.values():
        with pytest.raises(RefusedError), transaction():
            accept(secret, loaded(MEMBER))
    with pytest.raises(DomainError), transaction():
        accept(secrets[OUTSIDER], NEWCOMER)


def _archive() -> None:
    space(PRIVATE).archived_at = now()


def _delete() -> None:
    space(PRIVATE).deleted_at = now()


def _step_down() -> None:
    add_member(space(PRIVATE), loaded(MEMBER), role=Role.FACILITATOR)
    leave(loaded(FACILITATOR), space(PRIVATE))


def _close() -> None:
    loaded(FACILITATOR).disabled_at = now()


@pytest.mark.parametrize("change", [_archive, _delete, _step_down, _close])
@pytest.mark.parametrize("kind", [UserKind.GUEST, UserKind.MEMBER])
def test_what_the_author_can_give_no_more_is_not_given(context: Flask, cast: Cast, change: Any, kind: str) -> None:
    email = NEW if kind == UserKind.GUEST else OUTSIDER
    invited(FACILITATOR, email, PRIVATE, **(guest() if kind == UserKind.GUEST else {}))
    secret = secret_for(context, email)
    with transaction():
        change()
    with pytest.raises(DomainError), transaction():
        accept(secret, user_by_email(email) or NEWCOMER)
    assert user_by_email(NEW) is None
    assert db.session.scalars(select(Invitation.accepted_at)).all() == [None]


def test_part_that_lapsed_is_told_and_the_rest_is_given(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, OUTSIDER, OPEN, PRIVATE)
    secret = secret_for(context, OUTSIDER)
    with transaction():
        _delete()
    with transaction():
        welcome = accept(secret, loaded(OUTSIDER))
    assert [one.slug for one in welcome.spaces] == [OPEN]
    assert [str(one) for one in welcome.lapsed] == ["Un espace de cette invitation n’existe plus."]


def test_entered_administrator_opens_nothing_once_their_stay_is_over(context: Flask, cast: Cast) -> None:
    invited(ENTERED, OUTSIDER, PRIVATE)
    secret, later = secret_for(context, OUTSIDER), now() + timedelta(days=31)
    with transaction():
        db.session.scalars(select(Invitation)).one().expires_at = later + timedelta(days=1)
    clock.set_clock(lambda: later)
    with pytest.raises(DomainError), transaction():
        accept(secret, loaded(OUTSIDER))
    assert membership_in(space(PRIVATE), loaded(OUTSIDER)) is None


def test_referent_who_changed_city_brings_nobody_in(context: Flask, cast: Cast) -> None:
    invited(REFERENT, NEW, OPEN, organisation=loaded(REFERENT).organisation)
    secret = secret_for(context)
    with transaction():
        loaded(REFERENT).organisation = loaded(MEMBER).organisation
    with pytest.raises(DomainError), transaction():
        accept(secret, NEWCOMER)


def test_referents_colleague_does_not_enter_a_space_that_is_not_free_any_more(context: Flask, cast: Cast) -> None:
    own = loaded(REFERENT).organisation
    declare_domain(own.id if own else None)
    invited(REFERENT, NEW, OPEN, organisation=own)
    secret = secret_for(context)
    with transaction():
        space(OPEN).join_policy = JoinPolicy.REQUEST
    with transaction():
        welcome = accept(secret, NEWCOMER)
    assert (welcome.spaces, len(welcome.lapsed)) == ([], 1)
    assert welcome.user.is_member
    assert db.session.scalar(select(Membership.id).where(Membership.user_id == welcome.user.id)) is None


def test_guest_invited_until_a_day_gone_by_does_not_come_in(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, NEW, OPEN, **guest(2))
    secret, later = secret_for(context), now() + timedelta(days=3)
    clock.set_clock(lambda: later)
    with pytest.raises(DomainError), transaction():
        accept(secret, NEWCOMER)
    assert user_by_email(NEW) is None


def test_referent_no_more_brings_nobody_in(context: Flask, cast: Cast) -> None:
    own = loaded(REFERENT).organisation
    declare_domain(own.id if own else None)
    key = invited(REFERENT, NEW, organisation=own)
    secret = secret_for(context)
    with transaction():
        loaded(REFERENT).is_referent = False
    with pytest.raises(DomainError), transaction():
        accept(secret, NEWCOMER)
    assert user_by_email(NEW) is None
    assert not offer_of(invitation(key), None).needs_approval


@pytest.mark.parametrize("kind", [UserKind.MEMBER, UserKind.GUEST])
def test_who_runs_a_space_no_more_brings_nobody_in(context: Flask, cast: Cast, kind: UserKind) -> None:
    city = loaded(OUTSIDER).organisation
    declare_domain(city.id if city else None)
    invited(FACILITATOR, NEW, REQUEST, **(guest() if kind == UserKind.GUEST else {}))
    secret = secret_for(context)
    with transaction():
        add_member(space(REQUEST), loaded(MEMBER), role=Role.FACILITATOR)
        leave(loaded(FACILITATOR), space(REQUEST))
    with pytest.raises(DomainError), transaction():
        accept(secret, NEWCOMER)
    assert user_by_email(NEW) is None


def test_administrator_no_more_brings_nobody_in(context: Flask, cast: Cast) -> None:
    city = loaded(OUTSIDER).organisation
    declare_domain(city.id if city else None)
    invited(ADMIN, NEW)
    secret = secret_for(context)
    with transaction():
        loaded(ADMIN).is_admin = False
    with pytest.raises(DomainError), transaction():
        accept(secret, NEWCOMER)
    assert user_by_email(NEW) is None
