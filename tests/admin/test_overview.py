"""The front page of the administration: what waits for a decision, and the last lines of the journal."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app.accounts.models import AccessRequest, RequestState
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.spaces.models import Membership, Role
from tests.people import ADMIN, GUEST, Cast
from tests.support import Browser, loaded

OVERVIEW = "/administration"
NOTHING = "Rien n’attend de décision"


def _read(app: Flask) -> str:
    return Browser(app, ADMIN).get(OVERVIEW).get_data(as_text=True)


def _access_of_guest(until_days: int) -> None:
    with transaction():
        place = db.session.scalar(select(Membership).where(Membership.user_id == loaded(GUEST).id))
        assert place is not None
        place.expires_at = now() + timedelta(days=until_days)


def test_says_that_nothing_waits_and_leads_to_the_journal(app: Flask, cast: Cast) -> None:
    page = _read(app)
    assert NOTHING in page
    assert "Dernières actions" in page
    assert ">Journal</a>" in page


def test_shows_the_request_of_a_stranger(app: Flask, cast: Cast) -> None:
    asked = AccessRequest(
        name="Odile Renoir",
        email="odile@ailleurs.example",
        organisation_name="Ailleurs",
        secret_hash="x",
        state=RequestState.PENDING,
        confirmed_at=now(),
    )
    with app.app_context(), transaction():
        db.session.add(asked)
    page = _read(app)
    assert "Odile Renoir" in page
    assert NOTHING not in page


def test_shows_a_guest_whose_access_ends_soon_and_no_other(app: Flask, cast: Cast) -> None:
    with app.app_context():
        _access_of_guest(60)
    assert "bientôt terminés" not in _read(app)
    with app.app_context():
        _access_of_guest(5)
    assert "bientôt terminés" in _read(app)


def test_shows_a_space_nobody_runs(app: Flask, cast: Cast) -> None:
    assert "Espaces sans animation" not in _read(app)
    with app.app_context(), transaction():
        for place in db.session.scalars(select(Membership).where(Membership.role == Role.FACILITATOR)):
            place.role = Role.MEMBER
    assert "Choisir qui l’anime" in _read(app)
