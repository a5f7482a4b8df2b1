"""« Toujours valable ? »: the day a resource is looked at again, the yearly mail, the filter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.models import User
from app.core import clock
from app.core.clock import now
from app.core.days import months_after, today
from app.core.db import transaction
from app.core.errors import RefusedError
from app.core.mail import FolderTransport
from app.extensions import db
from app.library.counting import count_due
from app.library.holdings import Holdings
from app.library.listing import Wanted
from app.library.models import Resource
from app.library.operations import ResourceDetails, edit_resource
from app.library.publishing import archive_resource
from app.library.validity import ask_validity, set_review_day, still_valid
from app.spaces.models import Space
from tests.library.shelves import share
from tests.people import EVERYBODY, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import loaded, work

YEAR = timedelta(days=366)


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def asked(app: Flask) -> list[tuple[str, str]]:
    """Run the job, then what it queued; return to whom it wrote and what."""
    transport: FolderTransport = app.extensions["mail_transport"]
    before = {str(one["Message-ID"]) for one in transport.messages(1000)}
    with app.app_context():
        ask_validity({})
    work(app)
    new = [one for one in transport.messages(1000) if str(one["Message-ID"]) not in before]
    return sorted((str(one["To"]), str(one.get_body(("plain",)).get_content())) for one in new)  # type: ignore[union-attr]


def at(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    moment = now() + ahead
    monkeypatch.setattr(clock, "_clock", lambda: moment)


def test_months_end_where_the_month_does() -> None:
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2026, 11, 28), 2) == date(2027, 1, 28)


def test_practices_and_guides_are_looked_at_after_a_year_and_others_when_asked(context: Flask) -> None:
    guide, report = share(kind="guide"), share(kind="report")
    assert (guide.review_on, report.review_on) == (months_after(today(), 12), None)
    with transaction():
        set_review_day(loaded(FACILITATOR), report, today())
    assert count_due(Holdings(loaded(FACILITATOR)), Wanted()) == 1
    with transaction():
        still_valid(loaded(FACILITATOR), report)
    assert (report.review_on, report.verified_at is not None) == (months_after(today(), 12), True)
    with pytest.raises(RefusedError), transaction():
        still_valid(loaded(MEMBER), report)
    with transaction():
        details = ResourceDetails.of(kind="practice", title="Devenu pratique", lang="fr")
        set_review_day(loaded(FACILITATOR), report, None)
        edit_resource(loaded(FACILITATOR), report, details, report.edit_version)
    assert report.review_on == months_after(today(), 12)


@pytest.mark.every_case
@pytest.mark.parametrize("email", EVERYBODY)
def test_filter_counts_what_each_person_keeps(context: Flask, email: str) -> None:
    made = [share(kind="guide", by=MEMBER), share(kind="guide"), share(kind="guide", by=MEMBER, space=PRIVATE)]
    with transaction():
        db.session.execute(update(Resource).values(review_on=today()))
        archive_resource(loaded(FACILITATOR), made[1])
    kept = {FACILITATOR: 2, MEMBER: 2, "ada@reseau.example": 1, "alix@reseau.example": 2}
    assert count_due(Holdings(loaded(email)), Wanted()) == kept.get(email, 0)


@pytest.mark.slow
def test_author_is_asked_once_about_everything(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        share("Premier guide", kind="guide", by=MEMBER)
        share("Second guide", kind="guide", by=MEMBER, space=PRIVATE)
        later = share("Plus tard", kind="guide", by=MEMBER)
        far = share("Bien plus tard", kind="guide", by=MEMBER)
        with transaction():
            set_review_day(loaded(MEMBER), later, today() + YEAR + timedelta(days=19))
            set_review_day(loaded(MEMBER), far, today() + YEAR + timedelta(days=90))
    assert asked(app) == []
    at(monkeypatch, YEAR)
    [(to, text)] = asked(app)
    assert to == MEMBER
    assert [title in text for title in ("Premier guide", "Second guide", "Plus tard", "Bien plus")] == [True] * 3 + [
        False
    ]
    assert asked(app) == []
    at(monkeypatch, timedelta(days=100))
    [(_to, text)] = asked(app)
    assert ("Bien plus tard" in text, "Premier guide" in text) == (True, False)
    at(monkeypatch, YEAR)
    [(_to, text)] = asked(app)
    assert "Premier guide" in text


def test_those_who_run_the_space_are_asked_when_the_author_has_left(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        share("Orpheline", kind="guide", by=MEMBER)
        share("À moi", kind="guide")
        old = share("Archivée", kind="guide").id
        with transaction():
            db.session.execute(update(User).where(User.email == MEMBER).values(disabled_at=now()))
            archive_resource(loaded(FACILITATOR), db.session.get_one(Resource, old))
    at(monkeypatch, YEAR)
    [(to, text)] = asked(app)
    assert to == FACILITATOR
    assert [title in text for title in ("Orpheline", "À moi", "Archivée")] == [True, True, False]


def test_nothing_is_asked_in_an_archived_space(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        share(kind="guide")
        with transaction():
            db.session.execute(update(Space).values(archived_at=now()))
    at(monkeypatch, YEAR)
    assert asked(app) == []


@pytest.mark.slow
def test_pages_ask_and_only_their_button_answers(app: Flask, browser: Any) -> None:
    with app.app_context():
        made = share("Guide ancien", kind="guide", by=MEMBER, space=OPEN)
        public_id = made.public_id
        with transaction():
            db.session.execute(update(Resource).values(review_on=today() - timedelta(days=2)))
    member, page = browser(MEMBER), f"/ressources/{public_id}-guide-ancien"
    due = member.get("/ressources/a-revoir").get_data(as_text=True)
    assert ("Guide ancien" in due, "Toujours valable" in due) == (True, True)
    assert "Toujours valable" in member.get(page).text
    assert "Toujours valable" not in browser(OUTSIDER).get(page).text
    assert "À revoir depuis" in browser(OUTSIDER).get(page).text
    assert "Guide ancien" in member.get("/ressources?revoir=oui").text
    bad = member.post(f"/ressources/{public_id}/revision", {"review_on": "un jour"})
    assert (bad.status_code, 'value="un jour"' in bad.text) == (422, True)
    half_typed = member.post(f"/ressources/{public_id}/revision", {"review_on": "0026-11-29"})
    assert half_typed.status_code == 422
    assert member.post(f"/ressources/{public_id}/toujours-valable", {"next": "//evil.test"}).location == page
    assert "Vérifiée le" in browser(OUTSIDER).get(page).text
    assert browser(OUTSIDER).post(f"/ressources/{public_id}/toujours-valable").status_code == 403
