"""The tables of the index: one for each generation, and a small one that says which is in use and how far it goes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from psycopg import Cursor, errors, sql
from sqlalchemy import Engine

from app.search.analysis import ANALYSER_VERSION
from app.search.engine import IndexBusyError, IndexUnavailableError

SCHEMA_VERSION = 2
"""Raise it when the columns or the words in them change: indexes are then rebuilt."""

LOCK = "SET LOCAL lock_timeout = '2s'"
VERSIONS = json.dumps({"analyser": ANALYSER_VERSION, "schema": SCHEMA_VERSION})

# What is large goes out of the row, so that looking through many rows reads few pages.
_MAKE = """
CREATE TABLE {table} (
    number integer PRIMARY KEY,
    key text NOT NULL,
    record bytea NOT NULL,
    words tsvector NOT NULL
) WITH (toast_tuple_target = 128)
"""
_MAKE_LIST = """
CREATE TABLE IF NOT EXISTS {name} (
    generation text PRIMARY KEY,
    versions text NOT NULL,
    used boolean NOT NULL DEFAULT false,
    size integer NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0
)
"""

_EVERY = "SELECT tablename FROM pg_tables WHERE tablename ~ %s AND schemaname = current_schema()"


@dataclass(frozen=True)
class State:
    """One generation at a moment: how many numbers it has given, and a version that moves with every change."""

    generation: str
    size: int
    version: int


@dataclass(frozen=True)
class Tables:
    """The tables whose name begins with `name`, in the database that `engine` gives."""

    engine: Callable[[], Engine]
    name: str

    @contextmanager
    def cursor(self) -> Iterator[Cursor[Any]]:
        """Give a cursor in a transaction of its own, apart from what the request or the job is doing."""
        raw = self.engine().raw_connection()
        try:
            yield cast("Cursor[Any]", raw.cursor())
            raw.commit()
        finally:
            raw.close()

    def sql(self, words: str, generation: str = "") -> sql.Composed:
        """Give a statement over the list of generations ({name}) and the table of one of them ({table})."""
        table, by_key, by_word = (sql.Identifier(f"{generation}{end}") for end in ("", "_key", "_words"))
        return sql.SQL(words).format(name=sql.Identifier(self.name), table=table, by_key=by_key, by_word=by_word)

    def current(self) -> State:
        """Give the generation in use. Raises IndexUnavailableError when there is none or another version made it."""
        with self.cursor() as cursor, cursor.connection.pipeline():
            return self.current_for(cursor, "")

    def current_for(self, cursor: Cursor[Any], lock: str) -> State:
        """Give the generation in use within a transaction, its row locked or not."""
        wanted = "SELECT generation, versions, size, version FROM {name} WHERE used"
        try:
            row = cursor.execute(self.sql(f"{wanted} {lock}")).fetchone()
        except errors.UndefinedTable:
            row = None
        except errors.LockNotAvailable as error:
            raise IndexBusyError("another process writes into the index") from error
        if row is None:
            raise IndexUnavailableError("no index yet")
        if row[1] != VERSIONS:
            raise IndexUnavailableError(f"index of another version: {row[1]}")
        return State(row[0], row[2], row[3])

    def begin(self) -> str:
        """Make a new generation, without an index over its words, and give its name."""
        generation = f"{self.name}_{secrets.token_hex(6)}"
        with self.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.name])
            cursor.execute(self.sql(_MAKE_LIST))
            cursor.execute(self.sql(_MAKE, generation))
            new = self.sql("INSERT INTO {name} (generation, versions) VALUES (%s, %s)")
            cursor.execute(new, [generation, VERSIONS])
        return generation

    def check(self, generation: str) -> None:
        """Raise IndexUnavailableError unless a generation of this version is there."""
        with self.cursor() as cursor:
            table = "SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL"
            row = cursor.execute(table, [self.name, generation]).fetchone()
            if row is not None and row[0]:
                wanted = self.sql("SELECT versions FROM {name} WHERE generation = %s")
                row = cursor.execute(wanted, [generation]).fetchone()
                if row is not None and row[0] == VERSIONS:
                    return
        raise IndexUnavailableError(f"no table {generation!r} of an index")

    def stored_bytes(self, generation: str) -> int:
        """Give the bytes of a generation with its indexes."""
        with self.cursor() as cursor:
            row = cursor.execute("SELECT pg_total_relation_size(to_regclass(%s))", [generation]).fetchone()
        return int(row[0] or 0) if row else 0

    def index_keys(self, generation: str) -> None:
        """Make what finds the rows of a thing, before things are replaced."""
        with self.cursor() as cursor:
            cursor.execute(self.sql("CREATE INDEX IF NOT EXISTS {by_key} ON {table} (key)", generation))

    def use(self, generation: str) -> None:
        """Make a generation the one in use; the one used before stays until the next time."""
        self.index_keys(generation)
        with self.cursor() as cursor:
            # Without a waiting list: a search never has to look through what was written last.
            words = "CREATE INDEX IF NOT EXISTS {by_word} ON {table} USING gin (words) WITH (fastupdate = off)"
            cursor.execute(self.sql(words, generation))
            cursor.execute(self.sql("ANALYZE {table}", generation))
        with self.cursor() as cursor:
            cursor.execute(self.sql("SELECT generation, used FROM {name} FOR UPDATE"))
            kept = {generation, *(one for one, used in cursor.fetchall() if used)}
            cursor.execute(self.sql("UPDATE {name} SET used = (generation = %s)"), [generation])
        # For those who are just reading it.
        self.drop(self._others(kept))

    def _others(self, kept: set[str]) -> list[str]:
        with self.cursor() as cursor:
            every = cursor.execute(_EVERY, [f"^{self.name}_[0-9a-f]{{12}}$"]).fetchall()
        return [one for (one,) in every if one not in kept]

    def drop(self, generations: list[str]) -> None:
        """Remove generations, or what is left of them."""
        for generation in generations:
            with self.cursor() as cursor:
                cursor.execute(self.sql("DELETE FROM {name} WHERE generation = %s"), [generation])
                cursor.execute(self.sql("DROP TABLE IF EXISTS {table}", generation))
