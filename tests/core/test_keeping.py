"""What is kept, and for how long: drafts and the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import transaction
from app.core.drafts import MOST_DRAFTS, Draft, draft_for, keep_draft, purge_drafts
from app.extensions import db
from tests.people import MEMBER, OUTSIDER, Cast
from tests.support import loaded


def _at(moment: datetime) -> None:
    clock.set_clock(lambda: moment)


def test_person_keeps_the_last_hundred_drafts(context: Flask, cast: Cast) -> None:
    start = clock.now()
    with transaction():
        keep_draft(loaded(OUTSIDER), "/other", {"body": "of somebody else"})
        for number in range(MOST_DRAFTS + 2):
            _at(start + timedelta(seconds=number))
            keep_draft(loaded(MEMBER), f"/{number}", {"body": str(number)})
    kept = set(db.session.scalars(select(Draft.key).where(Draft.person_id == loaded(MEMBER).id)))
    assert kept == {f"/{number}" for number in range(2, MOST_DRAFTS + 2)}
    assert draft_for(loaded(OUTSIDER), "/other") == {"body": "of somebody else"}


def test_drafts_left_for_three_months_are_forgotten(context: Flask, cast: Cast) -> None:
    with transaction():
        keep_draft(loaded(MEMBER), "/old", {"body": "x"})
    later = clock.now() + timedelta(days=80)
    clock.set_clock(lambda: later)
    with transaction():
        keep_draft(loaded(MEMBER), "/young", {"body": "y"})
    much_later = later + timedelta(days=20)
    clock.set_clock(lambda: much_later)
    purge_drafts({})
    assert db.session.scalars(select(Draft.key)).all() == ["/young"]


def test_previews_asked_without_end_must_wait(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    answers = [here.post("/discussions/apercu", {"body": "x"}).status_code for _ in range(121)]
    assert (set(answers[:120]), answers[120]) == ({200}, 429)
