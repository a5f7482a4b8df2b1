"""What many tests begin with: made once by the code itself, then put back as it was.

Making the cast through the operations costs ten times as much as copying its rows, and three thousand tests ask for it;
reading and indexing a few documents costs a hundred times as much as copying an index.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

from flask import Flask
from sqlalchemy import Connection, Table, select

from app.core.clock import now
from app.extensions import db
from app.search.index.generations import Generations

Row = dict[str, Any]


@dataclass(frozen=True)
class Photograph:
    """Every row of a database at a moment; with an album, the stored files and the index too."""

    moment: datetime
    rows: dict[Table, list[Row]]
    album: Path | None = None

    @classmethod
    def of_database(cls, app: Flask, album: Path | None = None) -> Self:
        """Read all tables, those first that others refer to; inside an application context."""
        db.session.remove()
        with db.engine.connect() as connection:
            rows = {table: _rows(connection, table) for table in db.metadata.sorted_tables}
        if album is not None:
            shutil.copytree(_storage(app), album / "storage", copy_function=os.link)  # what is stored never changes
            shutil.copytree(_index(app).current(), album / "index")
        return cls(now(), {table: found for table, found in rows.items() if found}, album)

    def put_back(self, app: Flask) -> None:
        """Leave nothing but these rows, as if they had been made this moment, under the same keys.

        Stored files that were there are there again, and nothing else is in the index than what was.
        """
        empty_tables(app)
        since = now() - self.moment
        with db.engine.connect() as connection, _keys_trusted(connection):
            for table, rows in self.rows.items():
                connection.execute(table.insert(), [_later(row, since) for row in rows])
            connection.commit()
        if self.album is not None:
            shutil.copytree(self.album / "storage", _storage(app), copy_function=_lay, dirs_exist_ok=True)
            index = _index(app)
            index.use(shutil.copytree(self.album / "index", index.new(), dirs_exist_ok=True))


def _storage(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].instance) / "storage"


def _index(app: Flask) -> Generations:
    found: Generations = app.extensions["search_engine"].generations
    return found


def _lay(kept: str, place: str) -> None:
    with suppress(FileExistsError):
        os.link(kept, place)


def _rows(connection: Connection, table: Table) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def _later(row: Row, since: timedelta) -> Row:
    return {name: value + since if isinstance(value, datetime) else value for name, value in row.items()}


def empty_tables(app: Flask) -> None:
    """Remove every row, in one journey to the server; the triggers that keep the journal are lifted meanwhile."""
    with app.app_context():
        db.session.remove()
        with db.engine.connect() as connection, _keys_trusted(connection):
            raw = connection.connection
            if connection.dialect.name == "sqlite":
                guards = raw.cursor().execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
                dropped, made = [f"DROP TRIGGER {name}" for name, _sql in guards], [sql for _name, sql in guards]
                full = [f'DELETE FROM "{name}"' for (name,) in raw.cursor().execute(_full_tables())]  # noqa: S608 - our own names
                raw.cursor().executescript("; ".join(["BEGIN IMMEDIATE", *dropped, *full, *made, "COMMIT"]))
            else:
                lifted, back = [f"ALTER TABLE audit {word} TRIGGER USER" for word in ("DISABLE", "ENABLE")]
                raw.cursor().execute("; ".join([lifted, *_deletes(), back]))
                raw.commit()


@cache
def _deletes() -> list[str]:
    return [f'DELETE FROM "{table.name}"' for table in reversed(db.metadata.sorted_tables)]  # noqa: S608 - our own names


@cache
def _full_tables() -> str:
    named = (table.name for table in db.metadata.sorted_tables)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in named)  # noqa: S608


@contextmanager
def _keys_trusted(connection: Connection) -> Iterator[None]:
    """Let SQLite follow no key from row to row meanwhile: all go, or all come back, and following costs the most."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection
    raw.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.rollback()  # inside a transaction, SQLite does not hear what follows
        raw.cursor().execute("PRAGMA foreign_keys=ON")
