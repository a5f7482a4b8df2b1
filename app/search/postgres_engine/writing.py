"""Writing into one generation: everything of one call in one transaction, and one writer at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from psycopg import Cursor, errors

from app.search.engine import IndexBusyError, IndexUnavailableError, ParentDocument
from app.search.index.words import RECORD, Indexed, documents_of, once_each
from app.search.postgres_engine.tables import LOCK, Tables
from app.search.postgres_engine.words import vector_of

_ROW = "COPY {table} (number, key, record, words) FROM STDIN"


def put(tables: Tables, generation: str, documents: Iterable[ParentDocument], *, replacing: bool = True) -> None:
    """Add things or replace them whole; of two with one key in the same call the first counts.

    Raises IndexBusyError when another writer holds the generation for two seconds.
    """
    with tables.cursor() as cursor:
        number = _locked(tables, cursor, generation)
        for document in once_each(documents):
            if replacing:
                cursor.execute(tables.sql("DELETE FROM {table} WHERE key = %s", generation), [document.key])
            number = _copy(tables, cursor, generation, documents_of(document), number)
        _moved(tables, cursor, generation, number)


def take_out(tables: Tables, generation: str, keys: Iterable[str]) -> None:
    """Take things out; unknown keys are passed over."""
    with tables.cursor() as cursor:
        number = _locked(tables, cursor, generation)
        cursor.execute(tables.sql("DELETE FROM {table} WHERE key = ANY(%s)", generation), [list(keys)])
        _moved(tables, cursor, generation, number)


def _locked(tables: Tables, cursor: Cursor[Any], generation: str) -> int:
    """Hold the generation to the end of the transaction; give the number of its next document."""
    cursor.execute(LOCK)
    try:
        wanted = tables.sql("SELECT size FROM {name} WHERE generation = %s FOR UPDATE")
        row = cursor.execute(wanted, [generation]).fetchone()
    except errors.LockNotAvailable as error:
        raise IndexBusyError("another process writes into the index") from error
    if row is None:
        raise IndexUnavailableError("the table of the index is gone")
    return int(row[0])


def _copy(tables: Tables, cursor: Cursor[Any], generation: str, rows: Iterable[Indexed], number: int) -> int:
    """Add documents, numbered from `number`; give the next number."""
    with cursor.copy(tables.sql(_ROW, generation)) as copy:
        for one in rows:
            record = np.array([one.record], RECORD).tobytes()
            copy.write_row((number, one.key, record, vector_of(one)))
            number += 1
    return number


def _moved(tables: Tables, cursor: Cursor[Any], generation: str, size: int) -> None:
    moved = tables.sql("UPDATE {name} SET size = %s, version = version + 1 WHERE generation = %s")
    cursor.execute(moved, [size, generation])
