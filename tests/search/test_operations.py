"""From the database to the page of results: sources, jobs, catalogue, rights, and an index that breaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from flask import Flask

from app.core import queues
from app.core.db import transaction
from app.core.worker import run_all
from app.extensions import db
from app.search import sources
from app.search.audience import CatalogueKeeper, catalogue
from app.search.beginnings import Begun, is_named
from app.search.catalogue import Audience, CatalogueRow, Scope
from app.search.engine import ParentDocument, Passage
from app.search.models import SearchChange, audience_version, touch_audience
from app.search.operations import engine, find, index_soon, rebuild_soon
from app.search.query import parse
from app.search.rebuilding.work import rebuild
from app.search.sources import Card, SpaceName
from app.search.whoosh_engine import WhooshEngine
from tests.search.world import row, thing


@dataclass
class Shelf:
    """A source over a dictionary: what a feature keeps in its tables."""

    type: str = "book"
    books: dict[int, ParentDocument] = field(default_factory=dict)
    rows_: dict[int, CatalogueRow] = field(default_factory=dict)
    asked: list[Sequence[int] | None] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def put(self, number: int, title: str, *pages: str, own: str = "", **more: object) -> None:
        self.books[number] = thing(f"book:{number}", title, *pages, own=own)
        self.rows_[number] = row(f"book:{number}", **more)  # type: ignore[arg-type]
        with transaction():
            index_soon("book", number)

    def drop(self, number: int) -> None:
        del self.books[number], self.rows_[number]
        with transaction():
            index_soon("book", number)

    def keys(self) -> Iterator[int]:
        return iter(list(self.books))

    def documents(self, ids: Sequence[int]) -> Iterable[ParentDocument]:
        return (self.books[one] for one in ids if one in self.books)

    def rows(self, ids: Sequence[int] | None) -> Iterable[CatalogueRow]:
        self.asked.append(ids)
        return [one for number, one in self.rows_.items() if ids is None or number in ids]

    def cards(self, person: object, ids: Sequence[int], *, brief: bool = False) -> Mapping[int, Card]:  # noqa: ARG002 - the seam
        return {one: self._card(one) for one in ids if one in self.books and one not in self.hidden}

    def _card(self, number: int) -> Card:
        def url(passage: Passage | None) -> str:
            return f"/{number}?p={passage.n}" if passage else f"/{number}"

        return Card(self.books[number].title, "other", url)

    def texts(self, wanted: Mapping[int, Sequence[int]]) -> Mapping[tuple[int, int], Passage]:
        return {
            (one, passage.n): passage
            for one, numbers in wanted.items()
            for passage in self.books[one].passages
            if passage.n in numbers
        }

    def titles(self, person: object, words: Sequence[Begun], limit: int) -> Sequence[int]:  # noqa: ARG002 - the seam
        found = [one for one, book in self.books.items() if is_named(book.title, words) and one not in self.hidden]
        return found[:limit] if words else []


MEMBER = Scope(1, is_member=True, space_ids=frozenset({1}))
NAMES = {1: SpaceName(1, "nuit", "Vie nocturne"), 2: SpaceName(2, "ferme", "Cercle fermé")}


@pytest.fixture
def shelf(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The only source; its person is a scope; one engine and catalogue of its own."""
    shelf = Shelf()
    monkeypatch.setattr(sources, "_sources", {"book": shelf})
    monkeypatch.setattr(sources, "_kind_words", {"rapport": "report"})
    providers = {"scope": lambda person: person, "names": _names}
    monkeypatch.setattr(sources, "_providers", providers)
    root = context.config["SETTINGS"].instance / "index-of-tests"
    shutil.rmtree(root, ignore_errors=True)
    monkeypatch.setitem(context.extensions, "search_engine", WhooshEngine(root))
    monkeypatch.setitem(context.extensions, "search_catalogue", CatalogueKeeper())
    monkeypatch.setitem(context.extensions, "search_rebuild_asked", {})
    engine().rebuild([])
    return shelf


def _names(person: Scope, ids: Iterable[int]) -> dict[int, SpaceName]:
    return {one: NAMES[one] for one in ids if one in person.nameable and one in NAMES}


