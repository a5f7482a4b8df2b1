"""Discussions are found by those who may read them, at the message that answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.discussions import operations
from app.library.operations import remove_resource
from app.search.beginnings import begun
from app.search.operations import find
from app.search.query import parse
from app.search.results import Results
from app.search.sources import source_of
from tests.discussions.talk import answer, start
from tests.library.shelves import share
from tests.people import CLOSED_GUEST, EXPIRED_GUEST, FACILITATOR, GUEST, MEMBER, OUTSIDER, PRIVATE
from tests.support import loaded, work

pytestmark = pytest.mark.usefixtures("cast")


def search(app: Flask, email: str, typed: str) -> Results:
    """Search as somebody, once the background work is done."""
    work(app)
    with app.test_request_context("/"):
        return find(loaded(email), parse(typed).query)


@pytest.mark.slow
def test_a_hit_opens_the_message_that_answers(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(title="Sorties d'école")
        for number in range(2, 61):
            answer(thread, MEMBER, f"Message {number}" + (" sur les médiateurs" if number == 55 else ""))
    (result,) = search(app, MEMBER, "médiateur").results
    (by_title,) = search(app, MEMBER, "sortie école").results
    with app.test_request_context("/"):
        assert result.card.title == "Sorties d'école"
        assert result.url.endswith("-sorties-d-ecole?page=2#reponse-55")
        assert result.places[0].label == "Réponse 54"
        assert "#" not in by_title.card.url(None)
    page = browser(MEMBER).get("/recherche?q=médiateur").get_data(as_text=True)
    assert "-sorties-d-ecole?page=2&amp;q=m%C3%A9diateur#reponse-55" in page


def test_the_year_of_a_talk_that_ends_late_in_the_evening_is_that_of_its_day_here(app: Flask) -> None:
    with app.app_context():
        thread = start(title="Vœux de minuit")
        with transaction():
            thread.last_post_at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert [search(app, MEMBER, f"minuit year:{year}").total for year in (2025, 2026)] == [0, 1]


def test_a_private_word_is_found_by_its_readers_only(app: Flask) -> None:
    with app.app_context():
        answer(start(slug=PRIVATE, title="Entre nous"), MEMBER, "Le mot zorglub")
    assert {
        who: search(app, who, "zorglub").total for who in (MEMBER, CLOSED_GUEST, OUTSIDER, GUEST, EXPIRED_GUEST)
    } == {
        MEMBER: 1,
        CLOSED_GUEST: 1,
        OUTSIDER: 0,
        GUEST: 0,
        EXPIRED_GUEST: 0,
    }


def test_edited_removed_and_hidden_words_are_found_no_more(app: Flask) -> None:
    with app.app_context():
        thread = start()
        edited, removed, hidden = (answer(thread, MEMBER, f"Le mot {word}") for word in ("azur", "bistre", "cinabre"))
    assert [search(app, MEMBER, word).total for word in ("azur", "bistre", "cinabre")] == [1, 1, 1]
    with app.app_context():
        for post, who, deed in (
            (edited, MEMBER, lambda person, post: operations.edit_post(person, post, "Le mot lilas", 1)),
            (removed, MEMBER, operations.remove_post),
            (hidden, FACILITATOR, lambda person, post: operations.hide_post(person, post, "hors sujet")),
        ):
            with transaction() as session:
                deed(loaded(who), session.merge(post))
    assert [search(app, MEMBER, word).total for word in ("azur", "bistre", "cinabre", "lilas")] == [0, 0, 0, 1]
    with app.app_context():
        source = source_of("thread")
        assert source is not None
        (document,) = source.documents([thread.id])
        assert "bistre" not in str(document)
        assert "cinabre" not in str(document)
        assert [passage.n for passage in document.passages] == [1, 2]


def test_comments_are_found_and_go_with_their_resource(app: Flask) -> None:
    with app.app_context():
        resource = share("Convention")
        with transaction():
            operations.comment(loaded(MEMBER), resource, "Une charte vermillon")
    found = search(app, OUTSIDER, "vermillon")
    assert [one.card.title.replace("\u00a0", " ") for one in found.results] == ["À propos de « Convention »"]
    assert [one.key.partition(":")[0] for one in search(app, OUTSIDER, "convention").results] == ["resource"]
    with app.app_context(), transaction() as session:
        remove_resource(loaded(FACILITATOR), session.merge(resource))
    assert search(app, OUTSIDER, "vermillon").total == 0


@pytest.mark.usefixtures("context")
def test_titles_are_looked_up_while_the_index_is_broken() -> None:
    open_one, closed = start(title="Médiation à l'école"), start(title="Médiation secrète", slug=PRIVATE)
    source = source_of("thread")
    assert source is not None
    assert source.titles(loaded(MEMBER), begun("mediation"), 9) == [closed.id, open_one.id]
    assert source.titles(loaded(OUTSIDER), begun("école MÉDIATION"), 9) == [open_one.id]
    assert source.titles(loaded(OUTSIDER), begun(" ?! "), 9) == []
