"""Signing in in two steps: a code that serves once, recovery codes, and who must have one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.entering import WAITING_LIFE
from app.accounts.factors import CODE_ATTEMPTS, key_of
from app.accounts.managing import reset_factor
from app.accounts.models import RecoveryCode
from app.accounts.operations import disable
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.errors import DomainError
from app.core.sessions import UserSession
from app.extensions import db
from app.spaces.models import Space
from config import Settings, UnsafeSettingError
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PASSWORD, Cast
from tests.support import Browser, loaded, work

PAGE = "/moi/securite/deux-etapes"
CODES = re.compile(r"<li><code>([a-z2-7-]+)</code></li>")


@pytest.fixture(autouse=True)
def _still_clock(app: Flask) -> None:
    start = clock.now().replace(second=10, microsecond=0)
    clock.set_clock(lambda: start)
    for file in app.extensions["mail_transport"].folder.glob("*.eml"):
        file.unlink()


def wait(**lapse: float) -> datetime:
    moment = clock.now() + timedelta(**lapse)
    clock.set_clock(lambda: moment)
    return moment


def code_for(app: Flask, email: str = MEMBER, shift: int = 0) -> str:
    with app.app_context():
        key = key_of(loaded(email))
        assert key is not None
        return pyotp.TOTP(key).at(clock.now(), counter_offset=shift)


def set_up(app: Flask, email: str = MEMBER) -> list[str]:
    """Switch the second factor of somebody on through the pages; return the recovery codes."""
    browser = Browser(app, email)
    browser.get(PAGE)
    assert browser.post(f"{PAGE}/cle").status_code == 302
    answer = browser.post(PAGE, {"code": code_for(app, email)})
    assert answer.status_code == 200, answer.text
    wait(seconds=30)
    return CODES.findall(answer.text)


def first_step(app: Flask, email: str = MEMBER, **more: str) -> Browser:
    browser = Browser(app)
    browser.get("/connexion")
    answer = browser.post("/connexion", {"email": email, "password": PASSWORD, **more})
    assert answer.headers["Location"] == "/connexion/code"
    return browser


def second_step(browser: Browser, code: str) -> TestResponse:
    browser.get("/connexion/code")
    return browser.post("/connexion/code", {"code": code})


def subjects(app: Flask) -> list[str]:
    work(app)
    return sorted(str(mail["Subject"]) for mail in app.extensions["mail_transport"].messages())


def test_key_is_shown_as_a_picture_and_in_letters_until_a_first_code_confirms_it(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    assert "Commencer" in browser.get(PAGE).text
    browser.post(f"{PAGE}/cle")
    page = browser.get(PAGE).text
    with app.app_context():
        key = key_of(loaded(MEMBER))
        assert key is not None
        assert key not in (loaded(MEMBER).totp_secret or "")
    assert " ".join(key[start : start + 4] for start in range(0, 32, 4)) in page
    assert 'src="data:image/svg+xml' in page
    wrong = browser.post(PAGE, {"code": "000000"})
    assert wrong.status_code == 422
    assert "Ce code n’est pas le bon" in wrong.text
    assert Browser(app, OUTSIDER).post("/langue", {"lang": "fr"}).status_code == 302
    answer = browser.post(PAGE, {"code": f" {code_for(app)[:3]} {code_for(app)[3:]} "})
    assert answer.status_code == 200
    codes = CODES.findall(answer.text)
    assert len(set(codes)) == 10
    assert "La connexion en deux étapes est activée." in answer.text
    download = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', answer.text)
    assert download is not None
    assert unquote(html.unescape(download.group(1))).split("\n")[1:-1] == codes
    assert key not in browser.get(PAGE).text
    assert subjects(app) == ["Connexion en deux étapes activée"]


def test_only_hashes_of_recovery_codes_are_kept(app: Flask, cast: Cast) -> None:
    codes = set_up(app)
    with app.app_context():
        kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(set(kept)) == 10
    assert not set(codes) & set(kept)


def test_password_alone_signs_nobody_in(app: Flask, cast: Cast) -> None:
    set_up(app)
    browser = first_step(app)
    assert browser.get("/").headers["Location"] == "/connexion"
    assert browser.get("/connexion").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(UserSession.user_id).where(UserSession.user_id.is_not(None))).all() == [
            loaded(MEMBER).id
        ]  # the one in which the key was set up
    browser = first_step(app)
    assert second_step(browser, "123456").status_code == 422
    answer = second_step(browser, code_for(app))
    assert answer.headers["Location"] == "/"
    assert browser.get("/").status_code == 200
    assert browser.get("/connexion/code").headers["Location"] == "/connexion"


def test_code_serves_once(app: Flask, cast: Cast) -> None:
    set_up(app)
    code = code_for(app)
    assert second_step(first_step(app), code).status_code == 302
    assert second_step(first_step(app), code).status_code == 422
    wait(seconds=30)
    assert second_step(first_step(app), code_for(app)).status_code == 302


@pytest.mark.parametrize(("shift", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_clock_of_the_telephone_may_be_a_step_off(app: Flask, cast: Cast, shift: int, status: int) -> None:
    set_up(app)
    wait(minutes=5)
    assert second_step(first_step(app), code_for(app, shift=shift)).status_code == status


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "\x00", "é" * 40, "😀" * 9, "-" * 40, "aa-bb-cc"])
def test_odd_codes_are_refused(app: Flask, cast: Cast, code: str) -> None:
    set_up(app)
    assert second_step(first_step(app), code).status_code == 422


def test_recovery_code_serves_once_and_the_owner_is_told(app: Flask, cast: Cast) -> None:
    code = set_up(app)[0]
    assert second_step(first_step(app), f" {code.upper().replace('-', ' ')} ").status_code == 302
    assert second_step(first_step(app), code).status_code == 422
    assert "Un code de secours a servi" in subjects(app)
    assert "Il vous reste 9 codes de secours." in Browser(app, MEMBER).get("/moi/securite").text


def test_new_recovery_codes_replace_the_old_ones(app: Flask, cast: Cast) -> None:
    old = set_up(app)
    answer = Browser(app, MEMBER).post(f"{PAGE}/codes")
    new = CODES.findall(answer.text)
    assert len(new) == 10
    said = answer.text.replace("\u00a0", " ")
    assert "Vos codes de secours sont remplacés : les précédents ne servent plus." in said
    assert "activée" not in said
    assert second_step(first_step(app), old[0]).status_code == 422
    assert second_step(first_step(app), new[0]).status_code == 302


def test_guessing_codes_is_slowed_down_wherever_it_comes_from(app: Flask, cast: Cast) -> None:
    set_up(app)
    for _ in range(CODE_ATTEMPTS.free):
        assert second_step(first_step(app), "000000").status_code == 422
    answer = second_step(first_step(app), code_for(app))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    wait(minutes=1)
    assert second_step(first_step(app), code_for(app)).status_code == 302


def test_first_step_is_over_after_ten_minutes(app: Flask, cast: Cast) -> None:
    set_up(app)
    browser = first_step(app)
    wait(seconds=WAITING_LIFE.total_seconds())
    assert browser.get("/connexion/code").headers["Location"] == "/connexion"
    assert "Le délai est passé." in browser.get("/connexion").text
    assert browser.get("/").status_code == 302


def test_closed_account_stops_at_the_second_step(app: Flask, cast: Cast) -> None:
    set_up(app)
    browser = first_step(app)
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
    assert browser.get("/connexion/code").headers["Location"] == "/connexion"


def test_asked_page_and_kept_text_survive_the_second_step(app: Flask, cast: Cast) -> None:
    set_up(app)
    kept = '{"path": "/x", "fields": {"body": "Un texte"}}'
    browser = first_step(app, next=f"/espaces/{OPEN}", kept=kept)
    assert second_step(browser, code_for(app)).headers["Location"] == f"/espaces/{OPEN}"
    with app.app_context():
        assert draft_for(loaded(MEMBER), "/x") == {"body": "Un texte"}


def test_stopping_gives_the_password_back_its_place(app: Flask, cast: Cast) -> None:
    set_up(app)
    browser = Browser(app, MEMBER)
    browser.get(PAGE)
    assert browser.post(f"{PAGE}/cle").status_code == 409
    assert browser.post(f"{PAGE}/arret").headers["Location"] == "/moi/securite"
    with app.app_context():
        assert db.session.scalars(select(RecoveryCode)).all() == []
    browser = Browser(app)
    browser.get("/connexion")
    assert browser.post("/connexion", {"email": MEMBER, "password": PASSWORD}).headers["Location"] == "/"
    assert "Connexion en deux étapes arrêtée" in subjects(app)


def test_forms_out_of_their_time_are_answered_in_words(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    browser.get("/")
    assert browser.post(PAGE, {"code": "123456"}).status_code == 409
    assert browser.post(f"{PAGE}/codes").status_code == 409


def test_every_change_asks_who_is_there(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    browser.get("/")
    wait(minutes=16)
    assert browser.get(PAGE).headers["Location"].startswith("/confirmation")
    for path in (PAGE, f"{PAGE}/cle", f"{PAGE}/codes", f"{PAGE}/arret"):
        assert browser.post(path).status_code == 401


def test_host_resets_the_factor_of_who_has_lost_everything(app: Flask, cast: Cast) -> None:
    set_up(app)
    result = app.test_cli_runner().invoke(args=["users", "reset-factor", MEMBER])
    assert result.exit_code == 0, result.output
    browser = Browser(app)
    browser.get("/connexion")
    assert browser.post("/connexion", {"email": MEMBER, "password": PASSWORD}).headers["Location"] == "/"
    with app.app_context():
        actions = db.session.scalars(select(AuditEntry.action)).all()
    assert {"user.factor_enabled", "user.factor_reset"} <= set(actions)


def test_administrator_resets_the_factor_of_who_has_lost_everything(app: Flask, cast: Cast) -> None:
    set_up(app)
    theirs, browser = Browser(app, MEMBER), Browser(app, ADMIN)
    with app.app_context():
        address = f"/administration/personnes/{loaded(MEMBER).public_id}/deux-etapes"
        sent = {"edit_version": str(loaded(MEMBER).edit_version)}
    assert "Malik Benali" in browser.get(address).text
    wait(minutes=16)
    assert browser.post(address, sent).status_code == 401
    assert theirs.get("/").status_code == 200
    assert browser.post(address, {**sent, "confirmation_password": PASSWORD}).status_code == 302
    assert theirs.get("/").status_code == 302
    with app.app_context():
        assert loaded(MEMBER).totp_secret is None
        assert db.session.scalars(select(RecoveryCode)).all() == []
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.factor_reset")).one()
        assert line.person_id == loaded(ADMIN).id
    work(app)
    letters = [one for one in app.extensions["mail_transport"].messages() if one["To"] == MEMBER]
    assert "L’administration du site vient d’arrêter" in letters[0].get_body(("plain",)).get_content()


def test_nobody_resets_their_own_factor_in_the_administration(app: Flask, cast: Cast) -> None:
    set_up(app, ADMIN)
    browser = Browser(app, ADMIN)
    with app.app_context():
        page, version = f"/administration/personnes/{loaded(ADMIN).public_id}", loaded(ADMIN).edit_version
    assert "/deux-etapes" not in browser.get(page).text
    assert browser.post(f"{page}/deux-etapes", {"edit_version": str(version)}).status_code == 302
    with app.app_context():
        assert loaded(ADMIN).totp_confirmed_at is not None
        with pytest.raises(DomainError), transaction():
            reset_factor(loaded(ADMIN), by=loaded(ADMIN))


def test_person_without_a_password_confirms_by_a_code(app: Flask, cast: Cast) -> None:
    set_up(app)
    with app.app_context(), transaction():
        loaded(MEMBER).password_hash = None
    browser = Browser(app, MEMBER)
    wait(minutes=16)
    page = browser.get("/confirmation?next=/moi")
    assert 'name="confirmation_code"' in page.text
    assert browser.post("/confirmation", {"confirmation_code": "000000"}).status_code == 422
    answer = browser.post("/confirmation", {"confirmation_code": code_for(app), "confirmation_next": "/moi"})
    assert answer.headers["Location"] == "/moi"
    assert browser.get(PAGE).status_code == 200


@pytest.fixture
def asking(app: Flask) -> Iterator[Any]:
    """A function that says which roles must have a second factor, until the end of the test."""
    before = app.config["SETTINGS"]

    def ask(roles: str) -> None:
        app.config["SETTINGS"] = Settings(instance=before.instance, demo="0", second_factor_for=roles)

    yield ask
    app.config["SETTINGS"] = before


ROLES = [
    ("admin", {ADMIN}),
    ("facilitator", {FACILITATOR}),
    ("guest", {GUEST}),
    ("member", {ADMIN, FACILITATOR, OUTSIDER}),
    ("admin, Guest", {ADMIN, GUEST}),
    ("", set()),
]


@pytest.mark.parametrize(("roles", "held"), ROLES)
def test_roles_of_the_setting_are_led_to_set_it_up(
    app: Flask, cast: Cast, asking: Any, roles: str, held: set[str]
) -> None:
    asking(roles)
    for who in (ADMIN, FACILITATOR, GUEST, OUTSIDER):
        answer = Browser(app, who).get("/")
        assert (answer.headers.get("Location") == PAGE) == (who in held), who


def test_nothing_else_opens_until_it_is_set_up_but_language_and_the_way_out(
    app: Flask, cast: Cast, asking: Any
) -> None:
    asking("admin")
    browser = Browser(app, ADMIN)
    page = browser.get(PAGE)
    assert "Votre rôle demande la connexion en deux étapes." in page.text
    for path in ("/moi", "/espaces", "/administration", "/moi/securite/mot-de-passe"):
        assert browser.get(path).headers["Location"] == PAGE
    assert browser.post("/brouillons", {"key": "/x", "body": "Rien de perdu"}).status_code == 200
    assert browser.get("/mentions-legales").status_code == 200
    assert browser.post("/langue", {"lang": "fr"}).status_code == 302
    set_up(app, ADMIN)
    assert browser.get("/").status_code == 200
    assert browser.post(f"{PAGE}/arret").status_code == 409
    assert browser.post("/deconnexion").status_code == 302


def test_accounts_of_a_demo_with_known_passwords_are_exempt(app: Flask, cast: Cast, asking: Any) -> None:
    asking("admin")
    before = app.config["SETTINGS"]
    with app.app_context(), transaction():
        loaded(ADMIN).is_demo = True
    app.config["SETTINGS"] = Settings(instance=before.instance, demo="1")
    assert Browser(app, ADMIN).get("/").status_code == 200
    app.config["SETTINGS"] = Settings(instance=before.instance, demo="1", base_url="https://reseau.example")
    assert Browser(app, ADMIN).get("/").headers["Location"] == PAGE


def test_unknown_role_stops_the_start() -> None:
    with pytest.raises(UnsafeSettingError, match="BEFFROI_SECOND_FACTOR_FOR"):
        Settings.from_environ({"BEFFROI_SECOND_FACTOR_FOR": "admin, king"})


def test_what_is_sent_before_it_is_set_up_does_nothing_and_is_kept(app: Flask, cast: Cast, asking: Any) -> None:
    asking("admin")
    browser = Browser(app, ADMIN)
    sent = {"name": "Médiation de nuit", "visibility": "open", "join_policy": "free"}
    browser.get(PAGE)
    assert browser.post("/espaces/nouveau", sent).headers["Location"] == PAGE
    assert "Votre saisie est gardée." in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/codes").headers["Location"] == PAGE
    asked = browser.client.get("/recherche/suggestions?q=ville", headers={"X-Requested-With": "fetch"})
    assert (asked.status_code, "connexion en deux" in asked.text) == (403, True)
    with app.app_context():
        assert db.session.scalar(select(Space).where(Space.name == sent["name"])) is None
    set_up(app, ADMIN)
    assert 'value="Médiation de nuit"' in browser.get("/espaces/nouveau").text
    assert browser.post("/espaces/nouveau", sent).headers["Location"] == "/espaces/mediation-de-nuit"
