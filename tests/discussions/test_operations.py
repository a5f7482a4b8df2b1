"""What is done in discussions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, NotFoundError, RefusedError, TooLargeError
from app.core.revisions import revisions_of
from app.discussions import operations
from app.discussions.models import Post, Thread
from app.discussions.queries import read_position
from app.discussions.texts import LONGEST_POST, written
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Audience, State
from tests.discussions.talk import answer, read, shelve, space, start
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
    REQUEST,
)
from tests.support import loaded

pytestmark = pytest.mark.usefixtures("context", "cast")


def test_first_message_opens_the_thread() -> None:
    thread = start(MEMBER, title="  Qui  a\nessayé ? ", source="Bonjour\r\n\x00à tous")
    post = db.session.scalars(select(Post)).one()
    assert (thread.title, thread.post_count, thread.reply_count) == ("Qui a essayé ?", 1, 0)
    assert (post.n, post.source, post.author_id) == (1, "Bonjour\nà tous", loaded(MEMBER).id)
    assert "<p>Bonjour" in post.html


def test_replies_are_numbered_in_order() -> None:
    thread = start()
    assert [answer(thread, who, f"Message de {who}").n for who in (MEMBER, GUEST, FACILITATOR)] == [2, 3, 4]
    assert thread.last_post_by_id == loaded(FACILITATOR).id


@pytest.mark.parametrize("who", [OUTSIDER, CLOSED_GUEST, EXPIRED_GUEST, ADMIN])
def test_nobody_writes_without_taking_part(who: str) -> None:
    thread = start()
    with pytest.raises(RefusedError):
        answer(thread, who, "Je passe par là")
    with pytest.raises(RefusedError):
        start(who)


def test_guest_writes_like_a_member_but_not_to_the_whole_network() -> None:
    assert start(GUEST).post_count == 1
    with pytest.raises(RefusedError):
        start(GUEST, title="À tous", audience=Audience.NETWORK)


def test_nobody_writes_in_a_closed_thread_or_an_archived_space() -> None:
    closed, archived = start(title="Close"), start(title="Archives", slug=REQUEST)
    with transaction():
        closed.locked_at = clock.now()
        archived.space.archived_at = clock.now()
    for thread, said in ((closed, "discussion est fermée"), (archived, "espace est archivé")):
        with pytest.raises(RefusedError, match=said):
            answer(thread, FACILITATOR, "Encore un mot")


@pytest.mark.parametrize("source", ["", "  \n\t ", "\x00\x07", "\u200b\u2060", "\u202e"])
def test_an_empty_message_is_refused(source: str) -> None:
    thread = start()
    with pytest.raises(DomainError):
        answer(thread, MEMBER, source)
    with pytest.raises(DomainError):
        start(title=source)


def test_a_too_long_message_is_refused() -> None:
    thread = start()
    assert answer(thread, MEMBER, "é" * LONGEST_POST).n == 2
    with pytest.raises(TooLargeError):
        answer(thread, MEMBER, "é" * (LONGEST_POST + 1))
    with pytest.raises(TooLargeError):
        start(title="t" * 301)


def test_sending_twice_makes_one_post() -> None:
    thread = start()
    first = answer(thread, MEMBER, "Même constat.")
    assert answer(thread, MEMBER, "Même constat.\r\n").id == first.id
    assert answer(thread, GUEST, "Même constat.").n == 3
    clock.set_clock(lambda: first.created_at + timedelta(seconds=61))
    assert answer(thread, MEMBER, "Même constat.").n == 4


def test_sending_twice_opens_one_thread() -> None:
    assert start(MEMBER).id == start(MEMBER).id
    assert start(MEMBER, source="Autre texte").id != start(MEMBER).id
    assert db.session.scalar(select(func.count(Thread.id))) == 2


def test_editing_keeps_the_earlier_text() -> None:
    post = answer(start(), MEMBER, "Premier jet")
    with transaction():
        operations.edit_post(loaded(MEMBER), post, "Version **revue**", 1)
    assert (post.source, post.edit_version) == ("Version **revue**", 2)
    assert "<strong>revue</strong>" in post.html
    assert [one.fields for one in revisions_of(post)] == [{"source": "Premier jet"}]


def test_editing_something_changed_meanwhile_is_a_conflict() -> None:
    post = answer(start(), MEMBER, "Premier jet")
    with transaction():
        operations.edit_post(loaded(MEMBER), post, "Depuis le téléphone", 1)
    with pytest.raises(EditConflictError), transaction():
        operations.edit_post(loaded(MEMBER), post, "Depuis le bureau", 1)
    assert post.source == "Depuis le téléphone"
    with transaction():  # the same text sent twice is no conflict
        operations.edit_post(loaded(MEMBER), post, "Depuis le téléphone", 1)
    assert len(revisions_of(post)) == 1


@pytest.mark.parametrize("who", [FACILITATOR, GUEST, OUTSIDER, ADMIN])
def test_nobody_edits_or_removes_the_words_of_others(who: str) -> None:
    post = answer(start(), MEMBER, "Mes mots")
    with pytest.raises(RefusedError), transaction():
        operations.edit_post(loaded(who), post, "D'autres mots", 1)
    with pytest.raises(RefusedError), transaction():
        operations.remove_post(loaded(who), post)


def test_removing_keeps_the_place_and_names_the_previous_author() -> None:
    thread = start()
    answer(thread, GUEST, "Deux")
    post = answer(thread, MEMBER, "Trois")
    with transaction():
        operations.remove_post(loaded(MEMBER), post)
    assert (thread.post_count, thread.last_post_by_id) == (3, loaded(GUEST).id)
    assert answer(thread, GUEST, "Quatre").n == 4
    with pytest.raises(RefusedError), transaction():
        operations.edit_post(loaded(MEMBER), post, "Retour", post.edit_version)


def test_facilitator_hides_with_a_reason_that_is_journaled() -> None:
    post = answer(start(), MEMBER, "Propos déplacés")
    with pytest.raises(DomainError), transaction():
        operations.hide_post(loaded(FACILITATOR), post, " \n")
    with transaction():
        operations.hide_post(loaded(FACILITATOR), post, "hors\nsujet")
    assert post.deleted_reason == "hors sujet"
    line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "post.hidden")).one()
    assert (line.person_id, line.detail) == (loaded(FACILITATOR).id, {"reason": "hors sujet"})


@pytest.mark.parametrize("who", [MEMBER, GUEST, OUTSIDER])
def test_only_those_who_run_the_space_hide(who: str) -> None:
    post = answer(start(), FACILITATOR, "Propos")
    with pytest.raises(RefusedError), transaction():
        operations.hide_post(loaded(who), post, "pour voir")


def test_administrator_moderates_open_spaces_only() -> None:
    post = answer(start(), MEMBER, "Propos")
    with transaction():
        operations.hide_post(loaded(ADMIN), post, "hors sujet")
    closed = answer(start(slug=PRIVATE), MEMBER, "Entre nous")
    with pytest.raises(RefusedError), transaction():
        operations.hide_post(loaded(ADMIN), closed, "pour voir")


def test_reading_never_goes_back() -> None:
    thread = start()
    for number in range(5):
        answer(thread, MEMBER, f"Message {number}")
    for upto, kept in ((3, 3), (2, 3), (0, 3), (999, 6), (4, 6)):
        read(thread, GUEST, upto)
        assert read_position(loaded(GUEST), thread) == kept


def test_nobody_marks_what_they_may_not_read() -> None:
    thread = start(slug=PRIVATE)
    with pytest.raises(NotFoundError):
        read(thread, OUTSIDER, 1)


def test_first_comment_makes_the_one_thread_of_a_resource() -> None:
    resource = shelve(audience=Audience.NETWORK)
    with transaction():
        first = operations.comment(loaded(MEMBER), resource, "La charte est-elle publique ?")
    with transaction():
        second = operations.comment(loaded(GUEST), resource, "Oui.")
    thread = first.thread
    assert second.thread_id == thread.id
    assert (first.n, second.n, thread.reply_count) == (1, 2, 2)
    assert (thread.title, thread.space_id, thread.audience) == (resource.title, resource.space_id, "network")


def test_comment_needs_the_right_to_read_and_to_write() -> None:
    secret, draft, shown = shelve(PRIVATE), shelve(title="Brouillon", state=State.DRAFT), shelve(title="Ouverte")
    for resource in (secret, draft):
        with pytest.raises(NotFoundError), transaction():
            operations.comment(loaded(OUTSIDER), resource, "Bonjour")
    with pytest.raises(RefusedError), transaction():
        operations.comment(loaded(OUTSIDER), shown, "Bonjour")
    assert db.session.scalar(select(func.count(Thread.id))) == 0


def test_thread_follows_its_subject() -> None:
    resource = shelve()
    with transaction():
        thread = operations.comment(loaded(MEMBER), resource, "Bonjour").thread
    with transaction():
        resource.title, resource.space_id, resource.audience = "Autre titre", space(PRIVATE).id, Audience.NETWORK
        operations.follow_subject(resource)
    assert (thread.title, thread.space_id, thread.audience) == ("Autre titre", space(PRIVATE).id, "network")


def _together(app: Flask, deeds: int, deed: Callable[[int], object], *texts: str) -> list[Exception]:
    """Run a deed in several threads at once, its texts rendered before as views do; return what went wrong."""
    wrong: list[Exception] = []
    gate = threading.Barrier(deeds)

    def run(number: int) -> None:
        with app.app_context():
            try:
                for text in texts:
                    written(text.format(number))
                gate.wait()
                with transaction():
                    deed(number)
            except Exception as error:  # noqa: BLE001 - told to the test
                wrong.append(error)
            finally:
                db.session.remove()

    runners = [threading.Thread(target=run, args=(number,)) for number in range(deeds)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    db.session.rollback()
    return wrong


def test_eight_replies_at_once_are_numbered_without_hole_or_double(context: Flask) -> None:
    thread_id = start().id

    def deed(number: int) -> None:
        thread = db.session.get(Thread, thread_id)
        assert thread is not None
        operations.reply(loaded(MEMBER), thread, f"Réponse {number}")

    assert _together(context, 8, deed, "Réponse {}") == []
    numbers = db.session.scalars(select(Post.n).where(Post.thread_id == thread_id).order_by(Post.n)).all()
    assert numbers == list(range(1, 10))


def test_eight_clicks_on_one_button_make_one_post(context: Flask) -> None:
    thread_id = start().id

    def deed(_number: int) -> None:
        thread = db.session.get(Thread, thread_id)
        assert thread is not None
        operations.reply(loaded(MEMBER), thread, "Publié une fois")
        operations.start_thread(loaded(MEMBER), space(OPEN), "Une seule question", "Vraiment ?")

    assert _together(context, 8, deed, "Publié une fois", "Vraiment ?") == []
    assert db.session.scalar(select(func.count(Post.id))) == 3


def test_first_comments_at_once_make_one_thread(context: Flask) -> None:
    resource_id = shelve().id

    def deed(number: int) -> None:
        resource = db.session.get(Resource, resource_id)
        operations.comment(loaded(MEMBER), resource, f"Commentaire {number}")

    assert _together(context, 8, deed, "Commentaire {}") == []
    thread = db.session.scalars(select(Thread)).one()
    assert (thread.post_count, sorted(db.session.scalars(select(Post.n)))) == (8, list(range(1, 9)))
