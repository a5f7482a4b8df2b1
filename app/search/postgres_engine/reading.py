"""The index between two changes: its records kept by the process, and sets of documents read in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor

from app.search.index.levels import Ask, LevelReading
from app.search.index.reading import NO_DOCS, Docs
from app.search.index.records import Records
from app.search.index.words import RECORD
from app.search.postgres_engine.tables import State, Tables
from app.search.postgres_engine.words import query_of

NUMBER = np.dtype(">i4")
"""How PostgreSQL sends an integer."""

# All numbers of a set in one value: row by row, a common word would take longer to travel than to find. Beside them the
# version they are of: rows that are replaced are gone at once, for older readings too.
_SETS = """
SELECT (SELECT version FROM {name} WHERE generation = %s), (
    SELECT string_agg(int4send(number), ''::bytea) FROM {table}
    WHERE words @@ asked.query::tsquery AND number >= %s AND number < %s
) FROM unnest(%s::text[]) WITH ORDINALITY AS asked (query, place) ORDER BY place
"""
# Compiling takes longer than the search; and of sets to come nothing is known, so a table would often be read whole.
_AS_WE_KNOW = "SET LOCAL jit = off", "SET LOCAL enable_seqscan = off"
_LIVE = """
SELECT (SELECT version FROM {name} WHERE generation = %s), string_agg(int4send(number), ''::bytea ORDER BY number)
FROM {table} WHERE number < %s
"""
_ROWS = """
SELECT string_agg(int4send(number) || record, ''::bytea ORDER BY number) FROM {table} WHERE number >= %s AND number < %s
"""
_NUMBERED = np.dtype([("number", NUMBER), ("record", RECORD)])


class PostgresReading(LevelReading):
    """One generation, up to a number."""

    def __init__(self, tables: Tables, state: State, rows: NDArray[np.void], live: tuple[int | None, Docs]) -> None:
        version, numbers = live
        lives = np.zeros(state.size, np.bool_)
        lives[numbers] = True
        super().__init__(state.generation, Records(rows, lives))
        self.state = state
        self.overtaken = version != state.version
        self.rows = rows
        self._tables = tables

    @property
    def segments(self) -> int:
        """Of how many tables the index is made."""
        return 1

    def read(self, asks: Sequence[Ask], after: int) -> list[Docs]:
        """Read sets of documents from a number on."""
        return self._numbers([query_of(ask) for ask in asks], after)

    def _numbers(self, queries: list[str], after: int) -> list[Docs]:
        with self._tables.cursor() as cursor:
            wanted = self._tables.sql(_SETS, self.state.generation)
            with cursor.connection.pipeline():  # all in one journey to the server
                for one in _AS_WE_KNOW:
                    cursor.execute(one)
                # Never prepared: a plan made for any range of numbers walks the rows instead of the words.
                given = [self.state.generation, after, self.state.size, queries]
                rows = cursor.execute(wanted, given, binary=True, prepare=False).fetchall()
        self.overtaken |= any(version != self.state.version for version, _ in rows)
        return [_numbers(sent) for _, sent in rows]


def _numbers(sent: bytes | None) -> Docs:
    return np.sort(np.frombuffer(sent, NUMBER).astype(np.int64)) if sent else NO_DOCS


class Readings:
    """Keeps the reading of the last change for all threads of this process."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._lock = Lock()
        self._kept: PostgresReading | None = None

    def latest(self) -> PostgresReading:
        """Give the reading, completed when something was written, made anew when another generation is in use."""
        state, kept = self._tables.current(), self._kept
        if kept is not None and kept.state == state:
            return kept
        with self._lock:
            state, kept = self._tables.current(), self._kept
            if kept is None or kept.state != state:
                kept = self._kept = self._read(state, kept)
            return kept

    def forget(self) -> None:
        """Read everything anew at the next question."""
        self._kept = None

    def _read(self, state: State, kept: PostgresReading | None) -> PostgresReading:
        rows = np.zeros(state.size, RECORD)
        known = 0
        if kept is not None and kept.state.generation == state.generation and kept.state.size <= state.size:
            known = kept.state.size
            rows[:known] = kept.rows
        with self._tables.cursor() as cursor:
            (new,) = self._row(cursor, state, _ROWS, known, state.size)
            version, live = self._row(cursor, state, _LIVE, state.generation, state.size)
        numbered = np.frombuffer(new or b"", _NUMBERED)
        rows[numbered["number"]] = numbered["record"]
        return PostgresReading(self._tables, state, rows, (version, _numbers(live)))

    def _row(self, cursor: Cursor[Any], state: State, words: str, *given: int | str) -> tuple[Any, ...]:
        (row,) = cursor.execute(self._tables.sql(words, state.generation), given, binary=True).fetchall()
        return tuple(row)
