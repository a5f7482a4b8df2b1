"""What is done with spaces, and what must stay true whatever is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.events import listen
from app.extensions import db
from app.spaces.asking import accept, put_into_effect, request_access
from app.spaces.events import AccessRequested, MemberJoined, MemberLeft, SpaceCreated
from app.spaces.models import JoinPolicy, JoinRequest, Membership, Role, Visibility
from app.spaces.operations import (
    add_member,
    create_space,
    join,
    leave,
    membership_in,
    remove_member,
)
from app.spaces.permissions import can_read_space, memberships_of
from tests.people import EXPIRED_GUEST, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import loaded, space_called

heard: list[object] = []
for kind in (SpaceCreated, MemberJoined, MemberLeft, AccessRequested):
    listen(kind)(heard.append)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    heard.clear()


def _actions() -> list[str]:
    of_spaces = AuditEntry.action.like("space.%")
    return list(db.session.scalars(select(AuditEntry.action).where(of_spaces).order_by(AuditEntry.id)))


def test_space_gets_the_slug_of_its_name(context: Flask) -> None:
    with transaction():
        space = create_space("Osons réinterroger notre politique des drogues")
    assert space.slug == "osons-reinterroger-notre-politique-des-drogues"
    assert heard == [SpaceCreated(space.id, None)]


def test_taken_slug_is_numbered_in_silence_even_when_the_other_is_private_or_deleted(context: Flask) -> None:
    with transaction():
        create_space("Vie nocturne", visibility=Visibility.PRIVATE, join_policy=JoinPolicy.INVITATION)
        gone = create_space("Vie nocturne")
        gone.deleted_at = now()
        third = create_space("Vie nocturne")
    assert (gone.slug, third.slug) == ("vie-nocturne-2", "vie-nocturne-3")


@pytest.mark.parametrize(("name", "slug"), [("Nouveau", "nouveau-2"), ("!!!", "page"), ("é" * 300, "e" * 80)])
def test_odd_names_give_usable_slugs(context: Flask, name: str, slug: str) -> None:
    with transaction():
        space = create_space(name)
    assert space.slug == slug


def test_space_without_a_name_is_refused(context: Flask) -> None:
    with pytest.raises(DomainError), transaction():
        create_space(" \u202e ")


def test_private_space_lets_nobody_in_by_themselves(context: Flask) -> None:
    with pytest.raises(DomainError), transaction():
        create_space("Fermé", visibility=Visibility.PRIVATE, join_policy=JoinPolicy.FREE)


def test_member_joins_an_open_space_once(context: Flask, cast: Cast) -> None:
    for _ in range(2):
        with transaction():
            join(loaded(OUTSIDER), space_called(OPEN))
    assert cast.spaces[OPEN] in memberships_of(loaded(OUTSIDER))
    user_id = cast.people[OUTSIDER]
    assert heard == [MemberJoined(cast.spaces[OPEN], user_id, user_id)]
    assert _actions() == ["space.member_added"]


@pytest.mark.parametrize(("email", "slug"), [(OUTSIDER, REQUEST), (OUTSIDER, PRIVATE), (EXPIRED_GUEST, OPEN)])
def test_nobody_joins_what_does_not_let_them_in_freely(context: Flask, cast: Cast, email: str, slug: str) -> None:
    with pytest.raises(DomainError), transaction():
        join(loaded(email), space_called(slug))


def test_archived_space_lets_nobody_in(context: Flask, cast: Cast) -> None:
    with transaction():
        space_called(OPEN).archived_at = now()
    with pytest.raises(DomainError), transaction():
        join(loaded(OUTSIDER), space_called(OPEN))


def test_last_facilitator_cannot_leave_nor_be_removed_nor_step_down(context: Flask, cast: Cast) -> None:
    with pytest.raises(DomainError), transaction():
        leave(loaded(FACILITATOR), space_called(OPEN))
    with pytest.raises(DomainError), transaction():
        remove_member(space_called(OPEN), loaded(FACILITATOR))
    with pytest.raises(DomainError), transaction():
        add_member(space_called(OPEN), loaded(FACILITATOR), role=Role.MEMBER)
    assert memberships_of(loaded(FACILITATOR))[cast.spaces[OPEN]].role == Role.FACILITATOR


def test_facilitator_leaves_once_another_runs_the_space(context: Flask, cast: Cast) -> None:
    with transaction():
        add_member(space_called(OPEN), loaded(MEMBER), role=Role.FACILITATOR, by=loaded(FACILITATOR))
    with transaction():
        leave(loaded(FACILITATOR), space_called(OPEN))
    assert cast.spaces[OPEN] not in memberships_of(loaded(FACILITATOR))
    assert heard == [MemberLeft(cast.spaces[OPEN], cast.people[FACILITATOR], cast.people[FACILITATOR])]
    assert _actions() == ["space.member_added", "space.left"]


def test_leaving_twice_is_leaving_once(context: Flask, cast: Cast) -> None:
    for _ in range(2):
        with transaction():
            leave(loaded(MEMBER), space_called(OPEN))
    assert len(heard) == 1


def test_guest_never_runs_a_space(context: Flask, cast: Cast) -> None:
    with pytest.raises(DomainError), transaction():
        add_member(space_called(OPEN), loaded(GUEST), role=Role.FACILITATOR)


def test_guest_whose_access_had_ended_comes_back(context: Flask, cast: Cast) -> None:
    end = now() + timedelta(days=5)
    with transaction():
        add_member(space_called(PRIVATE), loaded(EXPIRED_GUEST), expires_at=end, sponsor=loaded(FACILITATOR))
    found = membership_in(space_called(PRIVATE), loaded(EXPIRED_GUEST))
    assert found is not None
    assert (found.expires_at, found.sponsor_id) == (end, cast.people[FACILITATOR])
    assert heard == [MemberJoined(cast.spaces[PRIVATE], cast.people[EXPIRED_GUEST], None)]


def test_removed_member_reads_no_more_within_the_same_transaction(context: Flask, cast: Cast) -> None:
    with transaction():
        assert can_read_space(loaded(MEMBER), space_called(PRIVATE))
        remove_member(space_called(PRIVATE), loaded(MEMBER), by=loaded(FACILITATOR))
        assert not can_read_space(loaded(MEMBER), space_called(PRIVATE))


def test_request_is_made_once_and_settled_by_admission(context: Flask, cast: Cast) -> None:
    with transaction():
        assert request_access(loaded(OUTSIDER), space_called(REQUEST)) is True
    with transaction():
        assert request_access(loaded(OUTSIDER), space_called(REQUEST)) is False
    with transaction():
        put_into_effect(accept(space_called(REQUEST), loaded(OUTSIDER), by=loaded(FACILITATOR)))
    assert db.session.scalar(select(JoinRequest.id)) is None
    assert can_read_space(loaded(OUTSIDER), space_called(REQUEST))
    assert _actions() == ["space.access_requested", "space.request_accepted", "space.member_added"]


def test_nobody_is_admitted_who_did_not_ask(context: Flask, cast: Cast) -> None:
    with pytest.raises(DomainError), transaction():
        accept(space_called(REQUEST), loaded(OUTSIDER))


@pytest.mark.parametrize(("email", "slug"), [(MEMBER, PRIVATE), (OUTSIDER, PRIVATE), (GUEST, REQUEST)])
def test_nobody_asks_where_one_does_not_ask(context: Flask, cast: Cast, email: str, slug: str) -> None:
    with pytest.raises(DomainError), transaction():
        request_access(loaded(email), space_called(slug))


def test_member_added_while_asking_has_no_request_left(context: Flask, cast: Cast) -> None:
    with transaction():
        request_access(loaded(OUTSIDER), space_called(REQUEST))
    with transaction():
        add_member(space_called(REQUEST), loaded(OUTSIDER))
    assert db.session.scalar(select(JoinRequest.id)) is None
    assert db.session.scalar(select(Membership.id).where(Membership.user_id == cast.people[OUTSIDER])) is not None
