"""The language chosen on a page that a mailed link leads to: its address goes nowhere else, and the page stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import AccessRequest, EmailChange
from app.accounts.operations import CONFIRMATION, RESET, SIGN_IN, make_secret_link
from app.accounts.requests.operations import Asked, ask_for_access, new_secret
from app.core.clock import now
from app.core.db import transaction
from app.core.sessions import hashed
from app.extensions import db
from tests.people import MEMBER, Cast
from tests.support import Browser, loaded

FORM = re.compile(r'<form class="language"[^>]*>')


def mailed(purpose: str) -> str:
    """Return the secret of a link of a person, as their mail carries it."""
    with transaction():
        return make_secret_link(loaded(MEMBER), purpose, timedelta(minutes=9))


def asked_for() -> str:
    """Return the secret by which somebody confirms their request for access."""
    with transaction():
        ask_for_access(Asked("yann@lanvallec.fr", "Yann Derrien", "Adjoint", "Lanvallec"))
        return new_secret(db.session.scalars(select(AccessRequest)).one())


def other_address() -> str:
    """Return the secret by which a person confirms their new address."""
    moment = now() + timedelta(days=1)
    with transaction() as session:
        session.add(
            EmailChange(
                user_id=loaded(MEMBER).id,
                new_email="claire@lanvallec.fr",
                old_secret_hash=hashed("old"),
                new_secret_hash=hashed("new"),
                expires_at=moment,
            )
        )
    return "new"


@pytest.mark.parametrize(
    ("path", "secret", "words"),
    [
        ("/mot-de-passe/{}", lambda: mailed(RESET), "Choose a new password"),
        ("/mot-de-passe/{}", lambda: "over", "This link is no longer valid"),
        ("/connexion/lien/{}?next=/espaces", lambda: mailed(SIGN_IN), "You are about to sign in as"),
        ("/demande-acces/{}", asked_for, "Confirm and pass on my request"),
        ("/adresse/{}", other_address, "Confirm the change"),
    ],
)
def test_page_of_a_mailed_link_stays_when_its_reader_changes_language(
    app: Flask, cast: Cast, path: str, secret: Callable[[], str], words: str
) -> None:
    with app.app_context():
        address = path.format(secret())
    here = Browser(app)
    [form] = FORM.findall(here.get(address).text)
    assert "action" not in form
    answer = here.post(address, {"lang": "en"})
    assert answer.headers["Location"] == address
    assert words in here.get(address).text


def test_page_that_confirms_again_stays_and_the_account_keeps_the_language(app: Flask, cast: Cast) -> None:
    with app.app_context():
        address = f"/confirmation/{mailed(CONFIRMATION)}?next=/espaces"
    here = Browser(app, MEMBER)
    forms = FORM.findall(here.get(address).text)
    assert forms
    assert not [one for one in forms if "action" in one]
    assert here.post(address, {"lang": "en"}).headers["Location"] == address
    assert "Confirm to go on with what you were doing" in here.get(address).text
    with app.app_context():
        assert loaded(MEMBER).language == "en"


def test_page_of_what_is_done_is_not_asked_again_in_another_language(app: Flask, cast: Cast) -> None:
    with app.app_context():
        address = f"/demande-acces/{asked_for()}"
    here = Browser(app)
    here.get(address)
    [form] = FORM.findall(here.post(address).text)
    assert 'action="/langue"' in form
