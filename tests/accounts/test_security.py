"""One's own account: a new password ends the other sessions, a new address is confirmed by both."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.email_change import CHANGE_ATTEMPTS, CHANGE_LIFE, change_of, purge_changes
from app.accounts.models import EmailChange
from app.accounts.operations import RESET, RESET_LIFE, create_user, disable, make_secret_link
from app.accounts.passwords import weakness
from app.accounts.queries import user_by_email, valid_link
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.sheets import read_text
from app.extensions import db
from app.spaces.importing.operations import keep_sheet
from app.spaces.invitations.details import InvitationDetails
from app.spaces.invitations.operations import invite
from app.spaces.models import Invitation, PeopleImportRow, Space
from tests.people import FACILITATOR, MEMBER, OUTSIDER, PASSWORD, REQUEST, Cast
from tests.support import Browser, loaded, work

NEW_PASSWORD = "sept girafes lisent dehors"
NEW = "malik.benali@port-elvain.example"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/adresse/\S+)")


def mails(app: Flask) -> dict[str, EmailMessage]:
    work(app)
    return {str(mail["To"]): mail for mail in reversed(app.extensions["mail_transport"].messages())}


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def sign_in(app: Flask, email: str, password: str) -> TestResponse:
    browser = Browser(app)
    browser.get("/connexion")
    return browser.post("/connexion", {"email": email, "password": password})


def test_new_password_ends_the_other_sessions_and_the_owner_is_told(app: Flask, cast: Cast) -> None:
    browser, other = Browser(app), Browser(app, MEMBER)
    browser.get("/connexion")
    browser.post("/connexion", {"email": MEMBER, "password": PASSWORD})
    browser.get("/moi/securite/mot-de-passe")
    answer = browser.post("/moi/securite/mot-de-passe", {"password": NEW_PASSWORD})
    assert answer.headers["Location"] == "/moi/securite"
    assert browser.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert sign_in(app, MEMBER, PASSWORD).status_code == 422
    assert sign_in(app, MEMBER, NEW_PASSWORD).status_code == 302
    assert "Le mot de passe de votre compte vient d’être changé." in text_of(mails(app)[MEMBER])


@pytest.mark.parametrize(
    "password", ["", "court", "Malik Benali", "x" * 300, "reseau-des-villes", "Réseau des villes 2026"]
)
def test_weak_password_is_refused_beside_the_field(app: Flask, cast: Cast, password: str) -> None:
    browser = Browser(app, MEMBER)
    browser.get("/moi/securite/mot-de-passe")
    answer = browser.post("/moi/securite/mot-de-passe", {"password": password})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert sign_in(app, MEMBER, PASSWORD).status_code == 302


@pytest.mark.parametrize("page", ["mot-de-passe", "adresse"])
def test_changes_ask_for_the_password_first(app: Flask, cast: Cast, page: str) -> None:
    browser, start = Browser(app, MEMBER), clock.now()
    browser.get("/")
    clock.set_clock(lambda: start + timedelta(minutes=16))
    sent = browser.get(f"/moi/securite/{page}").headers["Location"]
    assert sent == f"/confirmation?next=/moi/securite/{page}"
    assert browser.post(f"/moi/securite/{page}", {"password": NEW_PASSWORD, "email": NEW}).status_code == 401
    with app.app_context():
        assert change_of(loaded(MEMBER)) is None
    assert sign_in(app, MEMBER, PASSWORD).status_code == 302


def ask(app: Flask, email: str = NEW, who: str = MEMBER) -> TestResponse:
    browser = Browser(app, who)
    browser.get("/moi/securite/adresse")
    return browser.post("/moi/securite/adresse", {"email": email})


def links(app: Flask) -> tuple[str, str]:
    found = [LINK.search(text_of(mails(app)[place])) for place in (MEMBER, NEW)]
    assert found[0] is not None
    assert found[1] is not None
    return found[0].group(1), found[1].group(1)


def confirm(app: Flask, link: str) -> TestResponse:
    stranger = Browser(app)
    stranger.get(link)
    return stranger.post(link)


@pytest.mark.parametrize("first", [0, 1])
def test_address_changes_once_both_have_confirmed_in_any_order(app: Flask, cast: Cast, first: int) -> None:
    ask(app, f"  {NEW.upper()} ")
    both = links(app)
    half = confirm(app, both[first])
    assert "Ouvrez maintenant le lien reçu à l’autre adresse" in half.text
    assert confirm(app, both[first]).status_code == 200
    with app.app_context():
        assert user_by_email(NEW) is None
    done = confirm(app, both[1 - first])
    assert f"votre compte a maintenant l’adresse {NEW}" in done.text
    assert sign_in(app, NEW, PASSWORD).status_code == 302
    assert sign_in(app, MEMBER, PASSWORD).status_code == 422
    assert confirm(app, both[0]).status_code == 404
    for place in (MEMBER, NEW):
        assert f"L’adresse de votre compte est maintenant {NEW}." in text_of(mails(app)[place])
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.email_changed")).one()
        assert entry.detail == {}  # the journal names nobody but by an id: erased is erased


def test_what_waits_at_the_former_address_goes_with_it(app: Flask, cast: Cast) -> None:
    ask(app, NEW)
    both = links(app)
    with app.app_context(), transaction():
        by, space = loaded(FACILITATOR), db.session.get_one(Space, cast.spaces[REQUEST])
        for email in (MEMBER, OUTSIDER):
            invite(by, InvitationDetails(email, spaces=(space,)))
        keep_sheet(by, "liste.csv", read_text(f"Nom;Adresse\nMalik Benali;{MEMBER}\nOdile;{OUTSIDER}\n"))
    for link in both:
        confirm(app, link)
    with app.app_context():
        assert db.session.scalars(select(Invitation.email)).all() == [OUTSIDER]
        assert [row.cells[1] for row in db.session.scalars(select(PeopleImportRow).order_by(PeopleImportRow.n))] == [
            "",
            OUTSIDER,
        ]


def test_opening_the_links_changes_nothing(app: Flask, cast: Cast) -> None:
    ask(app)
    for link in links(app) * 2:
        answer = app.test_client().get(link)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    with app.app_context():
        change = change_of(loaded(MEMBER))
        assert change is not None
        assert (change.old_confirmed_at, change.new_confirmed_at) == (None, None)


def test_taken_address_is_answered_in_the_same_words_and_gets_no_link(app: Flask, cast: Cast) -> None:
    taken, free = ask(app, OUTSIDER), ask(app, NEW, who=OUTSIDER)
    assert (taken.status_code, taken.headers["Location"]) == (free.status_code, free.headers["Location"])
    browser = Browser(app, MEMBER)
    assert f"Changement en cours vers {OUTSIDER}" in browser.get("/moi/securite").text
    work(app)
    to_taken = [text_of(mail) for mail in app.extensions["mail_transport"].messages() if mail["To"] == OUTSIDER]
    assert any("Elle a déjà un compte ici" in text for text in to_taken)
    assert "Malik" not in "".join(to_taken)
    old_link = LINK.search(text_of(mails(app)[MEMBER]))
    assert old_link is not None
    assert "Ouvrez maintenant" in confirm(app, old_link.group(1)).text
    with app.app_context():
        assert loaded(MEMBER).email == MEMBER


def test_address_taken_meanwhile_is_said_and_nothing_changes(app: Flask, cast: Cast) -> None:
    ask(app)
    both = links(app)
    confirm(app, both[0])
    with app.app_context(), transaction():
        create_user(NEW, "Un autre")
    answer = confirm(app, both[1])
    assert answer.status_code == 409
    assert "ne peut plus être prise" in answer.text
    assert sign_in(app, MEMBER, PASSWORD).status_code == 302


def test_links_mailed_to_the_old_address_die_with_it(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        secret = make_secret_link(loaded(MEMBER), RESET, RESET_LIFE)
    ask(app)
    for link in links(app):
        confirm(app, link)
    with app.app_context():
        assert valid_link(RESET, secret) is None


def test_links_die_after_a_day_when_withdrawn_and_with_the_account(app: Flask, cast: Cast) -> None:
    start = clock.now()
    ask(app)
    link = links(app)[0]
    clock.set_clock(lambda: start + CHANGE_LIFE + timedelta(seconds=1))
    assert confirm(app, link).status_code == 404
    with app.app_context():
        purge_changes({})
        assert db.session.scalars(select(EmailChange)).all() == []
    clock.set_clock(lambda: start)
    ask(app)
    second = links(app)[0]
    assert Browser(app, MEMBER).post("/moi/securite/adresse/annuler").status_code == 302
    assert confirm(app, second).status_code == 404
    ask(app)
    third = links(app)[0]
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
    assert confirm(app, third).status_code == 404


def test_only_hashes_of_the_links_are_kept(app: Flask, cast: Cast) -> None:
    ask(app)
    secrets = [link.rsplit("/", 1)[1] for link in links(app)]
    with app.app_context():
        row = db.session.scalars(select(EmailChange)).one()
        assert not {row.old_secret_hash, row.new_secret_hash} & set(secrets)


@pytest.mark.parametrize("email", ["", "x", "a b@c.example", "x" * 300 + "@a.example", MEMBER, MEMBER.upper()])
def test_unusable_address_is_refused_beside_the_field(app: Flask, cast: Cast, email: str) -> None:
    answer = ask(app, email)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("secret", ["x", "é", "%00", "a" * 3000, "%ED%A0%80"])
def test_unknown_links_are_not_found(app: Flask, cast: Cast, secret: str) -> None:
    assert app.test_client().get(f"/adresse/{secret}").status_code == 404


def test_asking_again_and_again_is_slowed_down(app: Flask, cast: Cast) -> None:
    for _ in range(CHANGE_ATTEMPTS.free):
        assert ask(app).status_code == 302
    assert ask(app).status_code == 429


@pytest.mark.parametrize("typed", ["a@b", "a@ville.fr,b@ville.fr", "<a>@ville.fr", "a;b@ville.fr", "@ville.fr"])
def test_new_address_is_one_address(app: Flask, cast: Cast, typed: str) -> None:
    answer = ask(app, typed)
    assert (answer.status_code, "n’est pas valable" in answer.text) == (422, True)
    assert mails(app) == {}


@pytest.mark.parametrize("password", ["482915037746", "&!§?;:/=+%£$*", "réseau de rivières et villes"])
def test_any_characters_may_make_a_password(app: Flask, cast: Cast, password: str) -> None:
    with app.app_context():
        assert weakness(password, "", MEMBER) is None
