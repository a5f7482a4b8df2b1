"""One rule, two answers: what the page says of one space and what the list says of all of them never differ."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import UserKind
from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.rules import Rule
from app.discussions.models import Thread
from app.extensions import db
from app.library.models import Resource
from app.spaces import permissions
from app.spaces.models import Audience, JoinPolicy, Membership, Role, Space, State, Visibility
from app.spaces.permissions import can_read, can_read_space, can_see_space, readable_space_ids
from tests.people import CLOSED_GUEST, EVERYBODY, FORMER, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, loaded

RULES = [name for name, value in vars(permissions).items() if isinstance(value, Rule)]
ENDS = (None, timedelta(days=3), timedelta(seconds=-1))


@pytest.fixture
def every_space(context: Flask, cast: Cast) -> list[int]:
    """Spaces of every visibility, way in and state, with people of every role and end in them."""
    dice = random.Random(20)  # noqa: S311 - the same dice each time
    with transaction() as session:
        made = []
        for visibility, policy, archived, deleted in product(Visibility, JoinPolicy, (False, True), (False, True)):
            space = Space(
                slug=f"{visibility}-{policy}-{archived}-{deleted}".lower(),
                name=f"{visibility} {policy}",
                visibility=visibility,
                join_policy=policy,
                archived_at=now() if archived else None,
                deleted_at=now() if deleted else None,
            )
            session.add(space)
            made.append(space)
        session.flush()
        for space, user_id in product(made, cast.people.values()):
            if dice.random() < 0.6:
                end = dice.choice(ENDS)
                role = dice.choice(list(Role))
                expires = now() + end if end else None
                session.add(Membership(space_id=space.id, user_id=user_id, role=role, expires_at=expires))
        return [one.id for one in made] + list(cast.spaces.values())


@pytest.mark.every_case
@pytest.mark.parametrize("name", RULES)
def test_rule_and_its_sql_agree_for_everybody(every_space: list[int], name: str) -> None:
    rule: Rule = getattr(permissions, name)
    spaces = db.session.scalars(select(Space)).all()
    assert len(spaces) == len(every_space)
    for email in (*EVERYBODY, FORMER):
        person = loaded(email)
        listed = set(db.session.scalars(select(Space.slug).where(rule.where(person))))
        assert listed == {space.slug for space in spaces if rule(person, space)}, email


def test_condition_made_once_still_ends_at_its_minute(context: Flask, cast: Cast) -> None:
    guest = loaded(CLOSED_GUEST)
    condition = can_read_space.where(guest)
    assert can_read_space.where(guest) is condition
    assert db.session.scalars(select(Space.slug).where(condition)).all() == [PRIVATE]
    moment = now() + timedelta(days=40)
    clock.set_clock(lambda: moment)
    assert db.session.scalars(select(Space.slug).where(condition)).all() == []


def test_condition_is_made_anew_while_who_may_changes(context: Flask, cast: Cast) -> None:
    person = loaded(OUTSIDER)
    assert PRIVATE not in db.session.scalars(select(Space.slug).where(can_read_space.where(person))).all()
    with transaction():
        person = loaded(OUTSIDER)
        before = can_read_space.where(person)
        person.kind = UserKind.GUEST
        assert can_read_space.where(person) is not before
        assert db.session.scalars(select(Space.slug).where(can_read_space.where(person))).all() == []


@pytest.mark.parametrize("name", RULES)
def test_rule_and_its_reasons_agree_for_everybody(every_space: list[int], name: str) -> None:
    rule: Rule = getattr(permissions, name)
    spaces = db.session.scalars(select(Space)).all()
    for email in (*EVERYBODY, FORMER):
        person = loaded(email)
        for space in spaces:
            why = rule.why(person, space)
            assert why.holds == rule(person, space), (email, space.slug)
            assert all(fact.holds == fact.rule(person, space) for fact in why.facts), (email, space.slug)
            assert why.words, (email, space.slug)


@pytest.mark.parametrize("model", [Resource, Thread])
def test_reading_rule_and_its_sql_agree_for_every_content(
    every_space: list[int], cast: Cast, model: type[Resource | Thread]
) -> None:
    dice = random.Random(7)  # noqa: S311 - the same dice each time
    with transaction() as session:
        for space_id, audience, state in product(every_space, Audience, State):
            thing = model(
                title="Un titre",
                space_id=space_id,
                audience=audience,
                state=state,
                author_id=dice.choice(list(cast.people.values())),
                deleted_at=now() if dice.random() < 0.2 else None,
            )
            if isinstance(thing, Resource):
                thing.kind = "report"
            session.add(thing)
    things = db.session.scalars(select(model)).all()
    rule = can_read(model)
    for email in (*EVERYBODY, FORMER):
        person = loaded(email)
        listed = set(db.session.scalars(select(model.id).where(rule.where(person))))
        assert listed == {thing.id for thing in things if rule(person, thing)}, email
        assert listed == {thing.id for thing in things if rule.why(person, thing).holds}, email


def test_whoever_reads_a_space_may_know_of_it(every_space: list[int]) -> None:
    for email in EVERYBODY:
        person = loaded(email)
        seen = set(db.session.scalars(select(Space.id).where(can_see_space.where(person))))
        assert readable_space_ids(person) <= seen


def test_nobody_reads_a_deleted_space(every_space: list[int]) -> None:
    gone = db.session.scalars(select(Space).where(Space.deleted_at.is_not(None))).all()
    assert gone
    assert not any(can_read_space(loaded(email), space) for email in EVERYBODY for space in gone)


def test_guest_loses_access_to_the_minute(app: Flask, cast: Cast) -> None:
    with app.app_context():
        closed = select(Membership).where(
            Membership.user_id == cast.people[CLOSED_GUEST], Membership.space_id == cast.spaces[PRIVATE]
        )
        end = db.session.scalars(closed).one().expires_at
        assert end is not None
    guest = Browser(app, CLOSED_GUEST)
    clock.set_clock(lambda: end - timedelta(minutes=1))
    guest.sign_in(CLOSED_GUEST)
    assert guest.get(f"/espaces/{PRIVATE}").status_code == 200
    clock.set_clock(lambda: end)
    assert guest.get(f"/espaces/{PRIVATE}").status_code == 404
    assert "Cercle fermé" not in guest.get("/espaces").text
