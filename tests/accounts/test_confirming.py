"""The password asked again before a sensitive act: once in a quarter of an hour, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask, request
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.confirming import confirmed
from app.accounts.operations import CONFIRMATION_ATTEMPTS
from app.core import clock
from app.core.access import signed_in
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.sessions import UserSession
from app.extensions import db
from tests.people import ADMIN, MEMBER, OUTSIDER, PASSWORD, Cast
from tests.support import Browser, loaded, work

CARRIED = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
LINK = re.compile(r"http://127\.0\.0\.1:8000(/confirmation/\S+)")
WRONG = "ce n'est pas le bon mot"


@pytest.fixture(autouse=True)
def _sensitive_page(app: Flask) -> Iterator[None]:
    """Give the home page the guard of a sensitive act for the length of a test."""
    views = dict(app.view_functions)

    @signed_in
    @confirmed
    def sensitive() -> str:
        """Say what was done, with which fields."""
        return f"fait : {sorted(request.form.items(multi=True))}" if request.method == "POST" else "la page"

    app.view_functions["home.ask_page"] = app.view_functions["drafts.keep_draft_view"] = sensitive
    yield
    app.view_functions.clear()
    app.view_functions.update(views)


@pytest.fixture
def later(app: Flask, cast: Cast) -> Browser:
    """The browser of a member who typed their password a quarter of an hour ago."""
    start = clock.now()
    clock.set_clock(lambda: start)
    browser = Browser(app, MEMBER)
    clock.set_clock(lambda: start + timedelta(minutes=15))
    browser.get("/espaces")
    return browser


def without_password(app: Flask) -> None:
    with app.app_context(), transaction():
        loaded(MEMBER).password_hash = None


def confirm(browser: Browser, password: str = PASSWORD, **more: str) -> TestResponse:
    return browser.post("/confirmation", {"confirmation_password": password, **more})


def done(answer: TestResponse) -> list[tuple[str, str]]:
    assert answer.text.startswith("fait"), answer.text
    return [pair for pair in eval(answer.text.partition(" : ")[2]) if pair[0] != "csrf_token"]  # noqa: S307 - our words


def test_who_has_just_signed_in_is_not_asked_again(app: Flask, cast: Cast) -> None:
    browser = Browser(app)
    browser.get("/connexion")
    browser.post("/connexion", {"email": MEMBER, "password": PASSWORD})
    assert browser.get("/discussions/nouvelle").text == "la page"


def test_page_is_asked_for_again_after_the_password(app: Flask, later: Browser) -> None:
    sent = later.get("/discussions/nouvelle?q=a").headers["Location"]
    assert sent == "/confirmation?next=/discussions/nouvelle?q%3Da"
    page = later.get(sent)
    assert page.status_code == 200
    answer = later.post(sent, {"confirmation_password": PASSWORD, "confirmation_next": "/discussions/nouvelle?q=a"})
    assert answer.headers["Location"] == "/discussions/nouvelle?q=a"
    assert later.get("/discussions/nouvelle?q=a").text == "la page"
    assert later.get(sent).headers["Location"] == "/discussions/nouvelle?q=a"


def test_form_is_sent_on_with_the_password_and_loses_nothing(app: Flask, later: Browser) -> None:
    typed = 'Un "texte"\r\nsur <b>deux</b> lignes'
    page = later.post("/brouillons", {"body": typed, "tags": ["a", "b"]})
    assert page.status_code == 401
    carried: dict[str, list[str]] = {}
    for name, value in CARRIED.findall(page.text.partition("<main")[2].partition("</main>")[0]):
        carried.setdefault(name, []).append(unescape(value))
    carried.pop("csrf_token")
    assert carried == {"body": [typed], "tags": ["a", "b"]}
    wrong = later.post("/brouillons", {**carried, "confirmation_password": WRONG})
    assert wrong.status_code == 422
    assert "Ce n’est pas votre mot de passe." in wrong.text
    assert WRONG not in unescape(wrong.text)
    answer = later.post("/brouillons", {**carried, "confirmation_password": PASSWORD})
    kept = [pair for pair in done(answer) if pair[0] != "confirmation_password"]
    assert kept == [("body", typed), ("tags", "a"), ("tags", "b")]


def test_form_with_a_password_is_kept_as_a_draft_without_it(app: Flask, later: Browser) -> None:
    page = later.post("/brouillons", {"body": "Un texte", "new_password": "secret mot"})
    assert page.status_code == 401
    assert "secret mot" not in page.text
    with app.app_context():
        assert draft_for(loaded(MEMBER), "/brouillons") == {"body": "Un texte"}


def test_script_is_told_in_words(app: Flask, later: Browser) -> None:
    answer = later.post("/brouillons", {"body": "x"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401
    assert "Confirmez" in answer.get_json()["error"]


def test_confirmation_lasts_a_quarter_of_an_hour(app: Flask, later: Browser) -> None:
    start = clock.now()
    confirm(later)
    clock.set_clock(lambda: start + timedelta(minutes=14, seconds=59))
    assert later.get("/discussions/nouvelle").status_code == 200
    clock.set_clock(lambda: start + timedelta(minutes=15))
    assert later.get("/discussions/nouvelle").status_code == 302


def test_confirmation_is_of_one_session(app: Flask, later: Browser) -> None:
    confirm(later)
    with app.app_context():
        assert len(db.session.scalars(select(UserSession)).all()) == 1
    other = Browser(app, OUTSIDER)
    assert other.get("/discussions/nouvelle").status_code == 200
    assert later.get("/discussions/nouvelle").status_code == 200


def test_session_takes_a_new_id_and_stays_as_old_as_it_was(app: Flask, later: Browser) -> None:
    def row() -> UserSession:
        with app.app_context():
            return db.session.scalars(select(UserSession)).one()

    before = row()
    assert confirm(later).status_code == 302
    after = row()
    assert after.id != before.id
    assert after.created_at == before.created_at


def test_guessing_is_slowed_down(app: Flask, later: Browser) -> None:
    for _ in range(CONFIRMATION_ATTEMPTS.free):
        assert confirm(later, WRONG).status_code == 422
    answer = confirm(later)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    start = clock.now()
    clock.set_clock(lambda: start + timedelta(minutes=1))
    assert confirm(later).status_code == 302


def test_empty_answer_is_said_and_not_counted(app: Flask, later: Browser) -> None:
    for _ in range(CONFIRMATION_ATTEMPTS.free + 1):
        answer = confirm(later, "")
        assert answer.status_code == 422
        assert "Indiquez votre mot de passe." in answer.text
    assert confirm(later).status_code == 302


def test_attempts_are_written_in_the_journal(app: Flask, later: Browser) -> None:
    confirm(later, WRONG)
    confirm(later)
    with app.app_context():
        actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions[-2:] == ["user.confirmation_refused", "user.confirmed"]


@pytest.mark.parametrize("target", ["//evil.test", "/\\evil.test", "https://evil.test", "/\t/evil.test"])
def test_no_confirmation_leads_out_of_the_site(app: Flask, later: Browser, target: str) -> None:
    assert confirm(later, confirmation_next=target).headers["Location"] == "/"


def a_link(app: Flask, browser: Browser) -> str:
    for file in app.extensions["mail_transport"].folder.glob("*.eml"):
        file.unlink()
    answer = browser.post("/confirmation", {"confirmation_link": "1", "confirmation_next": "/discussions/nouvelle"})
    assert answer.status_code == 200
    assert "Consultez votre messagerie" in answer.text
    work(app)
    (mail,) = app.extensions["mail_transport"].messages()
    assert mail["To"] == MEMBER
    found = LINK.search(mail.get_body(("plain",)).get_content())
    assert found is not None
    return found.group(1)


def test_person_without_a_password_confirms_by_a_mailed_link(app: Flask, later: Browser) -> None:
    without_password(app)
    assert 'name="confirmation_password"' not in later.get("/confirmation").text
    link = a_link(app, later)
    for _ in range(2):
        assert later.get(link).status_code == 200
    assert later.get("/discussions/nouvelle").status_code == 302
    answer = later.post(link, {"confirmation_next": "/discussions/nouvelle"})
    assert answer.headers["Location"] == "/discussions/nouvelle"
    assert later.get("/discussions/nouvelle").text == "la page"
    assert later.post(link).status_code == 404


def test_link_is_of_one_person_and_of_a_quarter_of_an_hour(app: Flask, later: Browser) -> None:
    without_password(app)
    link = a_link(app, later)
    other = Browser(app, OUTSIDER)
    assert other.get(link).status_code == 404
    assert other.post(link).status_code == 404
    start = clock.now()
    clock.set_clock(lambda: start + timedelta(minutes=16))
    assert later.post(link).status_code == 404


def test_typed_text_is_a_draft_when_the_link_is_asked_for(app: Flask, later: Browser) -> None:
    without_password(app)
    answer = later.post("/brouillons", {"body": "Un texte", "confirmation_link": "1"})
    assert answer.status_code == 200
    with app.app_context():
        assert draft_for(loaded(MEMBER), "/brouillons") == {"body": "Un texte"}


def test_person_with_a_password_gets_no_link(app: Flask, later: Browser) -> None:
    assert later.post("/confirmation", {"confirmation_link": "1"}).status_code == 422


@pytest.mark.parametrize("page", ["/administration/personnes", "/administration/journal"])
def test_file_of_people_or_of_the_journal_is_asked_for_again_once_confirmed(app: Flask, cast: Cast, page: str) -> None:
    start = clock.now()
    clock.set_clock(lambda: start)
    ada = Browser(app, ADMIN)
    clock.set_clock(lambda: start + timedelta(minutes=15))
    whole = ada.get(page).request.url
    answer = ada.post(f"{page}/export", headers={"Referer": f"{whole}?q=a"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/confirmation?next={page}?q%3Da")
    assert "demandez le fichier de nouveau" in ada.get(answer.headers["Location"]).text
    assert confirm(ada, confirmation_next=f"{page}?q=a").headers["Location"] == f"{page}?q=a"
    assert ada.post(f"{page}/export").mimetype == "text/csv"
