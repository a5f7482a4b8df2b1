"""A forgotten password: one link by mail, used once, within the hour, and every session ends."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import SecretLink
from app.accounts.operations import RESET_ATTEMPTS, set_password
from app.accounts.passwords import hash_password
from app.accounts.requests.jobs import WELCOME_LIFE
from app.core import clock
from app.core.db import transaction
from app.extensions import db
from tests.people import FORMER, MEMBER, PASSWORD, Cast
from tests.support import Browser, loaded, work

NEW = "sept girafes lisent dehors"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/mot-de-passe/\S+)")


def ask(app: Flask, email: str = MEMBER) -> TestResponse:
    browser = Browser(app)
    browser.get("/mot-de-passe")
    return browser.post("/mot-de-passe", {"email": email})


def mails(app: Flask) -> list[EmailMessage]:
    work(app)
    found: list[EmailMessage] = app.extensions["mail_transport"].messages()
    return found


def link_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found is not None
    return found.group(1)


def a_link(app: Flask) -> str:
    ask(app)
    return link_of(mails(app)[0])


def choose(app: Flask, link: str, password: str = NEW) -> TestResponse:
    browser = Browser(app)
    browser.get(link)
    return browser.post(link, {"password": password})


def signs_in(app: Flask, password: str) -> bool:
    browser = Browser(app)
    browser.get("/connexion")
    return browser.post("/connexion", {"email": MEMBER, "password": password}).status_code == 302


def test_answer_is_the_same_for_known_closed_and_unknown_addresses(app: Flask, cast: Cast) -> None:
    pages = {email: ask(app, email).text.replace(email, "X") for email in (MEMBER, FORMER, "nobody@example.org")}
    without_token = {re.sub(r'csrf_token" value="[^"]+', "", page) for page in pages.values()}
    assert len(without_token) == 1
    assert [mail["To"] for mail in mails(app)] == [MEMBER]


@pytest.mark.parametrize("typed", ["pas une adresse", "malik@montclair", f"{'a' * 250}@lanvallec.example"])
def test_what_is_no_address_is_refused_beside_its_field_and_kept(app: Flask, cast: Cast, typed: str) -> None:
    refused = ask(app, typed)
    page = refused.text.replace("’", "'")
    said = "Cette adresse de courriel n'est pas valable." in page
    assert (refused.status_code, said, f'value="{typed}"' in page) == (422, True, True)
    assert mails(app) == []


def test_mail_is_complete_in_text_and_html_and_comes_from_the_settings(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.get("/mot-de-passe", base_url="http://evil.test")
    browser.post("/mot-de-passe", {"email": MEMBER}, base_url="http://evil.test")
    mail = mails(app)[0]
    html = mail.get_body(("html",))
    assert html is not None
    assert link_of(mail) in html.get_content()
    assert "evil.test" not in str(mail)
    assert "Bonjour Malik Benali" in html.get_content()
    assert "<style" not in html.get_content()


def test_link_changes_the_password_once(app: Flask, cast: Cast) -> None:
    link = a_link(app)
    assert choose(app, link).headers["Location"] == "/connexion"
    assert signs_in(app, NEW)
    assert not signs_in(app, PASSWORD)
    assert choose(app, link, "une autre phrase de quatre mots").status_code == 404
    assert signs_in(app, NEW)


def test_opening_the_link_does_not_use_it_up(app: Flask, cast: Cast) -> None:
    link = a_link(app)
    for _ in range(3):
        assert app.test_client().get(link).status_code == 200
        assert app.test_client().head(link).status_code == 200
    assert choose(app, link).status_code == 302


def test_link_dies_after_an_hour(app: Flask, cast: Cast) -> None:
    start, link = clock.now(), a_link(app)
    clock.set_clock(lambda: start + timedelta(minutes=59))
    assert app.test_client().get(link).status_code == 200
    clock.set_clock(lambda: start + timedelta(minutes=61))
    answer = choose(app, link)
    assert answer.status_code == 404
    assert "Ce lien n’est plus valable" in answer.text
    assert WELCOME_LIFE.days == 14
    assert "pendant 14 jours celui d’un message de bienvenue, pendant une heure les autres" in answer.text


def test_every_link_dies_when_the_password_changes(app: Flask, cast: Cast) -> None:
    ask(app)
    ask(app)
    first, second = (link_of(mail) for mail in mails(app))
    assert first != second
    choose(app, first)
    assert app.test_client().get(second).status_code == 404
    third = a_link(app)
    with app.app_context():
        hashed_password = hash_password(PASSWORD)
        with transaction():
            set_password(loaded(MEMBER), hashed_password)
    assert app.test_client().get(third).status_code == 404


def test_every_session_ends_with_the_old_password(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    assert browser.get("/").status_code == 200
    choose(app, a_link(app))
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    "password", ["", "court", "motdepasse123", "aaaaaaaaaaaaaaaa", "Malik Benali", "malik benali 24", "x" * 300, MEMBER]
)
def test_weak_password_is_refused_with_a_sentence_and_the_link_lives_on(app: Flask, cast: Cast, password: str) -> None:
    link = a_link(app)
    answer = choose(app, link, password)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert choose(app, link).status_code == 302


def test_only_the_hash_of_a_link_is_kept(app: Flask, cast: Cast) -> None:
    secret = a_link(app).rsplit("/", 1)[1]
    assert len(secret) >= 43  # 256 bits in base64
    with app.app_context():
        stored = db.session.scalars(select(SecretLink.secret_hash)).one()
    assert secret not in stored


@pytest.mark.parametrize("secret", ["x", "é", "%00", "a" * 3000, "%ED%A0%80"])
def test_unknown_links_are_not_found(app: Flask, cast: Cast, secret: str) -> None:
    assert app.test_client().get(f"/mot-de-passe/{secret}").status_code == 404


def test_address_of_the_link_goes_to_no_other_site(app: Flask, cast: Cast) -> None:
    assert app.test_client().get(a_link(app)).headers["Referrer-Policy"] == "no-referrer"


def test_asking_again_and_again_is_slowed_down(app: Flask, cast: Cast) -> None:
    for _ in range(RESET_ATTEMPTS.free):
        assert ask(app).status_code == 200
    answer = ask(app)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 1


@pytest.mark.parametrize("email", ["", "x" * 300])
def test_unusable_address_is_refused_with_a_sentence(app: Flask, cast: Cast, email: str) -> None:
    assert ask(app, email).status_code == 422
