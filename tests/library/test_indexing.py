"""Resources in the search: found by those who may read them, at the page of the hit, by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.core.slots import collect
from app.extensions import db
from app.library.indexing import ResourceSource, card_of
from app.library.models import Resource
from app.library.operations import ResourceDetails, edit_resource, remove_resource
from app.search.engine import Passage
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Audience
from tests.library.shelves import pdf, share
from tests.people import CLOSED_GUEST, ENTERED, EVERYBODY, FACILITATOR, MEMBER, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, work


@pytest.fixture(autouse=True)
def _everybody(context: Flask, cast: Cast, _empty_index: None) -> None:
    """Every test has the cast, a context and an empty index."""


@pytest.fixture
def found(context: Flask) -> Any:
    """A function that gives the titles a person finds."""

    def titles(email: str, words: str) -> list[str]:
        db.session.rollback()
        with context.test_request_context():
            results = find(loaded(email), parse(words).query)
            assert not results.degraded
            return sorted(one.card.title for one in results.results)

    return titles


@pytest.mark.slow
def test_resource_is_found_by_its_words_tags_summary_and_pages(context: Flask, found: Any) -> None:
    share("Médiation scolaire", summary="Un binôme", tags=["Jeunesse"], files=[(pdf("les guetteurs"), "g.pdf")])
    work(context)
    for words in ("médiations", "binômes", "jeunesse", "guetteur", "kind:rapport guetteur"):
        assert found(OUTSIDER, words) == ["Médiation scolaire"], words
    assert found(OUTSIDER, "kind:guide guetteur") == []


@pytest.mark.slow
def test_secret_word_is_found_by_readers_only(context: Flask, found: Any) -> None:
    share("Rien", space=PRIVATE, files=[(pdf("zanzibar"), "z.pdf")])
    share("Pour tous", space=PRIVATE, audience=Audience.NETWORK, summary="tombouctou")
    work(context)
    readers = {email for email in EVERYBODY if found(email, "zanzibar")}
    assert readers == {FACILITATOR, MEMBER, CLOSED_GUEST, ENTERED}
    assert found(OUTSIDER, "tombouctou") == ["Pour tous"]


def test_change_and_removal_reach_the_search(context: Flask, found: Any) -> None:
    made = share("Avant")
    work(context)
    with transaction():
        edit_resource(loaded(FACILITATOR), made, ResourceDetails.of(kind="guide", title="Ensuite", lang="fr"), 1)
    work(context)
    assert (found(MEMBER, "avant"), found(MEMBER, "ensuite")) == ([], ["Ensuite"])
    with transaction():
        remove_resource(loaded(FACILITATOR), made)
    assert found(MEMBER, "ensuite") == []  # at once: the mask does not wait for the index


def test_stricter_audience_counts_at_once(context: Flask, found: Any) -> None:
    made = share("Confidence", space=PRIVATE, audience=Audience.NETWORK)
    work(context)
    assert found(OUTSIDER, "confidence") == ["Confidence"]
    strict = ResourceDetails.of(kind="report", title="Confidence", lang="fr", audience=Audience.SPACE)
    with transaction():
        edit_resource(loaded(FACILITATOR), made, strict, 1)
    assert found(OUTSIDER, "confidence") == []


def test_year_of_what_came_out_late_in_the_evening_is_that_of_its_day_here(context: Flask, found: Any) -> None:
    resource = share("Vœux de minuit")
    with transaction():
        resource.published_at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    work(context)
    assert [found(MEMBER, f"minuit year:{year}") for year in (2025, 2026)] == [[], ["Vœux de minuit"]]


@pytest.mark.slow
def test_results_cost_the_same_for_one_as_for_three(context: Flask, found: Any) -> None:
    share("Premier", files=[(b"kangourou", "a.txt")])
    work(context)
    found(OUTSIDER, "kangourou")
    with CountedStatements(context) as one:
        found(OUTSIDER, "kangourou")
    for number in range(2):
        files = [(f"kangourou {number}".encode(), "b.txt"), (f"un kangourou {number}".encode(), "c.txt")]
        share(f"Autre {number}", files=files)
    work(context)
    found(OUTSIDER, "kangourou")
    with CountedStatements(context) as three:
        assert len(found(OUTSIDER, "kangourou")) == 3
    assert len(three) == len(one), "\n".join(three.statements)


def test_card_opens_the_page_of_the_hit_in_its_file(context: Flask) -> None:

    made = share("D", files=[(pdf("a"), "a.pdf"), (pdf("b"), "b.pdf")])
    with context.test_request_context():
        card = card_of(made, loaded(MEMBER))
        start, second = f"/ressources/{made.public_id}-d", made.attachments[1].public_id
        assert card.url(None) == card.url(Passage(0, "own", "", "")) == start
        assert card.url(Passage(7, "page", "", "")) == f"{start}?page=7#document"
        assert card.url(Passage(1_000_007, "page", "", "")) == f"{start}?page=7&fichier={second}#document"


@pytest.mark.slow
def test_places_name_the_page_and_the_file_when_it_is_not_the_first(context: Flask) -> None:
    made = share("D", summary="Résumé court", files=[(pdf("a", "b"), "a.pdf"), (pdf("c", "d"), "annexe.pdf")])
    work(context)
    with context.test_request_context():
        texts = ResourceSource().texts({made.id: [0, 2, 1_000_002, 5_000_001]})
    labels = {n: passage.label.replace("\u00a0", " ") for (_one, n), passage in texts.items()}
    assert labels == {0: "Résumé", 2: "Page 2", 1_000_002: "annexe.pdf, page 2"}


def test_mentioned_resources_are_cards_for_their_readers(context: Flask) -> None:
    open_one, secret = share("Ouverte"), share("Secrète", space=PRIVATE)
    keys = [
        ("resource", open_one.public_id),
        ("resource", secret.public_id),
        ("resource", "aaaaaaaaaa"),
        ("other", "x"),
    ]
    with context.test_request_context():
        given: dict[Any, Any] = {}
        for part in collect("cards", loaded(OUTSIDER), keys):
            given.update(part)
    assert {key: card.title for key, card in given.items()} == {("resource", open_one.public_id): "Ouverte"}


def test_news_are_what_came_since_and_not_ones_own(context: Flask, browser: Any) -> None:
    share("Nouvelle pour Odile", by=MEMBER)
    share("Cachée", space=PRIVATE, by=MEMBER)
    text = browser(OUTSIDER).get("/").get_data(as_text=True)
    assert "Nouvelle pour Odile" in text
    assert "Cachée" not in text
    assert db.session.query(Resource).count() == 2
