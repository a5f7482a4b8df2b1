"""Signing in by a mailed link: one use, a quarter of an hour, the same answer for everybody."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import SecretLink
from app.accounts.operations import LINK_ATTEMPTS, disable
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.drafts import draft_for
from app.extensions import db
from tests.people import FORMER, MEMBER, OPEN, Cast
from tests.support import Browser, loaded, work

LINK = re.compile(r"http://127\.0\.0\.1:8000(/connexion/lien/\S+)")
CHANGING = re.compile(r'name="csrf_token" value="[^"]+"')


def ask(browser: Browser, email: str = MEMBER, **more: str) -> TestResponse:
    browser.get("/connexion")
    return browser.post("/connexion/lien", {"email": email, **more})


def link_for(app: Flask) -> str:
    work(app)
    mail = app.extensions["mail_transport"].messages()[0]
    assert mail["To"] == MEMBER
    found = LINK.search(mail.get_body(("plain",)).get_content())
    assert found is not None
    return found.group(1)


def follow(browser: Browser, link: str) -> TestResponse:
    browser.get(link)
    return browser.post(link)


def test_link_signs_in_once(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    assert ask(browser).status_code == 200
    link = link_for(app)
    assert follow(browser, link).headers["Location"] == "/"
    assert browser.get("/").status_code == 200
    other = Browser(app)
    other.get("/connexion")
    assert other.post(link).status_code == 404
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.signed_in")).one()
        assert entry.detail == {"way": "link"}


def test_page_of_the_link_says_whose_it_is_and_uses_nothing_up(app: Flask, cast: Cast) -> None:
    ask(Browser(app))
    link = link_for(app)
    for _ in range(3):
        answer = app.test_client().get(link)
        assert f"comme Malik Benali ({MEMBER})" in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert follow(Browser(app), link).status_code == 302


@pytest.mark.parametrize("email", ["nobody@example.org", FORMER])
def test_answer_is_the_same_for_known_and_unknown_addresses(app: Flask, cast: Cast, email: str) -> None:
    known, other = ask(Browser(app)), ask(Browser(app), email)
    assert (known.status_code, other.status_code) == (200, 200)
    assert CHANGING.sub("", known.text.replace(MEMBER, "")) == CHANGING.sub("", other.text.replace(email, ""))
    work(app)
    assert [mail["To"] for mail in app.extensions["mail_transport"].messages()] == [MEMBER]


@pytest.mark.parametrize("typed", ["pas une adresse", "malik@montclair", f"{'a' * 250}@lanvallec.example", " "])
def test_what_is_no_address_is_refused_beside_its_field_and_kept(app: Flask, cast: Cast, typed: str) -> None:
    kept = json.dumps({"path": "/x", "fields": {"body": "Un texte"}})
    refused = ask(Browser(app), typed, next=f"/espaces/{OPEN}", kept=kept)
    page = refused.text.replace("’", "'")
    said = "Cette adresse de courriel n'est pas valable." if typed.strip() else "Indiquez votre adresse de courriel."
    assert (refused.status_code, said in page, 'aria-invalid="true"' in page) == (422, True, True)
    assert f'value="{typed.strip()}"' in page
    assert ("Un texte" in page, f'value="/espaces/{OPEN}"' in page) == (True, True)
    work(app)
    assert app.extensions["mail_transport"].messages() == []


def test_link_dies_after_a_quarter_of_an_hour_and_with_the_account(app: Flask, cast: Cast) -> None:
    start = clock.now()
    ask(Browser(app))
    link = link_for(app)
    clock.set_clock(lambda: start + timedelta(minutes=16))
    assert app.test_client().get(link).status_code == 404
    clock.set_clock(lambda: start)
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
    assert app.test_client().get(link).status_code == 404


def test_asked_page_and_kept_text_come_after(app: Flask, cast: Cast) -> None:
    kept = json.dumps({"path": "/x", "fields": {"body": "Un texte"}})
    browser = Browser(app)
    ask(browser, next=f"/espaces/{OPEN}", kept=kept)
    assert follow(browser, link_for(app)).headers["Location"] == f"/espaces/{OPEN}"
    with app.app_context():
        assert draft_for(loaded(MEMBER), "/x") == {"body": "Un texte"}


@pytest.mark.parametrize("target", ["//evil.test", "/\\evil.test", "https://evil.test"])
def test_no_link_leads_out_of_the_site(app: Flask, cast: Cast, target: str) -> None:
    ask(Browser(app), next=target)
    link = link_for(app)
    assert "evil" not in link
    assert follow(Browser(app), f"{link}?next={target}").headers["Location"] == "/"


def test_password_stays_what_is_asked_for_before_a_sensitive_act(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    ask(browser)
    follow(browser, link_for(app))
    assert browser.get("/moi/securite/adresse").headers["Location"].startswith("/confirmation")


def test_who_has_no_password_has_confirmed_by_the_link(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        loaded(MEMBER).password_hash = None
    browser = Browser(app)
    ask(browser)
    follow(browser, link_for(app))
    assert browser.get("/moi/securite/adresse").status_code == 200


def test_refusal_offers_the_link_and_the_address_typed_goes_along(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    page = browser.get("/connexion")
    assert 'formaction="/connexion/lien"' in page.text
    refused = browser.post("/connexion", {"email": MEMBER, "password": "ce n'est pas lui"})
    assert "Vous pouvez recevoir un lien de connexion." in refused.text
    empty = browser.post("/connexion/lien", {"email": "", "password": "secret mot"})
    assert empty.status_code == 422
    assert "secret mot" not in empty.text


def test_only_the_hash_of_a_link_is_kept(app: Flask, cast: Cast) -> None:
    ask(Browser(app))
    secret = link_for(app).rsplit("/", 1)[1]
    with app.app_context():
        assert secret not in db.session.scalars(select(SecretLink.secret_hash)).one()


@pytest.mark.parametrize("secret", ["x", "é", "%00", "a" * 3000, "%ED%A0%80"])
def test_unknown_links_are_not_found(app: Flask, cast: Cast, secret: str) -> None:
    assert app.test_client().get(f"/connexion/lien/{secret}").status_code == 404


def test_asking_again_and_again_is_slowed_down(app: Flask, cast: Cast) -> None:
    for _ in range(LINK_ATTEMPTS.free):
        assert ask(Browser(app)).status_code == 200
    answer = ask(Browser(app))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 1
