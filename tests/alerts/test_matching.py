"""What is new in a saved search: each thing once, for those who may read it, whatever happens meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.alerts import jobs
from app.alerts.matching import match
from app.alerts.models import Finding, Rhythm, Watch, packed, unpacked
from app.alerts.operations import remove, restore, set_rhythm, stop, take_up
from app.alerts.telling import by_day, compose_found, last_slot, tell
from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import Job
from app.core.worker import Worker
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, edit_resource, remove_resource
from app.search.engine import IndexUnavailableError
from app.search.models import SearchChange
from app.search.operations import engine, index_soon
from app.search.rebuilding.work import rebuild
from app.spaces.models import Audience, Membership, Role
from tests.alerts.following import (
    TITLES,
    answer,
    ask,
    due,
    follow,
    html_of,
    look,
    mails,
    news,
    pass_time,
    publish,
    save,
    shared,
    space,
    text_of,
    told,
)
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    Cast,
)
from tests.support import CountedStatements, loaded, work


@pytest.fixture(autouse=True)
def _everybody(app: Flask, cast: Cast) -> None:
    """Every test has the cast, and an index that holds nothing yet."""
    with app.app_context():
        engine().rebuild(())


def test_keys_are_kept_in_little_room() -> None:
    keys = {f"resource:{n}" for n in range(1, 9000, 3)} | {"thread:7"}
    assert unpacked(packed(keys)) == keys
    assert (len(packed(keys)) < 500, unpacked(packed(()))) == (True, set())


def test_what_stood_there_when_the_search_was_saved_is_never_news(context: Flask) -> None:
    old = publish("Médiation ancienne")
    work(context)
    save(MEMBER, q="médiation")
    with transaction():
        details = ResourceDetails.of(kind="report", title="Médiation ancienne, revue")
        edit_resource(loaded(FACILITATOR), old, details, old.edit_version)
    look(context)
    assert (told(context, MEMBER), news(MEMBER)) == ([], {"{'q': 'médiation'}": 0})


def test_what_is_edited_before_the_first_look_is_not_news_and_what_waits_to_be_indexed_is(context: Flask) -> None:
    old = publish("Médiation ancienne")
    work(context)
    publish("Médiation qui attend")
    save(MEMBER, q="médiation")
    with transaction():
        edit_resource(loaded(FACILITATOR), old, ResourceDetails.of(kind="report", title="Médiation revue"), 1)
    look(context)
    assert told(context, MEMBER) == [["Médiation qui attend"]]


def test_search_saved_while_the_index_is_away_learns_later_what_stood_there(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("Médiation ancienne")
    work(context)
    with monkeypatch.context() as away:
        away.setattr(type(engine()), "search", _unavailable)
        save(MEMBER, q="médiation")
    publish("Médiation nouvelle")
    look(context)
    assert told(context, MEMBER) == [["Médiation nouvelle"]]


@pytest.mark.slow
def test_new_thing_is_told_once_whatever_happens_to_it(context: Flask) -> None:
    save(MEMBER, name="Médiation", q="médiation")
    new = publish("Médiation nocturne")
    number = new.id
    publish("Tout autre chose")
    look(context)
    with transaction():
        details = ResourceDetails.of(kind="report", title="Médiation nocturne, revue")
        edit_resource(loaded(FACILITATOR), new, details, new.edit_version)
    look(context)
    rebuild(engine())
    with transaction():
        db.session.execute(update(Watch).values(checked=0))
    look(context)
    with transaction():  # as when too much has changed for all of it to be known
        db.session.execute(update(Watch).values(checked=0))
        db.session.execute(db.delete(SearchChange))
        index_soon("resource", number)
    look(context)
    assert told(context, MEMBER) == [["Médiation nocturne"]]
    assert news(MEMBER) == {"Médiation": 1}


@pytest.mark.slow
def test_thread_that_comes_to_answer_by_somebody_else_s_reply_is_news(context: Flask) -> None:
    thread, mine = ask("Une question"), ask("Ma question", by=MEMBER)
    work(context)
    save(MEMBER, q="médiation")
    answer(thread, "Chez nous, la médiation a lieu le soir.")
    answer(mine, "Je parle de médiation.", by=MEMBER)
    look(context)
    [mail] = mails(context, MEMBER)
    assert ("Une question" in text_of(mail), "Ma question" in text_of(mail)) == (True, False)
    assert "Réponse 1" in text_of(mail)
    pass_time(timedelta(minutes=20))
    answer(mine, "La médiation, oui.")
    look(context)
    assert told(context, MEMBER)[1:] == [["Ma question"]]


def test_what_one_shares_oneself_is_not_announced(context: Flask) -> None:
    for who in (MEMBER, FACILITATOR):
        save(who, q="médiation")
    publish("Médiation à moi", by=MEMBER)
    look(context)
    assert (told(context, MEMBER), told(context, FACILITATOR)) == ([], [["Médiation à moi"]])


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


BLIND = (OUTSIDER, GUEST, EXPIRED_GUEST, ADMIN)


@pytest.mark.slow
def test_word_of_a_closed_space_reaches_nobody_outside(context: Flask) -> None:
    for who in (*BLIND, MEMBER, CLOSED_GUEST):
        save(who, name="Canari", q="zorglub")
        save(who, Rhythm.NONE, name="Tout", tri="date", q="-rien")
    publish("Zorglub du cercle", where=PRIVATE)
    ask("Question fermée", "Le mot zorglub.", where=PRIVATE)
    look(context)
    assert [told(context, who) for who in BLIND] == [[]] * len(BLIND)
    assert [news(who) for who in BLIND] == [{"Canari": 0, "Tout": 0}] * len(BLIND)
    assert [sorted(told(context, who)[0]) for who in (MEMBER, CLOSED_GUEST)] == [
        ["Question fermée", "Zorglub du cercle"]
    ] * 2
    assert [news(who)["Canari"] for who in (MEMBER, CLOSED_GUEST)] == [2, 2]


def test_thing_that_opens_is_news_to_those_who_could_not_read_it(context: Flask) -> None:
    hidden = publish("Médiation du cercle", where=PRIVATE)
    work(context)
    for who in (OUTSIDER, MEMBER):
        save(who, q="médiation")
    with transaction():
        db.session.get_one(type(hidden), hidden.id).audience = Audience.NETWORK
        index_soon("resource", hidden.id)
    look(context)
    assert (told(context, OUTSIDER), told(context, MEMBER)) == ([["Médiation du cercle"]], [])


def test_what_a_space_held_before_one_came_in_is_not_news(context: Flask) -> None:
    number = publish("Médiation ancienne", where=PRIVATE).id
    work(context)
    save(OUTSIDER, q="médiation")
    with transaction() as session:
        session.add(Membership(space_id=space(PRIVATE).id, user_id=loaded(OUTSIDER).id, role=Role.MEMBER))
        index_soon("thread", 999)  # anything at all moves the version
    look(context)
    with transaction():
        index_soon("resource", number)
    publish("Médiation nouvelle", where=PRIVATE)
    look(context)
    assert told(context, OUTSIDER) == [["Médiation nouvelle"]]


@pytest.mark.slow
def test_what_closes_between_finding_and_sending_is_not_named(context: Flask) -> None:
    save(OUTSIDER, Rhythm.DAILY, name="Médiation", q="médiation")
    closing, staying = publish("Médiation zorglub"), publish("Médiation ouverte")
    look(context)
    with transaction():
        db.session.get_one(type(closing), closing.id).space_id = space(PRIVATE).id
        index_soon("resource", closing.id)
    assert news(OUTSIDER) == {"Médiation": 1}
    pass_time(timedelta(days=1))
    due(context)
    assert told(context, OUTSIDER) == [["Médiation ouverte"]]
    assert "zorglub" not in mails(context)[0].as_string()
    with transaction():
        db.session.get_one(type(closing), closing.id).space_id = space(OPEN).id
        index_soon("resource", closing.id)
    look(context)
    pass_time(timedelta(days=1))
    due(context)
    assert told(context, OUTSIDER)[1:] == [["Médiation zorglub"]]
    assert staying.id != closing.id


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


def test_index_that_is_late_or_away_delays_and_loses_nothing(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    save(MEMBER, name="Médiation", q="médiation")
    publish("Médiation")
    match()  # the thing waits to be indexed
    assert news(MEMBER) == {"Médiation": 0}
    work(context)
    with monkeypatch.context() as away:
        away.setattr(type(engine()), "search", _unavailable)
        jobs.look({})
    assert news(MEMBER) == {"Médiation": 0}
    look(context)
    assert told(context, MEMBER) == [["Médiation"]]


def test_index_broken_when_the_mail_leaves_tells_without_passages(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = queued(context)
    index = context.config["SETTINGS"].instance / "index"
    monkeypatch.setattr(type(engine()), "search", _unavailable)
    letter = compose_found(about)
    assert letter is not None
    assert ("Médiation zorglub" in letter.text, index.exists()) == (True, True)


def _unavailable(*_arguments: Any, **_more: Any) -> Any:

    raise IndexUnavailableError


def test_same_question_of_many_is_put_to_the_engine_once(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in (MEMBER, OUTSIDER, GUEST, FACILITATOR):
        save(who, q="médiation")
    publish("Médiation")
    work(context)
    asked: list[int] = []
    search = type(engine()).search

    def counting(*arguments: Any, **more: Any) -> Any:
        asked.append(1)
        return search(*arguments, **more)

    monkeypatch.setattr(type(engine()), "search", counting)
    match()
    assert (len(asked), news(OUTSIDER)["{'q': 'médiation'}"]) == (1, 1)
    match()
    assert len(asked) == 1


def test_filters_tab_and_sizes_narrow_what_is_news(context: Flask) -> None:
    save(MEMBER, name="Discussions", q="médiation", quoi="discussions")
    save(MEMBER, name="Rapports", q="médiation", kind="report")
    save(MEMBER, name="Sans", q="médiation -type:discussion")
    save(MEMBER, name="Taille", q="médiation", taille="200000-")
    publish("Médiation")
    ask("Médiation ?")
    look(context)
    assert news(MEMBER) == {"Discussions": 1, "Rapports": 1, "Sans": 1, "Taille": 0}


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


def test_removed_search_is_silent_and_comes_back_with_what_it_knew(context: Flask) -> None:
    publish("Médiation ancienne")
    work(context)
    watch = save(MEMBER, q="médiation")
    with transaction():
        remove(loaded(MEMBER), watch.search)
    publish("Médiation pendant")
    look(context)
    assert (mails(context), news(MEMBER)) == ([], {})
    with transaction():
        restore(loaded(MEMBER), watch.search)
    look(context)
    assert told(context, MEMBER) == [["Médiation pendant"]]


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


@pytest.mark.slow
def test_statements_of_a_look_do_not_grow_with_what_is_new(context: Flask) -> None:
    save(MEMBER, q="médiation")
    counts = []
    for number in (2, 7):
        for n in range(number):
            publish(f"Médiation {number} {n}")
        work(context)
        with CountedStatements(context) as counted:
            match()
        counts.append(len(counted))
    assert counts[1] <= counts[0], counts


@pytest.mark.slow
def test_search_of_a_space_follows_each_member_s_rights(context: Flask) -> None:

    one = shared("Médiation de l'atelier", q="médiation")
    for who in (MEMBER, OUTSIDER, GUEST):
        follow(who, one)
    publish("Médiation fermée", where=PRIVATE)
    publish("Médiation ouverte")
    look(context)
    assert [sorted(told(context, who)[0]) for who in (MEMBER, OUTSIDER, GUEST)] == [
        ["Médiation fermée", "Médiation ouverte"],
        ["Médiation ouverte"],
        ["Médiation ouverte"],
    ]


def test_who_reads_the_space_no_more_is_told_nothing_by_its_search(context: Flask) -> None:

    one = shared("Opération hibou", PRIVATE, q="médiation")
    follow(CLOSED_GUEST, one)
    publish("Médiation", where=PRIVATE)
    pass_time(timedelta(days=40))
    look(context)
    assert (mails(context), news(CLOSED_GUEST)) == ([], {})
