"""``flask users …``: the accounts of a site without any page."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import UserKind
from app.accounts.operations import ACCOUNT_ATTEMPTS
from app.accounts.queries import user_by_email
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.extensions import db
from tests.people import ADMIN, FORMER, MEMBER, PASSWORD, REFERENT, Cast
from tests.support import Browser, loaded, work

STRONG = "sept girafes lisent dehors"


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", *arguments])
    return result.exit_code, result.output


def sign_in(app: Flask, email: str, password: str) -> int:
    browser = Browser(app)
    browser.get("/connexion")
    return browser.post("/connexion", {"email": email, "password": password}).status_code


def test_created_administrator_signs_in_with_the_password_printed_once(app: Flask) -> None:
    code, output = run(
        app, "create", "Claire@Montclair.example", "Claire Vasseur", "--admin", "--organisation", "Montclair"
    )
    assert code == 0
    found = re.fullmatch(r"claire@montclair\.example created, password: (\S+)\n", output)
    assert found is not None
    assert sign_in(app, "claire@montclair.example", found.group(1)) == 302
    with app.app_context():
        user = loaded("claire@montclair.example")
        assert user.is_admin
        assert user.organisation is not None
        assert user.organisation.name == "Montclair"


def test_given_password_is_not_printed(app: Flask) -> None:
    code, output = run(app, "create", "g@example.org", "Guy Dupont", "--guest", "--password", STRONG)
    assert (code, output) == (0, "g@example.org created\n")
    with app.app_context():
        assert loaded("g@example.org").kind == UserKind.GUEST


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "a@example.org", "A", "--password", "court"),
        ("create", "not-an-address", "A"),
        ("create", MEMBER, "Un autre"),
        ("create", "a@example.org", "A", "--organisation", " "),
        ("reset-factor", MEMBER),
        ("create", "a@example.org", " "),
        ("create", "a@example.org", "A", "--guest", "--admin"),
        ("create", "a@example.org", "A", "--language", "zz"),
        ("unblock", "nobody@example.org"),
        ("password", "nobody@example.org"),
        ("password", MEMBER, "--password", "motdepasse123"),
        ("disable", "nobody@example.org"),
    ],
)
def test_refusals_say_why_and_change_nothing(app: Flask, cast: Cast, arguments: tuple[str, ...]) -> None:
    code, output = run(app, *arguments)
    assert code == 1
    assert output.startswith("Error: ")
    assert len(output) > 15
    with app.app_context():
        assert user_by_email("a@example.org") is None
        assert loaded(MEMBER).name == "Malik Benali"
    assert sign_in(app, MEMBER, PASSWORD) == 302


def test_city_is_found_whatever_its_accents_and_letter_case(app: Flask, cast: Cast) -> None:
    assert run(app, "create", "a@example.org", "A", "--organisation", "CASTELMAURÉ")[0] == 0
    with app.app_context():
        place = loaded("a@example.org").organisation
        assert (place.name if place else None) == "Castelmaure"


def test_new_password_ends_the_sessions(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    assert run(app, "password", MEMBER, "--password", STRONG) == (0, f"{MEMBER} changed\n")
    assert browser.get("/").status_code == 302
    assert sign_in(app, MEMBER, STRONG) == 302
    work(app)
    told = [mail for mail in app.extensions["mail_transport"].messages() if mail["To"] == MEMBER]
    assert [mail["Subject"] for mail in told] == ["Votre mot de passe a changé"]
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.password_changed")).one()
        assert (line.person_id, line.subject_id) == (None, loaded(MEMBER).id)


def test_disabled_account_is_closed_at_once(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    assert run(app, "disable", MEMBER)[0] == 0
    assert browser.get("/").status_code == 302
    assert sign_in(app, MEMBER, PASSWORD) == 422


def test_unblock_lifts_the_wait(app: Flask, cast: Cast) -> None:
    for _ in range(ACCOUNT_ATTEMPTS.free):
        sign_in(app, MEMBER, "mauvais mot de passe")
    assert sign_in(app, MEMBER, PASSWORD) == 429
    assert run(app, "unblock", MEMBER)[0] == 0
    assert sign_in(app, MEMBER, PASSWORD) == 302
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.waits_lifted")).one()
        assert (line.person_id, line.subject_id) == (None, loaded(MEMBER).id)


def test_list_names_every_account(app: Flask, cast: Cast) -> None:
    code, output = run(app, "list")
    assert code == 0
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert len(lines) == len(cast.people)
    assert lines[ADMIN].endswith("admin")
    assert lines[FORMER].endswith("disabled")
    assert lines[REFERENT].endswith("referent")
    assert "Malik Benali (Port-Elvain)" in lines[MEMBER]


def test_list_stays_in_columns_beside_a_long_address(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        loaded(MEMBER).email = "chargee-de-prevention-de-la-delinquance@port-elvain.example"
    lines = run(app, "list")[1].splitlines()
    assert len({len(re.split(r" (?:member|guest) ", line)[0]) for line in lines}) == 1
