"""What the home page asks of a person: proposals to read, resources to look at again; of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.models import User
from app.core.clock import now
from app.core.days import today
from app.core.db import transaction
from app.library.models import Resource
from app.library.publishing import publish_prepared
from app.spaces.models import Space, State
from tests.library.shelves import share
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, CountedStatements, loaded


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def tasks_of(app: Flask, email: str) -> str:
    """Return what the home page asks of somebody, empty when it asks for nothing."""
    text = Browser(app, email).get("/").text
    start = text.find('<ul class="tasks">')
    return "" if start < 0 else text[start : text.index("</ul>", start)].replace("\u00a0", " ").replace("\u202f", " ")


def propose(app: Flask, title: str, space: str = OPEN) -> str:
    """Have the member propose a resource; return its public id."""
    with app.app_context():
        made = share(title, by=MEMBER, space=space)
        with transaction() as session:
            session.execute(update(Space).where(Space.id == made.space_id).values(reviews_resources=True))
            session.execute(update(Resource).where(Resource.id == made.id).values(state=State.DRAFT, published_at=None))
        with transaction() as session:
            publish_prepared(loaded(MEMBER), session.get_one(Resource, made.id))
        return made.public_id


@pytest.mark.slow
def test_proposals_are_named_to_those_alone_who_run_their_space(app: Flask) -> None:
    only = propose(app, "Rapport du cercle", PRIVATE)
    asked = tasks_of(app, FACILITATOR)
    assert "1 ressource attend votre relecture" in asked
    assert f"/ressources/{only}/relecture" in asked
    propose(app, "Autre rapport")
    asked = tasks_of(app, FACILITATOR)
    assert "2 ressources attendent votre relecture" in asked
    assert f"/espaces/{PRIVATE}/ressources/a-relire" in asked
    assert [tasks_of(app, one) for one in (MEMBER, OUTSIDER, GUEST, ADMIN, ENTERED)] == [""] * 5


def due(app: Flask, title: str, by: str, space: str = OPEN) -> str:
    """Share a resource whose day has come; return its public id."""
    with app.app_context():
        made = share(title, by=by, space=space)
        with transaction() as session:
            day = today() - timedelta(days=1)
            session.execute(update(Resource).where(Resource.id == made.id).values(review_on=day))
        return made.public_id


@pytest.mark.slow
def test_what_is_due_is_named_to_who_shared_it_or_to_who_runs_the_space_they_left(app: Flask) -> None:
    public_id = due(app, "Guide du guichet", MEMBER)
    asked = tasks_of(app, MEMBER)
    assert "1 ressource est à revoir" in asked
    assert "« Guide du guichet »" in asked
    assert f'href="/ressources/{public_id}"' in asked
    assert tasks_of(app, FACILITATOR) == ""
    due(app, "Guide du soir", MEMBER)
    assert 'href="/ressources/a-revoir"' in tasks_of(app, MEMBER)
    with app.app_context(), transaction() as session:
        session.execute(update(User).where(User.email == MEMBER).values(disabled_at=now()))
    assert "2 ressources sont à revoir" in tasks_of(app, FACILITATOR)
    assert [tasks_of(app, one) for one in (OUTSIDER, GUEST, ADMIN, ENTERED)] == [""] * 4


@pytest.mark.slow
def test_number_of_statements_does_not_grow_with_what_is_asked(app: Flask) -> None:
    counts = []
    for many in (2, 5):
        for n in range(many):
            propose(app, f"Proposée {many}.{n}")
            due(app, f"À revoir {many}.{n}", FACILITATOR)
        browser = Browser(app, FACILITATOR)
        browser.get("/")
        with CountedStatements(app) as counted:
            assert "attendent votre relecture" in browser.get("/").text
        counts.append(len(counted))
    assert counts[0] == counts[1], counts


def test_what_one_began_to_share_is_to_be_finished_by_them_alone(app: Flask) -> None:
    form = f"/espaces/{OPEN}/ressources/nouvelle"
    member = Browser(app, MEMBER)
    member.post(form, {"kind": "note", "title": "Le relais du soir", "plus_tard": "1"})
    asked = tasks_of(app, MEMBER)
    assert ("À terminer" in asked, "« Le relais du soir »" in asked, f'href="{form}"' in asked) == (True, True, True)
    assert [tasks_of(app, one) for one in (OUTSIDER, FACILITATOR, GUEST)] == [""] * 3
    assert "Le relais du soir" in member.get(form).text
    with app.app_context(), transaction() as session:
        session.execute(update(Space).where(Space.slug == OPEN).values(archived_at=now()))
    assert tasks_of(app, MEMBER) == ""


def test_an_untitled_or_a_shared_beginning_asks_for_nothing(app: Flask) -> None:
    form = f"/espaces/{OPEN}/ressources/nouvelle"
    Browser(app, MEMBER).post(form, {"kind": "note", "title": " ", "plus_tard": "1"})
    assert tasks_of(app, MEMBER) == ""
    Browser(app, MEMBER).post(f"{form}/brouillon", {"kind": "note", "title": "Partagée"})
    assert "« Partagée »" in tasks_of(app, MEMBER)
    with app.app_context():
        share("Partagée", by=MEMBER, space=OPEN)
    assert tasks_of(app, MEMBER) == ""
