"""What is new in a saved search: each thing once, for those who may read it, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.alerts import jobs
from app.alerts.matching import match
from app.alerts.models import Rhythm, Watch, packed, unpacked
from app.alerts.operations import remove, restore
from app.core.db import transaction
from app.extensions import db
from app.library.operations import ResourceDetails, edit_resource
from app.search.models import SearchChange
from app.search.operations import engine, index_soon
from app.search.rebuilding.work import rebuild
from app.spaces.models import Audience, Membership, Role
from tests.alerts.following import (
    answer,
    ask,
    due,
    follow,
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
    unavailable,
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
)
from tests.support import CountedStatements, loaded, work

pytestmark = pytest.mark.usefixtures("empty_index")


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
        away.setattr(type(engine()), "search", unavailable)
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


def test_index_that_is_late_or_away_delays_and_loses_nothing(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    save(MEMBER, name="Médiation", q="médiation")
    publish("Médiation")
    match()  # the thing waits to be indexed
    assert news(MEMBER) == {"Médiation": 0}
    work(context)
    with monkeypatch.context() as away:
        away.setattr(type(engine()), "search", unavailable)
        jobs.look({})
    assert news(MEMBER) == {"Médiation": 0}
    look(context)
    assert told(context, MEMBER) == [["Médiation"]]


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
