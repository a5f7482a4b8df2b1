"""One setting chooses the engine: what it refuses, how a site changes, and the same answers over the same database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.core.errors import DomainError
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.search.analysis import tokens
from app.search.catalogue import Audience
from app.search.engine import Health
from app.search.engines import MOST_FOR_WHOOSH, engine_of, outgrown
from app.search.operations import engine, find
from app.search.query import parse
from app.search.rebuilding.work import rebuild
from app.search.results import Results
from app.search.sources import number_of, source_of, sources
from app.spaces.operations import add_member, remove_member
from config import Settings, UnsafeSettingError
from tests.people import EVERYBODY, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import loaded, space_called

ENGINES = [
    pytest.param("sqlite", "whoosh", id="whoosh"),
    pytest.param("sqlite", "tantivy", id="tantivy"),
    pytest.param("postgres", "postgres", id="postgres", marks=pytest.mark.postgres),
]
on_every_engine = pytest.mark.parametrize(("app", "name"), ENGINES, indirect=["app"])


@pytest.fixture
def site(context: Flask, cast: Cast, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A site whose settings name an engine, nothing indexed."""
    _choose(context, name, tmp_path, monkeypatch)
    yield context
    if name == "postgres":
        with db.engine.begin() as connection:
            found = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE tablename LIKE 'search_index%%'")
            for (table,) in found.all():
                connection.exec_driver_sql(f'DROP TABLE "{table}"')


def _choose(app: Flask, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = app.config["SETTINGS"].database_url
    settings = Settings(instance=folder, database_url=url, search_engine=name)
    settings.check()
    monkeypatch.setitem(app.extensions, "search_engine", engine_of(settings))
    monkeypatch.setitem(app.extensions, "search_rebuild_asked", {})


def _start(slug: str, title: str, text: str, audience: str = Audience.SPACE) -> None:
    with transaction():
        start_thread(loaded(FACILITATOR), space_called(slug), title, text, audience)


# The setting


@pytest.mark.parametrize("name", ["", "elastic", "Whoosh"])
def test_unknown_engine_is_refused(name: str) -> None:
    with pytest.raises(UnsafeSettingError, match="BEFFROI_SEARCH_ENGINE: one of postgres, tantivy, whoosh"):
        Settings(search_engine=name).check()


def test_postgres_is_refused_where_the_database_is_another() -> None:
    with pytest.raises(UnsafeSettingError, match="postgres needs a PostgreSQL database"):
        Settings(search_engine="postgres").check()
    Settings(search_engine="postgres", database_url="postgres://one@there/base").check()


def test_site_has_outgrown_whoosh_and_no_other_engine_beyond_its_bound() -> None:
    small, large = (Health(usable=True, passages=MOST_FOR_WHOOSH + more) for more in (0, 1))
    assert [outgrown("whoosh", one) for one in (small, large)] == [False, True]
    assert not outgrown("tantivy", large)
    assert not outgrown("postgres", large)


# Changing


@on_every_engine
def test_changed_engine_answers_with_titles_until_the_index_is_rebuilt(
    site: Flask, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "tantivy" if name == "whoosh" else "whoosh"
    _start(OPEN, "Vie nocturne", "Le bruit des terrasses")
    for chosen in (other, name):
        _choose(site, chosen, tmp_path, monkeypatch)
        before = _asked(site, MEMBER, "nocturne")
        assert (before.degraded, before.total) == (True, 1)
        site.test_cli_runner().invoke(args=["search", "rebuild"])
        after = _asked(site, MEMBER, "terrasses")
        assert (after.degraded, after.total) == (False, 1)


def _asked(app: Flask, who: str, typed: str) -> Results:
    with app.test_request_context():
        return find(loaded(who), parse(typed).query, per_page=200)


# The same answers

WORDS = ("police", "nuit", "bruit", "maire", "budget", "jeunes", "sport")
MOVING = [one for one in EVERYBODY if one != FACILITATOR]


@pytest.mark.slow
@on_every_engine
def test_what_is_found_is_what_a_plain_filter_over_the_database_gives(site: Flask) -> None:
    chance = random.Random(5)  # noqa: S311 - the same worlds at every run
    _fill(chance)
    rebuild(engine())
    said = _said()
    for _ in range(3):
        for who in EVERYBODY:
            words, without = chance.sample(WORDS, chance.randrange(1, 3)), chance.choice((None, *WORDS))
            typed = " ".join(words) + (f" -{without}" if without else "")
            results, expected = _asked(site, who, typed), _plainly(said, who, words, without)
            assert {one.key for one in results.results} == expected, (who, typed)
            assert results.total == sum(kind.count for kind in results.kinds) == len(expected)
        # The index is not told: the very next question obeys.
        _change_rights(chance)


def _fill(chance: random.Random) -> None:
    for number in range(40):
        slug, audience = chance.choice((OPEN, REQUEST, PRIVATE)), chance.choice((Audience.SPACE, Audience.NETWORK))
        title, text = (f"{number} {' '.join(chance.choices(WORDS, k=size))}" for size in (1, 3))
        if number % 2:
            _start(slug, title, text, audience)
        else:
            kind = chance.choice(("report", "press"))
            details = ResourceDetails.of(kind=kind, title=title, summary=text, audience=audience)
            with transaction():
                share_resource(loaded(FACILITATOR), space_called(slug), details)


def _change_rights(chance: random.Random) -> None:
    for _ in range(3):
        with suppress(DomainError), transaction():
            add_member(space_called(chance.choice((OPEN, REQUEST, PRIVATE))), loaded(chance.choice(MOVING)))
        with suppress(DomainError), transaction():
            remove_member(space_called(chance.choice((OPEN, PRIVATE))), loaded(chance.choice((MEMBER, OUTSIDER))))


def _said() -> dict[str, set[str]]:
    """Read every text of the database: which words each thing holds."""
    found: dict[str, set[str]] = {}
    for source in sources():
        for document in source.documents(list(source.keys())):
            texts = (document.title, *document.tags, *(passage.text for passage in document.passages))
            found[document.key] = {token.term for text in texts for token in tokens(text)}
    return found


def _plainly(said: dict[str, set[str]], who: str, words: list[str], without: str | None) -> set[str]:
    """Filter what the texts say, then ask each feature which of these things this person may see."""
    answering: dict[str, list[int]] = {}
    for key, terms in said.items():
        if _terms(words) & terms and not (without and _terms([without]) & terms):
            answering.setdefault(key.partition(":")[0], []).append(number_of(key))
    return {f"{type_}:{one}" for type_, ids in answering.items() for one in _cards(who, type_, ids)}


def _terms(words: list[str]) -> set[str]:
    return {token.term for word in words for token in tokens(word)}


def _cards(who: str, type_: str, ids: list[int]) -> Any:
    source = source_of(type_)
    return source.cards(loaded(who), ids) if source else ()
