"""The front page says what is new since the last visit: counted truly, by day, and only for the person who looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import User
from app.core import clock, slots
from app.core.db import transaction
from app.core.news import DISCUSSION, RESOURCE, NewsItem
from app.core.slots import fill
from app.discussions.models import Post, Thread
from app.extensions import db
from app.home.feed import LINES_PER_PAGE, MOST_LINES
from app.library.models import Resource
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, CountedStatements

NOON = datetime(2021, 7, 5, 10, 0, tzinfo=UTC)  # Monday 5 July, noon in Paris
THURSDAY = datetime(2021, 7, 1, 7, 12, tzinfo=UTC)
asked: list[tuple[datetime, int]] = []
given: list[NewsItem] = []
features: dict[str, tuple[int, Callable[..., Any]]] = {}


@pytest.fixture(autouse=True)
def _news(app: Flask) -> Iterator[None]:
    """Let this test alone fill the slot, at noon on Monday 5 July 2021."""
    before = dict(slots._slots["home.news"])
    features.clear()
    features.update(before)
    slots._slots["home.news"].clear()

    @fill("home.news")
    def news(since: datetime, limit: int) -> list[NewsItem]:
        asked.append((since, limit))
        return [one for one in given if one.at > since][:limit]

    asked.clear()
    given.clear()
    clock.set_clock(lambda: NOON)
    yield
    slots._slots["home.news"].clear()
    slots._slots["home.news"].update(before)


def a_resource(at: datetime, title: str = "Un rapport", space_id: int | None = None) -> NewsItem:
    return NewsItem(
        at=at, type=RESOURCE, kind="report", kind_label="Rapport", title=title, url="/ressources/x", space_id=space_id
    )


def a_thread(at: datetime, replies: int, *, is_new: bool = False, space_id: int | None = None) -> NewsItem:
    return NewsItem(
        at=at,
        type=DISCUSSION,
        kind="discussion",
        kind_label="Discussion",
        title="Une question",
        url="/discussions/x",
        count=replies,
        is_new=is_new,
        space_id=space_id,
    )


def last_seen(app: Flask, email: str, seen: datetime | None, previous: datetime | None = None) -> None:
    with app.app_context(), transaction():
        person = db.session.query(User).filter_by(email=email).one()
        person.last_seen_at, person.previous_visit_at = seen, previous


def main_of(app: Flask, path: str = "/", email: str = MEMBER) -> str:
    text = Browser(app, email).get(path).text
    return text[text.index("<main") : text.index("</main>")].replace("\u00a0", " ").replace("\u202f", " ")


def test_lead_names_the_last_visit_and_counts_what_came(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    given.extend(a_resource(NOON - timedelta(hours=hour)) for hour in range(3))
    given.extend([a_thread(NOON, 4), a_thread(NOON, 2, is_new=True)])
    text = main_of(app)
    assert "Bonjour Malik" in text
    assert "Depuis votre dernière visite, jeudi 1er juillet : 3 ressources, 1 discussion et 6 réponses." in text
    assert asked == [(THURSDAY, MOST_LINES)]


def test_only_what_came_since_the_last_visit_is_counted(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    given.extend([a_resource(THURSDAY - timedelta(minutes=1)), a_resource(THURSDAY + timedelta(minutes=1))])
    assert "jeudi 1er juillet : 1 ressource." in main_of(app)


def test_nothing_new_says_since_when(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    assert "Rien de nouveau depuis votre dernière visite, jeudi 1er juillet." in main_of(app)


def test_during_a_visit_the_earlier_one_counts(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, NOON - timedelta(minutes=6), previous=THURSDAY)
    main_of(app)
    assert asked[0][0] == THURSDAY


def test_first_page_of_a_visit_and_the_next_ones_say_the_same(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY, previous=THURSDAY - timedelta(days=9))
    browser = Browser(app, MEMBER)
    for minutes in (0, 1, 6, 20, 45):
        clock.set_clock(lambda minutes=minutes: NOON + timedelta(minutes=minutes))  # type: ignore[misc]
        browser.get("/")
    assert {since for since, _limit in asked} == {THURSDAY}


def test_first_visit_shows_the_last_month(app: Flask, cast: Cast) -> None:
    given.append(a_resource(NOON - timedelta(days=20)))
    given.append(a_resource(NOON - timedelta(days=40)))
    assert "Ces trente derniers jours : 1 ressource." in main_of(app)


def test_first_visit_to_an_empty_network_welcomes(app: Flask, cast: Cast) -> None:
    assert "Bienvenue dans le réseau." in main_of(app, email=ADMIN)


def test_lines_are_grouped_by_day_latest_first(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY - timedelta(days=30))
    given.extend(
        [
            a_resource(datetime(2021, 7, 2, 9, 30, tzinfo=UTC), "Le vieux"),
            a_resource(datetime(2021, 7, 4, 22, 30, tzinfo=UTC), "Le récent"),  # half past midnight on Monday in Paris
            a_resource(datetime(2021, 7, 4, 21, 30, tzinfo=UTC), "Celui d'hier"),
        ]
    )
    text = main_of(app)
    places = [
        text.index(words)
        for words in (
            "Aujourd’hui, lundi 5 juillet",
            "Le récent",
            "Hier, dimanche 4 juillet",
            "Celui d’hier",
            "Vendredi 2 juillet",
            "Le vieux",
        )
    ]
    assert places == sorted(places)
    assert "0 h 30" in text


def test_filter_of_the_address_keeps_one_type(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    given.extend([a_resource(NOON), a_thread(NOON, 1)])
    assert "Une question" not in main_of(app, "/?voir=ressources")
    assert "Un rapport" not in main_of(app, "/?voir=discussions")
    assert "1 ressource et 1 réponse" in main_of(app, "/?voir=discussions")
    everything = main_of(app, "/?voir=n'importe%00quoi")
    assert "Un rapport" in everything
    assert "Une question" in everything


def test_long_lists_are_cut_into_pages_and_counted_whole(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    given.extend(a_resource(NOON - timedelta(minutes=n), f"Rapport {n:03}") for n in range(LINES_PER_PAGE + 5))
    first, second = main_of(app), main_of(app, "/?page=2")
    assert f"{LINES_PER_PAGE + 5} ressources." in first
    assert first.count("event__title") == LINES_PER_PAGE
    assert second.count("event__title") == 5
    assert main_of(app, "/?page=99999999999999999999").count("event__title") in {5, LINES_PER_PAGE}


def test_a_count_that_was_cut_says_so(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    given.extend(a_resource(NOON - timedelta(minutes=n)) for n in range(MOST_LINES + 1))
    assert f"plus de {MOST_LINES} nouveautés" in main_of(app)


def test_my_spaces_stand_beside_with_what_is_new_in_each(app: Flask, cast: Cast) -> None:
    last_seen(app, MEMBER, THURSDAY)
    given.extend([a_resource(NOON, space_id=cast.spaces[OPEN]), a_thread(NOON, 3, space_id=cast.spaces[OPEN])])
    text = main_of(app)
    beside = text[text.index('id="mes-espaces"') :]
    assert 'Atelier ouvert<span class="meta">2 nouveautés' in beside
    assert 'Cercle fermé<span class="meta">À jour' in beside
    assert "Vie nocturne" not in beside
    assert f"/espaces/{PRIVATE}" in beside


def test_person_without_a_space_is_told_where_to_look(app: Flask, cast: Cast) -> None:
    assert "Vous ne participez encore à aucun espace" in main_of(app, email=OUTSIDER)


def test_stranger_is_sent_to_the_sign_in_page(app: Flask) -> None:
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/connexion")


def test_main_actions_are_offered_to_those_who_may_write_somewhere(app: Flask, cast: Cast) -> None:
    text = main_of(app)
    assert text.index("Partager une ressource") < text.index("Poser une question")
    assert "Poser une question" not in main_of(app, email=OUTSIDER)


def test_question_is_put_to_a_space_one_writes_in(app: Flask, cast: Cast) -> None:
    text = main_of(app, "/discussions/nouvelle")
    assert f"/espaces/{OPEN}/discussions/nouvelle" in text
    assert f"/espaces/{PRIVATE}/discussions/nouvelle" in text
    only = Browser(app, GUEST).get("/discussions/nouvelle")
    assert only.headers["Location"] == f"/espaces/{OPEN}/discussions/nouvelle"
    assert "Vous ne participez encore" in main_of(app, "/discussions/nouvelle", email=OUTSIDER)


def test_what_happens_in_the_features_comes_home(app: Flask, cast: Cast) -> None:
    """The slot filled by the features themselves: a private thing never comes to somebody outside."""
    slots._slots["home.news"].update(features)
    last_seen(app, MEMBER, THURSDAY)
    last_seen(app, OUTSIDER, THURSDAY)
    with app.app_context(), transaction() as session:
        for title, slug in (("Bilan ouvert", OPEN), ("Bilan secret", PRIVATE)):
            session.add(
                Resource(
                    title=title,
                    kind="report",
                    space_id=cast.spaces[slug],
                    author_id=cast.people[FACILITATOR],
                    published_at=NOON - timedelta(hours=2),
                )
            )
    assert "jeudi 1er juillet : 2 ressources." in main_of(app)
    outside = main_of(app, email=OUTSIDER)
    assert "jeudi 1er juillet : 1 ressource." in outside
    assert "Bilan secret" not in outside


def test_number_of_statements_does_not_grow_with_news(app: Flask, cast: Cast) -> None:
    slots._slots["home.news"].update(features)
    last_seen(app, MEMBER, THURSDAY)
    counts = []
    for many in (1, 3):
        with app.app_context(), transaction() as session:
            for number in range(many):
                at = NOON - timedelta(hours=number)
                ids = {"space_id": cast.spaces[OPEN], "author_id": cast.people[FACILITATOR]}
                session.add(Resource(title=f"R{many}{number}", kind="report", published_at=at, **ids))
                thread = Thread(title=f"T{many}{number}", published_at=at, last_post_at=at, post_count=1, **ids)
                session.add(thread)
                session.flush()
                post = Post(thread_id=thread.id, n=1, author_id=ids["author_id"], source="x", html="<p>x</p>")
                post.renderer_version, post.created_at = 1, at
                session.add(post)
        browser = Browser(app, MEMBER)
        browser.get("/")
        with CountedStatements(app) as counted:
            text = browser.get("/").text
        assert text.count("event__title") == 2 * (1 if many == 1 else 4)
        counts.append(len(counted))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 16
