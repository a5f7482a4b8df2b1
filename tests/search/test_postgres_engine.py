"""PostgreSQL behind the seam: the common contract, and what only tables can suffer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from app.search.engine import IndexBusyError, IndexUnavailableError
from app.search.jobs import is_for_want_of_room
from app.search.postgres_engine import PostgresEngine
from tests.conftest import new_database
from tests.search.contract import ALL, EngineContract
from tests.search.folder_contract import total
from tests.search.world import thing

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def database() -> Iterator[Engine]:
    """An empty database of its own."""
    with new_database() as address:
        base = create_engine(address)
        yield base
        base.dispose()


class TestPostgres(EngineContract):
    @pytest.fixture(autouse=True)
    def _database(self, database: Engine) -> None:
        self.database = database

    def open(self, folder: Path) -> PostgresEngine:
        return PostgresEngine(lambda: self.database, f"index_{abs(hash(folder)):x}")


@pytest.fixture
def engine(database: Engine) -> PostgresEngine:
    engine = PostgresEngine(lambda: database)
    engine.rebuild(ALL)
    return engine


HARMS = {
    "list lost": "DROP TABLE search_index",
    "list empty": "DELETE FROM search_index",
    "another version": "UPDATE search_index SET versions = 'another'",
    "none in use": "UPDATE search_index SET used = false",
    "table lost": "DROP TABLE {table}",
    "table of another shape": "ALTER TABLE {table} DROP COLUMN number",
    "records broken": "UPDATE {table} SET record = 'x'",
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_broken_index_is_unavailable_and_rebuilt(database: Engine, engine: PostgresEngine, harm: str) -> None:
    with database.begin() as connection:
        connection.execute(text(harm.format(table=engine.tables.current().generation)))
    again = PostgresEngine(lambda: database)
    with pytest.raises(IndexUnavailableError):
        total(again, "nuit")
    assert not again.health().usable
    again.rebuild(ALL)
    assert total(again, "nuit") == 3


def test_second_writer_is_refused_cleanly(database: Engine, engine: PostgresEngine) -> None:
    held, go_on = threading.Event(), threading.Event()

    def slowly() -> Any:
        held.set()
        assert go_on.wait(30)
        yield thing("resource:51", "Clarinette")

    writer = threading.Thread(target=engine.index, args=(slowly(),))
    writer.start()
    assert held.wait(30)
    try:
        with pytest.raises(IndexBusyError):
            PostgresEngine(lambda: database).index([thing("resource:50", "Xylophone")])
    finally:
        go_on.set()
        writer.join()
    engine.index([thing("resource:50", "Xylophone")])
    assert engine.count() == 6


def test_error_while_writing_leaves_the_index_as_it_was(engine: PostgresEngine) -> None:
    with pytest.raises(ValueError, match="key longer"):
        engine.index([thing("resource:50", "Xylophone"), thing("resource:" + "9" * 40, "Trop long")])
    assert engine.count() == 4
    engine.index([thing("resource:50", "Xylophone")])
    assert engine.count() == 5


def test_database_that_takes_no_writing_is_searched_and_says_so(database: Engine, engine: PostgresEngine) -> None:
    begun = engine.begin()
    read_only = create_engine(database.url, connect_args={"options": "-c default_transaction_read_only=on"})
    closed = PostgresEngine(lambda: read_only)
    beside = closed.beside(begun)
    writings = (
        lambda: closed.index(ALL),
        lambda: closed.delete(["resource:1"]),
        closed.begin,
        lambda: beside.index(ALL),
        lambda: beside.add(ALL),
        lambda: beside.delete(["resource:1"]),
        lambda: closed.use(begun),
    )
    for write in writings:
        with pytest.raises(IndexUnavailableError) as refused:
            write()
        assert is_for_want_of_room(refused.value)
    assert total(closed, "nuit") == 3
    read_only.dispose()
    engine.drop(begun)


def test_old_generations_are_swept(database: Engine, engine: PostgresEngine) -> None:
    for _ in range(4):
        engine.rebuild(ALL)
    with database.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'search_index_%'"))
        assert len(tables.all()) == 2


def test_passage_larger_than_a_vector_may_be_is_found_by_its_beginning(engine: PostgresEngine) -> None:
    words = " ".join(f"mot{number:x}long{number:x}" for number in range(100_000))
    engine.index([thing("resource:60", "Immense", f"xylophone {words} clarinette")])
    assert total(engine, "xylophone", thing("resource:60")) == 1
    assert total(engine, "immense", thing("resource:60")) == 1


def test_word_beyond_the_places_kept_is_found_and_no_phrase_is_made_up_there(engine: PostgresEngine) -> None:
    far = "mot " * 17_000
    engine.index([thing("resource:61", "Long", f"clarinette basse {far} xylophone jaune vif")])
    assert total(engine, "xylophone", thing("resource:61")) == 1
    assert total(engine, '"clarinette basse"', thing("resource:61")) == 1
    assert total(engine, '"jaune xylophone"', thing("resource:61")) == 0


def test_sets_are_read_by_a_plan_of_their_own_each_time(engine: PostgresEngine) -> None:
    """Made once for any range of numbers, the plan reads every row: half a second a word among ten thousand pages."""
    for number in range(12):
        assert total(engine, f"xylophone{number}") == 0
    with engine.tables.cursor() as cursor:
        prepared = cursor.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert not [words for (words,) in prepared if "tsquery" in words]