def _found(typed: str, person: Scope = MEMBER) -> list[str]:
    db.session.rollback()
    return [one.key for one in find(person, parse(typed).query).results]


def test_why_the_index_is_unavailable_is_logged_once_however_often_people_search(
    context: Flask, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(context.config["SETTINGS"].instance / "index-of-tests")
    assert [find(MEMBER, parse("terrasse").query).degraded for _ in range(3)] == [True, True, True]
    assert [line.exc_info is not None for line in caplog.records if line.name == "beffroi.search"] == [True]


def test_what_is_published_is_found_once_the_worker_has_run(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", "rien ici", "le bruit des terrasses")
    run_all(context)
    results = find(MEMBER, parse("terrasse").query)
    (result,) = results.results
    assert (results.total, results.pages, results.degraded) == (1, 1, False)
    assert result.url == "/1?p=2"
    assert [place.snippet for place in result.places] == ["le bruit des <mark>terrasses</mark>"]
    assert [(place.n, place.unit, place.label) for place in result.places] == [(2, "page", "p. 2")]


def test_hit_in_the_title_shows_the_own_text_and_opens_the_thing(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", "une page", own="Un mot de description")
    run_all(context)
    (result,) = find(MEMBER, parse("nocturne").query).results
    assert result.url == "/1"
    assert result.snippet == "Un mot de description"


def test_change_and_removal_reach_the_index(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", "bruit")
    run_all(context)
    shelf.put(1, "Budget", "finances")
    run_all(context)
    assert (_found("bruit"), _found("finances")) == ([], ["book:1"])
    shelf.drop(1)
    run_all(context)
    assert _found("finances") == []
    assert engine().count() == 0


def test_right_lost_counts_at_once_though_the_index_is_late(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", space=1)
    run_all(context)
    assert _found("nocturne") == ["book:1"]
    shelf.rows_[1] = replace(shelf.rows_[1], space_id=2, audience=Audience.SPACE)
    with transaction():
        touch_audience("book", 1)
    assert _found("nocturne") == []


def test_catalogue_reads_only_what_changed(context: Flask, shelf: Shelf) -> None:
    for number in range(1, 4):
        shelf.put(number, f"Livre {number}")
    db.session.rollback()
    assert len(catalogue()) == 3
    shelf.asked.clear()
    shelf.put(9, "Livre 9")
    db.session.rollback()
    assert (len(catalogue()), len(catalogue())) == (4, 4)
    assert shelf.asked == [[9]]


def test_catalogue_is_read_whole_when_everything_may_have_changed(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Livre")
    db.session.rollback()
    catalogue()
    with transaction():
        touch_audience()
    shelf.asked.clear()
    catalogue()
    assert shelf.asked == [None]


def test_catalogue_is_read_whole_when_the_changes_were_purged(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Livre")
    db.session.rollback()
    catalogue()
    shelf.put(2, "Livre")
    shelf.put(3, "Livre")
    with transaction() as session:
        session.query(SearchChange).filter(SearchChange.version < audience_version()).delete()
    shelf.asked.clear()
    assert len(catalogue()) == 3
    assert shelf.asked == [None]


def test_catalogue_read_within_a_change_that_fails_is_not_kept(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Livre")
    db.session.rollback()
    assert len(catalogue()) == 1
    with suppress(ZeroDivisionError), transaction():
        shelf.rows_[2] = row("book:2")
        index_soon("book", 2)
        assert len(catalogue()) == 2
        raise ZeroDivisionError
    del shelf.rows_[2]
    shelf.put(3, "Livre")
    db.session.rollback()
    assert sorted(catalogue().numbers.tolist()) == [1, 3]


def test_change_rolled_back_leaves_no_trace(context: Flask, shelf: Shelf) -> None:
    before = audience_version()
    with pytest.raises(RuntimeError), transaction():
        index_soon("book", 1)
        raise RuntimeError
    assert audience_version() == before
    assert queues.counts() == {}


def test_changes_belong_into_a_transaction(context: Flask, shelf: Shelf) -> None:
    with pytest.raises(RuntimeError):
        touch_audience()


def test_card_refused_by_its_feature_is_not_shown(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne")
    run_all(context)
    shelf.hidden.add(1)
    assert _found("nocturne") == []


def test_facets_name_kinds_and_known_spaces_only(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", kind="report", space=1, date=date(2026, 1, 1))
    shelf.put(2, "Vie nocturne", kind="note", space=2)
    shelf.put(3, "Vie nocturne", kind="note", space=1)
    run_all(context)
    results = find(MEMBER, parse("nocturne type:rapport").query)
    assert [(one.value, one.count, one.ticked) for one in results.kinds] == [("note", 2, False), ("report", 1, True)]
    assert [(one.value, one.label, one.count) for one in results.spaces] == [("nuit", "Vie nocturne", 1)]
    assert results.total == 1


def test_space_is_asked_by_slug_or_name_and_an_unknown_one_is_empty(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", space=1)
    shelf.put(2, "Vie nocturne", space=2)
    run_all(context)
    assert _found("nocturne espace:nuit") == ["book:1"]
    assert _found('nocturne espace:"vie nocturne"') == ["book:1"]
    assert _found("nocturne espace:ferme") == _found("nocturne espace:inconnu") == []


def test_secret_word_answers_like_an_unknown_one(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Canari", "canari", space=2, audience=Audience.SPACE)
    shelf.put(2, "Vie nocturne", space=1)
    run_all(context)
    secret, unknown = (find(MEMBER, parse(word).query) for word in ("canari", "xylophone"))
    assert replace(secret, query=unknown.query) == unknown


def test_broken_index_answers_from_titles_and_is_rebuilt_without_hands(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", "le bruit")
    run_all(context)
    shutil.rmtree(engine().generations.root)  # type: ignore[attr-defined]
    results = find(MEMBER, parse("nocturne").query)
    assert (results.degraded, [one.key for one in results.results]) == (True, ["book:1"])
    assert find(MEMBER, parse("bruit").query).results == ()
    assert queues.counts()["queued"] == 1
    run_all(context)
    results = find(MEMBER, parse("bruit").query)
    assert (results.degraded, results.total) == (False, 1)


def test_missing_index_is_made_by_the_first_change(context: Flask, shelf: Shelf) -> None:
    shutil.rmtree(engine().generations.root)  # type: ignore[attr-defined]
    shelf.put(1, "Vie nocturne")
    run_all(context)
    assert _found("nocturne") == ["book:1"]


def test_what_changes_during_a_rebuild_is_in_the_new_index(
    context: Flask, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(1, "Vie nocturne")
    shelf.put(2, "Budget")
    run_all(context)
    documents = shelf.documents

    def slow(ids: Sequence[int]) -> Iterable[ParentDocument]:
        yield from list(documents(ids))
        monkeypatch.setattr(shelf, "documents", documents)
        shelf.put(3, "Clarinette")
        shelf.drop(2)

    monkeypatch.setattr(shelf, "documents", slow)
    rebuild(engine())
    db.session.rollback()
    assert (_found("clarinette"), _found("budget"), _found("nocturne")) == (["book:3"], [], ["book:1"])


def test_rebuild_asked_twice_is_queued_once(context: Flask, shelf: Shelf) -> None:
    for _ in range(2):
        with transaction():
            rebuild_soon()
    assert queues.counts() == {"queued": 1}


def test_commands_rebuild_and_tell_the_state(context: Flask, shelf: Shelf) -> None:
    shelf.put(1, "Vie nocturne", "bruit")
    runner = context.test_cli_runner()
    assert "1 thing indexed" in runner.invoke(args=["search", "rebuild"]).output
    assert "usable    yes" in runner.invoke(args=["search", "state"]).output


def test_pages_of_results(context: Flask, shelf: Shelf) -> None:
    for number in range(1, 24):
        shelf.put(number, "Vie nocturne")
    run_all(context)
    pages = [find(MEMBER, parse("nocturne", page=page).query) for page in (1, 2, 3, 4)]
    assert [len(page.results) for page in pages] == [10, 10, 3, 0]
    assert {(page.total, page.pages) for page in pages} == {(23, 3)}
