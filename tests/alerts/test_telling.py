"""The mails that tell what is new in saved searches: when they leave, and what they say that minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.alerts.matching import match
from app.alerts.models import Finding, Rhythm, Watch
from app.alerts.operations import remove, set_rhythm, stop, take_up
from app.alerts.telling import by_day, compose_found, last_slot, tell
from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import Job
from app.core.worker import Worker
from app.extensions import db
from app.library.models import Resource
from app.library.operations import remove_resource
from app.search.operations import engine
from tests.alerts.following import (
    TITLES,
    due,
    html_of,
    look,
    mails,
    news,
    pass_time,
    publish,
    save,
    text_of,
    told,
    unavailable,
)
from tests.people import (
    FACILITATOR,
    GUEST,
    MEMBER,
    OUTSIDER,
)
from tests.support import loaded, work

pytestmark = pytest.mark.usefixtures("empty_index")


def test_all_searches_of_a_person_go_into_one_mail_and_a_thing_stands_there_once(context: Flask) -> None:
    save(MEMBER, name="A médiation", q="médiation")
    save(MEMBER, name="B police", q="police")
    publish("Médiation et police")
    publish("Police de nuit")
    look(context)
    [mail] = mails(context, MEMBER)
    assert str(mail["Subject"]) == "2 nouveautés dans vos recherches"
    assert told(context, MEMBER) == [["Médiation et police", "Police de nuit"]]


@pytest.mark.slow
def test_second_mail_at_once_waits_and_gathers(context: Flask) -> None:
    save(MEMBER, q="médiation")
    save(MEMBER, name="Une autre", q="1 OU 2")
    for n in range(3):
        publish(f"Médiation {n}")
        look(context)
    assert told(context, MEMBER) == [["Médiation 0"]]
    pass_time(timedelta(minutes=11))
    work(context)
    assert [sorted(one) for one in told(context, MEMBER)][1:] == [["Médiation 1", "Médiation 2"]]


def test_nothing_leaves_at_night(context: Flask) -> None:
    save(MEMBER, q="médiation")
    pass_time(by_day(now(), "Europe/Paris").replace(hour=21, minute=30) - now())  # half past ten or eleven there
    publish("Médiation")
    look(context)
    assert told(context, MEMBER) == []
    pass_time(timedelta(hours=10))
    work(context)
    assert told(context, MEMBER) == [["Médiation"]]


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("2026-07-14T06:59:00+02:00", "2026-07-14T07:00:00+02:00"),
        ("2026-07-14T07:00:00+02:00", "2026-07-14T07:00:00+02:00"),
        ("2026-07-14T21:59:00+02:00", "2026-07-14T21:59:00+02:00"),
        ("2026-07-14T22:00:00+02:00", "2026-07-15T07:00:00+02:00"),
        ("2026-10-24T23:30:00+02:00", "2026-10-25T07:00:00+01:00"),  # the night the clocks go back
    ],
)
def test_night_is_that_of_the_reader(moment: str, leaves: str) -> None:
    assert by_day(datetime.fromisoformat(moment), "Europe/Paris") == datetime.fromisoformat(leaves)


@pytest.mark.slow
def test_rhythms_wait_for_their_hour_and_go_together(context: Flask) -> None:
    save(MEMBER, Rhythm.DAILY, name="Jour", q="médiation")
    save(MEMBER, Rhythm.WEEKLY, name="Semaine", q="police")
    save(MEMBER, Rhythm.NONE, name="Jamais", q="médiation OU police")
    publish("Médiation")
    publish("Police")
    look(context)
    due(context)
    assert (told(context, MEMBER), news(MEMBER)) == ([], {"Jour": 1, "Semaine": 1, "Jamais": 2})
    pass_time(last_slot(Rhythm.WEEKLY, "Europe/Paris", now()) + timedelta(days=7, minutes=1) - now())
    due(context)
    due(context)
    [mail] = mails(context, MEMBER)
    assert ("Jour" in text_of(mail), "Semaine" in text_of(mail), "Jamais" in text_of(mail)) == (True, True, False)


@pytest.mark.slow
def test_clock_set_back_tells_nothing_twice(context: Flask) -> None:
    save(MEMBER, Rhythm.DAILY, q="médiation")
    publish("Médiation")
    look(context)
    pass_time(timedelta(days=1))
    due(context)
    pass_time(timedelta(days=-3))
    due(context)
    publish("Médiation encore")
    look(context)
    pass_time(timedelta(days=5))
    due(context)
    assert told(context, MEMBER) == [["Médiation"], ["Médiation encore"]]


def test_seven_o_clock_is_the_reader_s() -> None:
    noon = now().replace(year=2026, month=7, day=2, hour=12, minute=0, second=0, microsecond=0)
    assert last_slot(Rhythm.DAILY, "Europe/Paris", noon) == noon.replace(hour=5)
    assert last_slot(Rhythm.DAILY, "America/Cayenne", noon.replace(hour=9)) == noon.replace(day=1, hour=10)
    assert last_slot(Rhythm.WEEKLY, "Europe/Paris", noon) == noon.replace(month=6, day=29, hour=5)
    monday = noon.replace(month=6, day=29, hour=4)
    assert last_slot(Rhythm.WEEKLY, "Europe/Paris", monday) == noon.replace(month=6, day=22, hour=5)


def queued(app: Flask) -> dict[str, Any]:
    """Find something for the outsider and queue its mail without sending it."""
    save(OUTSIDER, name="Médiation", q="médiation")
    publish("Médiation zorglub")
    work(app)
    match()
    tell(loaded(OUTSIDER).id)
    return {"user_id": loaded(OUTSIDER).id, "found": {str(one.watch_id): [one.key] for one in _findings()}}


def _findings() -> list[Finding]:
    return list(db.session.scalars(db.select(Finding)))


def test_mail_that_waits_says_what_may_be_read_the_minute_it_leaves(context: Flask) -> None:
    about = queued(context)
    letter = compose_found(about)
    assert letter is not None
    assert "zorglub" in letter.text
    with transaction():
        remove_resource(loaded(FACILITATOR), _resource(), "")
    assert compose_found(about) is None
    work(context)
    assert mails(context) == []


def _resource() -> Any:
    return db.session.scalars(db.select(Resource)).one()


def test_thing_that_answers_one_search_no_more_stands_under_the_other(context: Flask) -> None:
    first, second = (save(MEMBER, name=name, q=word) for name, word in (("A", "médiation"), ("B", "terrasses")))
    publish("Terrasses")
    look(context)
    key = f"resource:{_resource().id}"
    letter = compose_found({"user_id": loaded(MEMBER).id, "found": {str(one.id): [key] for one in (first, second)}})
    assert letter is not None
    assert TITLES.findall(letter.text) == ["Terrasses"]


@pytest.mark.parametrize("how", ["disabled", "stopped", "removed"])
def test_mail_that_waits_is_not_sent_to_who_has_left_or_stopped(context: Flask, how: str) -> None:
    queued(context)
    with transaction():
        me = loaded(OUTSIDER)
        watch = db.session.scalars(db.select(Watch)).one()
        if how == "disabled":
            me.disabled_at = now()
        elif how == "stopped":
            stop(me)
        else:
            remove(me, watch.search)
    work(context)
    assert mails(context) == []


def test_suspended_person_and_guest_after_their_end_get_nothing(context: Flask) -> None:
    for who in (MEMBER, GUEST):
        save(who, q="médiation")
    with transaction():
        loaded(MEMBER).disabled_at = now()
    publish("Médiation")
    pass_time(timedelta(days=40))
    look(context)
    assert mails(context) == []


def test_two_workers_by_mistake_tell_once(context: Flask) -> None:
    save(MEMBER, q="médiation")
    publish("Médiation")
    work(context)
    match()
    with transaction():
        db.session.execute(update(Watch).values(checked=0))
    match()
    for _ in range(2):
        tell(loaded(MEMBER).id)
    work(context)
    assert told(context, MEMBER) == [["Médiation"]]


def test_worker_killed_after_the_mail_was_written_sends_the_same_mail(context: Flask) -> None:
    save(MEMBER, q="médiation")
    publish("Médiation")
    look(context)
    with transaction():
        sent = update(Job).where(Job.name == "mail.send").values(state="queued", run_at=now())
        db.session.execute(sent)
    Worker(context).run_once("default")
    assert told(context, MEMBER) == [["Médiation"]]


def test_index_broken_when_the_mail_leaves_tells_without_passages(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = queued(context)
    index = context.config["SETTINGS"].instance / "index"
    monkeypatch.setattr(type(engine()), "search", unavailable)
    letter = compose_found(about)
    assert letter is not None
    assert ("Médiation zorglub" in letter.text, index.exists()) == (True, True)


def test_rhythm_begun_later_does_not_tell_what_was_found_before(context: Flask) -> None:
    watch = save(MEMBER, Rhythm.NONE, q="médiation")
    publish("Médiation avant")
    look(context)
    with transaction():
        set_rhythm(watch, Rhythm.AT_ONCE)
    publish("Médiation après")
    look(context)
    assert told(context, MEMBER) == [["Médiation après"]]


def test_mails_stopped_by_a_link_are_taken_up_with_their_rhythm(context: Flask) -> None:
    for rhythm, name in ((Rhythm.DAILY, "A"), (Rhythm.NONE, "B"), (Rhythm.WEEKLY, "C")):
        save(MEMBER, rhythm, name=name, q=f"médiation {name}xyz")
    rhythms = db.select(Watch.rhythm).order_by(Watch.id)
    with transaction():
        stop(loaded(MEMBER))
    assert db.session.scalars(rhythms).all() == ["none"] * 3
    with transaction():
        take_up(loaded(MEMBER))
    assert db.session.scalars(rhythms).all() == ["daily", "none", "weekly"]


def test_mail_is_in_the_reader_s_language_and_shows_words_as_text(context: Flask) -> None:
    with transaction():
        loaded(MEMBER).language = "en"
    save(MEMBER, name="<b>Nom</b>", q="médiation")
    publish("Médiation <script>alert(1)</script>", summary="La médiation <i>nocturne</i> & la rue.")
    look(context)
    [mail] = mails(context, MEMBER)
    html = html_of(mail)
    assert str(mail["Subject"]) == "1 new result for “<b>Nom</b>”"
    assert ("<script>" in html, "<i>" in html, "<b>Nom" in html) == (False, False, False)
    assert "La <b>médiation</b> &lt;i&gt;nocturne&lt;/i&gt; &amp; la rue." in html
    assert "https://" in text_of(mail) or "http://" in text_of(mail)
