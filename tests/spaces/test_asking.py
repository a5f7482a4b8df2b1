"""Who asks to enter a space, and the answers, which can be taken back for some seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.deciding import TAKEN_BACK_WITHIN
from app.core.errors import DomainError
from app.extensions import db
from app.spaces.asking import accept
from app.spaces.departures import become_guest
from app.spaces.models import JoinRequest
from app.spaces.operations import membership_in
from app.spaces.queries import space_by_slug
from app.spaces.running import archive_space, delete_space
from tests.people import ADMIN, FACILITATOR, MEMBER, OUTSIDER, REFERENT, REQUEST, Cast
from tests.support import Browser, CountedStatements, loaded, work

SPACE = f"/espaces/{REQUEST}"
TAKEN_BACK = "La décision est annulée : la demande attend de nouveau."


@pytest.fixture
def outbox(app: Flask) -> Callable[[], list[EmailMessage]]:
    """A function that does the work waiting and returns the mails sent since the last time."""
    folder = app.extensions["mail_transport"].folder

    def read() -> list[EmailMessage]:
        work(app)
        found: list[EmailMessage] = app.extensions["mail_transport"].messages()
        for one in folder.glob("*.eml"):
            one.unlink()
        return found

    return read


def _later(seconds: float) -> None:
    moment = clock.now() + timedelta(seconds=seconds)
    clock.set_clock(lambda: moment)


def _asks(app: Flask, message: str = "", email: str = OUTSIDER) -> str:
    """Have somebody ask to enter; return where their request is answered."""
    Browser(app, email).post(f"{SPACE}/demander", {"message": message})
    with app.app_context():
        return f"{SPACE}/demandes/{loaded(email).public_id}"


def _said(text: str) -> str:
    return text.replace("\xa0", " ").replace("’", "'")


def test_request_carries_a_message_and_its_sender_comes_in_once_the_answer_stands(
    app: Flask, cast: Cast, outbox: Callable[[], list[EmailMessage]]
) -> None:
    outsider, browser = Browser(app, OUTSIDER), Browser(app, FACILITATOR)
    assert "Vie nocturne" in outsider.get(f"{SPACE}/demander").text
    asked = _asks(app, "Nos bars <b>ferment</b> tard.")
    page = browser.get(f"{SPACE}/membres").text
    assert "Nos bars &lt;b&gt;ferment&lt;/b&gt; tard." in page
    assert "1 demande à étudier" in _said(page)
    (mail,) = outbox()
    assert "Nos bars" in str(mail)
    assert browser.post(f"{asked}/accepter").status_code == 302
    page = _said(browser.get(f"{SPACE}/membres").text)
    assert ("Demandes étudiées" in page, page.count("Demande acceptée."), f"{asked}/annuler" in page) == (True, 1, True)
    assert "La demande d'Odile Kervella est acceptée." in page
    assert outsider.get(SPACE).status_code == 403  # not in yet
    assert outbox() == []
    _later(11)
    assert [one["To"] for one in outbox()] == [OUTSIDER]
    assert outsider.get(SPACE).status_code == 200
    assert "Demande acceptée." not in browser.get(f"{SPACE}/membres").text


def test_answer_is_taken_back_before_anything_is_done_or_mailed(
    app: Flask, cast: Cast, outbox: Callable[[], list[EmailMessage]]
) -> None:
    asked, browser, outsider = _asks(app), Browser(app, FACILITATOR), Browser(app, OUTSIDER)
    outbox()
    browser.post(f"{asked}/accepter")
    _later(8)
    assert TAKEN_BACK in _said(browser.post(f"{asked}/annuler", follow_redirects=True).text)
    browser.post(f"{asked}/refuser", {"reason": "Le groupe est complet."})
    assert "Votre demande est déjà envoyée" in outsider.post(f"{SPACE}/demander", follow_redirects=True).text
    assert TAKEN_BACK in _said(browser.post(f"{asked}/annuler", follow_redirects=True).text)
    _later(20)
    assert outbox() == []
    assert "1 demande à étudier" in _said(browser.get(f"{SPACE}/membres").text)
    with app.app_context():
        query = select(AuditEntry.action).where(AuditEntry.action.like("space.%")).order_by(AuditEntry.id)
        actions = db.session.scalars(query).all()
    taken = "space.answer_taken_back"
    assert actions == ["space.access_requested", "space.request_accepted", taken, "space.request_refused", taken]


def test_answer_in_effect_is_not_taken_back(app: Flask, cast: Cast, outbox: Callable[[], list[EmailMessage]]) -> None:
    asked, browser = _asks(app), Browser(app, FACILITATOR)
    browser.post(f"{asked}/accepter")
    assert "a déjà reçu une réponse" in browser.post(f"{asked}/accepter", follow_redirects=True).text
    _later(TAKEN_BACK_WITHIN.total_seconds() + 1)
    late = browser.post(f"{asked}/annuler", follow_redirects=True)  # the worker has not come by
    assert "La décision a déjà pris effet" in late.text
    outbox()
    assert "La décision a déjà pris effet" in browser.post(f"{asked}/annuler", follow_redirects=True).text
    assert "n'a pas demandé à entrer" in _said(browser.post(f"{asked}/accepter", follow_redirects=True).text)


def test_refusal_in_effect_is_not_taken_back(app: Flask, cast: Cast, outbox: Callable[[], list[EmailMessage]]) -> None:
    asked, browser = _asks(app), Browser(app, FACILITATOR)
    browser.post(f"{asked}/refuser", {"reason": "Le groupe est complet."})
    _later(TAKEN_BACK_WITHIN.total_seconds() + 1)
    outbox()
    late = browser.post(f"{asked}/annuler", follow_redirects=True)
    assert (late.status_code, "La décision a déjà pris effet" in late.text) == (200, True)


def test_request_is_refused_with_a_reason_that_is_sent(
    app: Flask, cast: Cast, outbox: Callable[[], list[EmailMessage]]
) -> None:
    asked, browser, outsider = _asks(app), Browser(app, FACILITATOR), Browser(app, OUTSIDER)
    assert browser.post(f"{asked}/refuser", {"reason": " "}).status_code == 422
    assert browser.post(f"{asked}/refuser", {"reason": "Le groupe est complet."}).status_code == 302
    assert "Demande refusée." in browser.get(f"{SPACE}/membres").text
    _later(11)
    told = [mail for mail in outbox() if mail["To"] == OUTSIDER]
    assert len(told) == 1
    assert "Le groupe est complet." in str(told[0])
    with app.app_context():
        assert db.session.scalar(select(JoinRequest.id)) is None
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "space.request_refused")).one()
        assert entry.detail["reason"] == "Le groupe est complet."
    assert browser.post(f"{asked}/refuser", {"reason": "Encore"}).status_code == 404
    assert outsider.get(f"{SPACE}/demander").status_code == 200


def test_nobody_comes_into_an_archived_space(app: Flask, cast: Cast) -> None:
    asked = _asks(app)
    with app.app_context(), transaction():
        archive_space(space_by_slug(REQUEST))  # type: ignore[arg-type]
    answer = Browser(app, FACILITATOR).post(f"{asked}/accepter", follow_redirects=True)
    assert "L'espace est archivé : personne n'y entre plus." in _said(answer.text)


def test_nothing_is_mailed_of_a_space_deleted_meanwhile(
    app: Flask, cast: Cast, outbox: Callable[[], list[EmailMessage]]
) -> None:
    asked = _asks(app)
    outbox()
    Browser(app, FACILITATOR).post(f"{asked}/accepter")
    with app.app_context(), transaction():
        delete_space(space_by_slug(REQUEST))  # type: ignore[arg-type]
    _later(11)
    assert outbox() == []


def test_who_becomes_a_guest_has_asked_for_nothing(app: Flask, cast: Cast) -> None:
    asked = _asks(app)
    Browser(app, FACILITATOR).post(f"{asked}/accepter")
    with app.app_context(), transaction():
        become_guest(loaded(OUTSIDER), by=loaded(ADMIN))
    _later(11)
    work(app)
    with app.app_context():
        space = space_by_slug(REQUEST)
        assert space is not None
        assert membership_in(space, loaded(OUTSIDER)) is None


def test_member_who_does_not_run_the_space_answers_nobody(app: Flask, cast: Cast) -> None:
    _asks(app)
    with app.app_context(), pytest.raises(DomainError), transaction():
        space = space_by_slug(REQUEST)
        assert space is not None
        accept(space, loaded(OUTSIDER), by=loaded(MEMBER))


def test_message_too_long_comes_back(app: Flask, cast: Cast) -> None:
    answer = Browser(app, OUTSIDER).post(f"{SPACE}/demander", {"message": "m" * 601})
    assert answer.status_code == 422
    assert "m" * 601 in answer.text


@pytest.mark.slow
def test_page_of_members_costs_the_same_for_one_request_and_for_three(app: Flask, cast: Cast) -> None:
    browser, counts = Browser(app, FACILITATOR), []
    for email in (OUTSIDER, REFERENT, ADMIN):
        browser.post(f"{_asks(app, email=email)}/accepter")
        browser.get(f"{SPACE}/membres")
        with CountedStatements(app) as counted:
            browser.get(f"{SPACE}/membres")
        counts.append(len(counted))
    assert len(set(counts)) == 1
