"""Signing in and out: same answers for everybody, sessions that end when told to, and no text ever lost."""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.managing import lift_waits
from app.accounts.models import User
from app.accounts.operations import (
    ACCOUNT_ATTEMPTS,
    DEVICE_ATTEMPTS,
    NETWORK_ATTEMPTS,
    authenticate,
    disable,
    set_password,
)
from app.accounts.passwords import hash_password
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.errors import TooManyError
from app.core.sessions import UserSession, hashed
from app.core.throttle import Attempts
from app.extensions import db
from tests.people import ADMIN, FORMER, MEMBER, OPEN, OUTSIDER, PASSWORD, PRIVATE, Cast
from tests.support import Browser, loaded, space_called, thoroughly

CHANGING = re.compile(r'name="csrf_token" value="[^"]+"|name="email"[^>]*>')
KEPT = re.compile(r'name="kept" value="([^"]*)"')
WRONG = "ce n'est pas le bon mot"


def sign_in(browser: Browser, email: str = MEMBER, password: str = PASSWORD, **more: str) -> TestResponse:
    browser.get("/connexion")
    return browser.post("/connexion", {"email": email, "password": password, **more})


def cookie_of(app: Flask, browser: Browser) -> str:
    cookie = browser.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.value


def test_right_password_opens_the_network(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    answer = sign_in(browser, f"  {MEMBER.upper()} ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Malik Benali" in browser.get("/").text
    assert browser.get("/connexion").headers["Location"] == "/"


@pytest.mark.parametrize("email", ["nobody@example.org", FORMER, "not an address", "é@ü.example", "a" * 250])
def test_refusal_has_the_same_words_for_known_and_unknown_accounts(app: Flask, cast: Cast, email: str) -> None:
    known, other = sign_in(Browser(app), MEMBER, WRONG), sign_in(Browser(app), email, WRONG)
    assert (known.status_code, other.status_code) == (422, 422)
    assert "Adresse ou mot de passe non reconnus." in known.text
    assert CHANGING.sub("", known.text) == CHANGING.sub("", other.text)


def test_closed_account_does_not_open_with_its_right_password(app: Flask, cast: Cast) -> None:
    assert sign_in(Browser(app), FORMER).status_code == 422


@pytest.mark.parametrize("fields", [{}, {"email": MEMBER}, {"password": PASSWORD}, {"email": "", "password": ""}])
def test_empty_fields_are_named(app: Flask, cast: Cast, fields: dict[str, str]) -> None:
    browser = Browser(app)
    browser.get("/connexion")
    answer = browser.post("/connexion", fields)
    assert answer.status_code == 422
    assert "Indiquez votre" in answer.text
    assert "<title>Erreur\u00a0: Se connecter" in answer.text


@pytest.mark.parametrize("text", ["\x00", "\ud800", "😀" * 300, "a" * 100_000, "%00%ff"])
def test_odd_texts_are_refused_and_break_nothing(app: Flask, cast: Cast, text: str) -> None:
    raw = quote(text.encode("utf-8", "surrogatepass"))
    browser = Browser(app)
    browser.get("/connexion")
    body = f"csrf_token={browser.token}&email={raw}&password={raw}"
    answer = browser.client.post("/connexion", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


def test_typed_address_stays_and_the_password_never_comes_back(app: Flask, cast: Cast) -> None:
    answer = sign_in(Browser(app), MEMBER, WRONG)
    assert f'value="{MEMBER}"' in answer.text
    assert WRONG not in unescape(answer.text)


def test_guessing_is_slowed_down_for_the_account_wherever_it_comes_from(app: Flask, cast: Cast) -> None:
    for number in range(ACCOUNT_ATTEMPTS.free):
        browser = Browser(app)
        browser.client.environ_base["REMOTE_ADDR"] = f"198.51.{number}.7"
        assert sign_in(browser, MEMBER, WRONG).status_code == 422
    answer = sign_in(Browser(app))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert "Attendez" in answer.text
    assert 'name="password"' in answer.text
    assert sign_in(Browser(app), OUTSIDER).status_code == 302


def test_guessing_is_slowed_down_for_unknown_accounts_alike(app: Flask, cast: Cast) -> None:
    for _ in range(ACCOUNT_ATTEMPTS.free):
        sign_in(Browser(app), "nobody@example.org", WRONG)
    assert sign_in(Browser(app), "nobody@example.org", WRONG).status_code == 429


def test_wait_grows_then_ends(app: Flask, cast: Cast) -> None:
    start, waits = clock.now(), []
    for _ in range(ACCOUNT_ATTEMPTS.free):
        sign_in(Browser(app), MEMBER, WRONG)
    moment = start
    for _ in range(3):
        clock.set_clock(lambda moment=moment: moment)  # type: ignore[misc]
        waits.append(int(sign_in(Browser(app), MEMBER, WRONG).headers["Retry-After"]))
        moment += timedelta(seconds=waits[-1] + 1)
        clock.set_clock(lambda moment=moment: moment)  # type: ignore[misc]
        assert sign_in(Browser(app), MEMBER, WRONG).status_code == 422
    assert waits == sorted(waits)
    assert waits[2] > waits[0]
    clock.set_clock(lambda: start + timedelta(hours=2))
    assert sign_in(Browser(app)).status_code == 302


def test_guessing_over_many_accounts_is_slowed_down_for_the_network(app: Flask, cast: Cast) -> None:
    for number in range(NETWORK_ATTEMPTS.free):
        browser = Browser(app)
        browser.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert sign_in(browser, f"guess{number}@example.org", WRONG).status_code == 422
    last = Browser(app)
    last.client.environ_base["REMOTE_ADDR"] = "203.0.113.250"
    assert sign_in(last).status_code == 429
    elsewhere = Browser(app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.100.1"
    assert sign_in(elsewhere).status_code == 302


def test_strangers_cannot_keep_the_owner_out_of_a_known_device(app: Flask, cast: Cast) -> None:
    own = Browser(app)
    sign_in(own)
    own.post("/deconnexion")
    for _ in range(ACCOUNT_ATTEMPTS.free):
        sign_in(Browser(app), MEMBER, WRONG)
    assert sign_in(Browser(app)).status_code == 429
    own.token = ""
    assert sign_in(own).status_code == 302


def test_lifted_wait_is_lifted_on_a_known_device_too(app: Flask, cast: Cast) -> None:
    own = Browser(app)
    sign_in(own)
    own.post("/deconnexion")
    own.token = ""
    for _ in range(DEVICE_ATTEMPTS.free):
        sign_in(own, MEMBER, WRONG)
    assert sign_in(own).status_code == 429
    with app.app_context(), transaction():
        lift_waits(loaded(MEMBER), by=None)
    assert sign_in(own).status_code == 302


@pytest.mark.parametrize("cookie", ["x", "e30.AAAA", "a" * 3000])
def test_forged_device_opens_no_count_of_its_own(app: Flask, cast: Cast, cookie: str) -> None:
    for _ in range(ACCOUNT_ATTEMPTS.free):
        sign_in(Browser(app), MEMBER, WRONG)
    forged = Browser(app)
    forged.client.set_cookie("beffroi_device", cookie, path="/connexion")
    assert sign_in(forged).status_code == 429


def test_session_changes_its_id_when_signing_in(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.get("/connexion")
    before = cookie_of(app, browser)
    sign_in(browser)
    after = cookie_of(app, browser)
    assert before != after
    with app.app_context():
        assert list(db.session.scalars(select(UserSession.id))) == [hashed(after)]


def test_session_cookie_is_closed_to_scripts_and_other_sites(app: Flask, cast: Cast) -> None:
    cookies = sign_in(Browser(app)).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert len(cookie) < 4096


def test_copied_cookie_is_dead_after_signing_out(app: Flask, cast: Cast) -> None:
    browser, thief = Browser(app), Browser(app)
    sign_in(browser)
    thief.client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie_of(app, browser))
    assert thief.get("/").status_code == 200
    browser.token = ""
    browser.get("/")
    assert browser.post("/deconnexion").headers["Location"] == "/connexion"
    assert thief.get("/").status_code == 302
    assert browser.get("/").status_code == 302


def test_closing_an_account_ends_its_sessions_at_once(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    assert browser.get("/").status_code == 200
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
    assert browser.get("/").status_code == 302


def test_session_ends_when_unused_and_at_its_latest_hour(app: Flask, cast: Cast) -> None:
    start, settings = clock.now(), app.config["SETTINGS"]
    browser = Browser(app)
    sign_in(browser)
    clock.set_clock(lambda: start + timedelta(days=settings.session_idle_days, minutes=1))
    assert browser.get("/").status_code == 302
    clock.set_clock(lambda: start)
    other = Browser(app)
    sign_in(other)
    for day in range(0, settings.session_days, settings.session_idle_days - 1):
        clock.set_clock(lambda day=day: start + timedelta(days=day, minutes=10))  # type: ignore[misc]
        assert other.get("/").status_code == 200, day
    clock.set_clock(lambda: start + timedelta(days=settings.session_days, minutes=11))
    assert other.get("/").status_code == 302


@pytest.mark.parametrize("cookie", ["x", "", "a" * 5000, "é", "'; DROP TABLE user_session"])
def test_odd_cookies_are_strangers(app: Flask, cast: Cast, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    header = f"{app.config['SESSION_COOKIE_NAME']}={cookie}"
    assert client.get("/", headers={"Cookie": header}).status_code == 302


HOSTILE = [
    "//evil.test",
    "/\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\\\\evil.test",
    "http://evil.test/",
    "https:evil.test",
    "javascript:alert(1)",
    " /espaces",
    "espaces",
    "/" + "a" * 3000,
    "/\x00",
]


@pytest.mark.parametrize("target", HOSTILE)
def test_no_address_leads_out_of_the_site(app: Flask, cast: Cast, target: str) -> None:
    browser = Browser(app)
    page = browser.get("/connexion", query_string={"next": target})
    assert page.status_code == 200
    assert 'name="next" value' not in page.text.partition("<form")[2].partition("</form>")[0]
    assert sign_in(browser, next=target).headers["Location"] == "/"
    assert browser.get("/connexion", query_string={"next": target}).headers["Location"] == "/"
    browser.get("/")
    language = browser.post("/langue", {"lang": "fr", "next": target})
    assert language.headers["Location"] == "/"


def test_encoded_tab_leads_nowhere(app: Flask, cast: Cast) -> None:
    assert Browser(app, MEMBER).get("/connexion?next=/%09/evil.test").headers["Location"] == "/"


def test_asked_page_comes_after_signing_in(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    sent = browser.get(f"/espaces/{OPEN}/membres?page=2").headers["Location"]
    assert sent == f"/connexion?next=/espaces/{OPEN}/membres?page%3D2"
    page = browser.get(sent).text
    assert f'name="next" value="/espaces/{OPEN}/membres?page=2"' in page
    answer = browser.post("/connexion", {"email": MEMBER, "password": PASSWORD, "next": f"/espaces/{OPEN}/membres"})
    assert answer.headers["Location"] == f"/espaces/{OPEN}/membres"


def test_attempts_are_written_in_the_journal_without_any_secret(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    sign_in(browser, MEMBER, WRONG)
    sign_in(browser)
    browser.token = ""
    browser.post("/deconnexion")
    with app.app_context():
        rows = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.like("user.sign%")).order_by(AuditEntry.id)
        ).all()
        assert [row.action for row in rows] == ["user.sign_in_refused", "user.signed_in", "user.signed_out"]
        assert WRONG not in json.dumps([row.detail for row in rows])


def test_text_of_a_form_sent_after_the_session_ended_is_kept_until_after_signing_in(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    browser.get(f"/espaces/{OPEN}")
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
        loaded(MEMBER).disabled_at = None
    typed = 'Chez nous, « la médiation » a commencé en <b>2019</b>…\r\nEt "voilà".'
    path = f"/espaces/{OPEN}/rejoindre"
    answer = browser.post(
        path, {"body": typed, "password": "secret"}, headers={"Referer": f"http://localhost/espaces/{OPEN}"}
    )
    assert answer.status_code == 401
    assert "Votre session a pris fin. Identifiez-vous pour publier\u202f; votre texte est intact." in answer.text
    found = KEPT.search(answer.text)
    assert found is not None
    kept = unescape(found.group(1))
    assert json.loads(kept) == {"path": path, "fields": {"body": typed}}
    assert f'name="next" value="/espaces/{OPEN}"' in answer.text

    wrong = sign_in(browser, MEMBER, WRONG, kept=kept, next=f"/espaces/{OPEN}")
    again = KEPT.search(wrong.text)
    assert again is not None
    assert unescape(again.group(1)) == kept

    after = sign_in(browser, kept=kept, next=f"/espaces/{OPEN}")
    assert after.headers["Location"] == f"/espaces/{OPEN}"
    assert "Votre texte est intact" in browser.get(f"/espaces/{OPEN}").text
    with app.app_context():
        assert draft_for(loaded(MEMBER), path) == {"body": typed}


@pytest.mark.parametrize(
    "kept",
    [
        "[" * 100_000,
        "x",
        "[]",
        "{}",
        '{"path": "//evil.test", "fields": {}}',
        '{"path": "/x", "fields": []}',
        "null",
        "\x00",
        '{"a":',
    ],
)
def test_odd_kept_texts_are_no_texts(app: Flask, cast: Cast, kept: str) -> None:
    assert sign_in(Browser(app), kept=kept).status_code == 302
    with app.app_context():
        assert draft_for(loaded(MEMBER), "/x") == {}


def test_script_is_told_that_the_session_is_over(app: Flask, cast: Cast) -> None:
    answer = app.test_client().post(f"/espaces/{OPEN}/rejoindre", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401
    assert "Identifiez-vous" in answer.get_json()["error"]


@pytest.mark.parametrize(
    "path", ["/connexion", "/mot-de-passe", "/langue", f"/espaces/{OPEN}/rejoindre", "/deconnexion"]
)
@pytest.mark.parametrize("token", [None, "é", *thoroughly("", "x", "😀" * 10, "\x00", "ImZvcmVpZ24i.YQ.AAAA")])
def test_form_without_its_token_changes_nothing(app: Flask, cast: Cast, path: str, token: str | None) -> None:
    browser = Browser(app, OUTSIDER)
    browser.get("/")
    data = {} if token is None else {"csrf_token": token}
    answer = browser.client.post(path, data={**data, "email": MEMBER, "password": PASSWORD, "lang": "en"})
    assert answer.status_code == 400
    assert "Ce formulaire a expiré" in answer.text
    assert browser.get("/").status_code == 200
    with app.app_context():
        assert loaded(OUTSIDER).language == "fr"


def test_token_of_another_session_is_refused(app: Flask, cast: Cast) -> None:
    other, mine = Browser(app, MEMBER), Browser(app, OUTSIDER)
    other.get("/")
    mine.get("/")
    assert mine.client.post("/langue", data={"csrf_token": other.token, "lang": "en"}).status_code == 400
    assert mine.client.post("/langue", data={"csrf_token": mine.token, "lang": "en"}).status_code == 302


def test_language_is_chosen_by_the_buttons_of_the_page_and_kept_for_the_account(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    page = browser.get("/espaces").text
    button = re.search(r'<button name="(\w+)" value="en"', page)
    assert button is not None
    answer = browser.post("/langue", {button.group(1): "en", "next": "/espaces"})
    assert answer.headers["Location"] == "/espaces"
    assert '<html lang="en"' in browser.get("/espaces").text
    with app.app_context():
        assert loaded(MEMBER).language == "en"


def test_stranger_chooses_the_language_of_the_sign_in_page(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/connexion")
    browser.post("/langue", {"lang": "en", "next": "/connexion"})
    assert '<html lang="en"' in browser.get("/connexion").text
    browser.post("/langue", {"lang": "xx"})
    assert '<html lang="en"' in browser.get("/connexion").text


def test_chosen_language_outlives_signing_in(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.get("/connexion")
    browser.post("/langue", {"lang": "en", "next": "/connexion"})
    sign_in(browser)
    assert '<html lang="en"' in browser.get("/").text


def test_reading_pages_makes_no_session_for_robots(app: Flask) -> None:
    app.test_client().get("/robots.txt")
    with app.app_context():
        assert db.session.scalar(select(UserSession.id)) is None


def test_nobody_is_signed_in_by_a_get(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.get("/connexion", query_string={"email": MEMBER, "password": PASSWORD})
    assert browser.get("/").status_code == 302
    with app.app_context():
        assert db.session.scalars(select(User.last_seen_at).where(User.last_seen_at.is_not(None))).all() == []


def test_guesses_sent_together_count_each(app: Flask, cast: Cast) -> None:
    def guess() -> None:
        with app.app_context(), suppress(TooManyError):
            authenticate(MEMBER, "not the password", "192.0.2.0/24")

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        row = db.session.get(Attempts, ACCOUNT_ATTEMPTS.key(MEMBER))
        assert row is not None
        assert row.count >= 5
        assert ACCOUNT_ATTEMPTS.wait(MEMBER).total_seconds() > 0


def test_right_password_takes_its_attempt_back(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert authenticate(MEMBER, PASSWORD, "192.0.2.0/24") is not None
        db.session.rollback()
        network = db.session.get(Attempts, NETWORK_ATTEMPTS.key("192.0.2.0/24"))
        assert (network.count if network else 0, db.session.get(Attempts, ACCOUNT_ATTEMPTS.key(MEMBER))) == (0, None)


def test_new_password_forgets_known_devices(app: Flask, cast: Cast) -> None:
    here = Browser(app)
    here.post("/connexion", {"email": MEMBER, "password": PASSWORD})
    with app.app_context():
        changed = hash_password("cinq corbeaux gris parlent bas")
        with transaction():
            set_password(loaded(MEMBER), changed)
    stranger = Browser(app)
    for _ in range(6):
        stranger.post("/connexion", {"email": MEMBER, "password": "wrong"})
    again = Browser(app)
    cookie = here.client.get_cookie("beffroi_device", path="/connexion")
    assert cookie is not None
    again.client.set_cookie("beffroi_device", cookie.value, path="/connexion")
    assert again.post("/connexion", {"email": MEMBER, "password": "cinq corbeaux gris parlent bas"}).status_code == 429


@pytest.mark.parametrize(
    ("page", "email", "field", "typed"),
    [
        ("/moi/profil", MEMBER, "about", "Douze ans de médiation <de nuit>."),
        ("/moi", MEMBER, "timezone", "Europe/Lisbon"),
        ("/moi/securite/adresse", MEMBER, "email", "malik.benali@ailleurs.example"),
        ("/administration/charte", ADMIN, "source", "Chacun parle pour sa ville."),
        ("/administration/collectivites/nouvelle", ADMIN, "name", "Saint-Aubin-des-Prés"),
        ("/administration/espaces/{private}/entrer", ADMIN, "reason", "Une participante l'a demandé."),
        (f"/espaces/{OPEN}/ressources/nouvelle", MEMBER, "title", "Bilan de la médiation"),
    ],
)
def test_page_shows_again_what_was_typed_when_the_session_had_ended(
    app: Flask, cast: Cast, page: str, email: str, field: str, typed: str
) -> None:
    with app.app_context():
        page = page.format(private=space_called(PRIVATE).public_id)
    first, browser = Browser(app, email).get(page), Browser(app)
    assert (first.status_code, typed in unescape(first.text)) == (200, field == "timezone")
    kept = json.dumps({"path": page, "fields": {field: typed}})
    assert sign_in(browser, email, kept=kept, next=page).location == page
    again = unescape(browser.get(page).text)
    assert f'<option selected value="{typed}">' in again if field == "timezone" else typed in again
    browser.post(page, {field: "x"})
    if field not in {"timezone", "title"}:  # one stands in a list, the other has a draft of its own
        assert typed not in unescape(browser.get(page).text)


def test_form_begins_with_all_that_was_sent_or_with_nothing(app: Flask, cast: Cast) -> None:
    page, browser = "/administration/personnes/inviter", Browser(app)
    sent = {"addresses": "lea@ville.example", "kind": "guest", "until": "2027-01-31", "language": "en"}
    kept = json.dumps({"path": page, "fields": sent})
    sign_in(browser, ADMIN, kept=kept, next=page)
    again = browser.get(page).text
    assert "lea@ville.example" in again
    assert re.search(r'value="guest"[^>]*checked|checked[^>]*value="guest"', again)
    assert 'value="2027-01-31"' in again
    assert '<option selected value="en">' in again
    start = clock.now()
    clock.set_clock(lambda: start + timedelta(minutes=31))
    assert "lea@ville.example" not in browser.get(page).text

    other = json.dumps({"path": page, "fields": {"addresses": "lea@ville.example", "note": "d'une autre page"}})
    browser = Browser(app)
    sign_in(browser, ADMIN, kept=other, next=page)
    assert "lea@ville.example" not in browser.get(page).text


def test_box_unticked_before_the_session_ended_stays_so(app: Flask, cast: Cast) -> None:
    page, browser = "/administration/collectivites/nouvelle", Browser(app)
    assert re.search(r'checked[^>]*name="is_member"|name="is_member"[^>]*checked', Browser(app, ADMIN).get(page).text)
    sign_in(browser, ADMIN, kept=json.dumps({"path": page, "fields": {"name": "Saint-Aubin"}}), next=page)
    again = browser.get(page).text
    assert "Saint-Aubin" in again
    assert not re.search(r'checked[^>]*name="is_member"|name="is_member"[^>]*checked', again)
