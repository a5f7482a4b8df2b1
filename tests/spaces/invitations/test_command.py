"""Inviting from the command line, with the rights of the one who invites."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import UserKind
from app.core.clock import now
from app.extensions import db
from app.spaces.models import Invitation
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, PRIVATE, Cast
from tests.spaces.invitations.post import NEW
from tests.support import loaded


def _run(app: Flask, *words: str) -> tuple[int, str]:
    answer = app.test_cli_runner().invoke(args=["spaces", "invite", NEW, *words])
    return answer.exit_code, answer.output


def test_guest_is_invited_by_who_runs_the_space(app: Flask, cast: Cast) -> None:
    assert _run(app, "--space", PRIVATE, "--space", OPEN, "--guest", "--purpose", "Une visite")[0] == 0
    with app.app_context():
        one = db.session.scalars(select(Invitation)).one()
        assert (one.invited_by, one.kind) == (loaded(FACILITATOR), UserKind.GUEST)
        assert one.guest_until is not None
        assert one.guest_until > now() + timedelta(days=89)


def test_member_is_invited_by_an_administrator(app: Flask, cast: Cast) -> None:
    assert _run(app, "--organisation", "Lanvallec")[0] == 0
    with app.app_context():
        assert db.session.scalars(select(Invitation)).one().invited_by == loaded(ADMIN)


def test_host_learns_who_must_be_let_in_first(app: Flask, cast: Cast) -> None:
    assert "an administrator must let this person in first" in _run(app, "--space", OPEN)[1]
    assert "first" not in _run(app, "--space", OPEN, "--guest")[1] + _run(app)[1]


@pytest.mark.parametrize(
    "words",
    [
        ("--space", "nulle-part"),
        ("--space", PRIVATE, "--guest", "--until", "2020-01-01"),
        ("--space", PRIVATE, "--as", ADMIN),
        ("--space", PRIVATE, "--as", MEMBER),
        ("--as", "personne@ville.example"),
        ("--organisation", "Nulle-Part"),
        ("--guest",),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_sent(app: Flask, cast: Cast, words: tuple[str, ...]) -> None:
    code, said = _run(app, *words)
    assert (code, said.startswith("Error: ")) == (1, True)
    with app.app_context():
        assert db.session.scalars(select(Invitation)).all() == []
