"""PostgreSQL behind the seam: the index is tables of the site's own database, every machine sees the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from psycopg import Error
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.search.engine import FreshIndex, IndexUnavailableError, ParentDocument
from app.search.index.engine import IndexEngine
from app.search.postgres_engine.reading import PostgresReading, Readings
from app.search.postgres_engine.tables import VERSIONS, Tables
from app.search.postgres_engine.writing import put, take_out

NAME = "search_index"


class PostgresEngine(IndexEngine):
    """The search engine over tables whose name begins with `name`. One object serves all threads of a process."""

    def __init__(self, engine: Callable[[], Engine], name: str = NAME) -> None:
        self.tables = Tables(engine, name)
        self.readings = Readings(self.tables)

    def latest(self) -> PostgresReading:
        """Give the reading of the last change."""
        return self.readings.latest()

    def forget(self) -> None:
        """Read everything anew at the next question."""
        self.readings.forget()

    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things or replace them whole, in one transaction."""
        with _broken_is_unavailable():
            put(self.tables, self.tables.current().generation, documents)

    def delete(self, keys: Iterable[str]) -> None:
        """Take things out of the index."""
        with _broken_is_unavailable():
            take_out(self.tables, self.tables.current().generation, keys)

    @property
    def made_with(self) -> str:
        """Tell what an index of this engine is made with."""
        return f"postgres {VERSIONS}"

    def begin(self) -> str:
        """Make an empty index beside the live one, and give its name."""
        with _broken_is_unavailable():
            return self.tables.begin()

    def beside(self, name: str) -> FreshIndex:
        """Give what writes into an index that was begun."""
        self.tables.check(name)
        return _Beside(self.tables, name)

    def use(self, name: str) -> None:
        """Put an index in the place of the live one."""
        with _broken_is_unavailable():
            self.tables.use(name)

    def drop(self, name: str) -> None:
        """Remove an index that is not in use."""
        self.tables.drop([name])

    def in_use(self) -> str:
        """Give the name of the live index."""
        try:
            return self.tables.current().generation
        except (IndexUnavailableError, Error, SQLAlchemyError):
            return ""

    def stored_bytes(self, name: str) -> int:
        """Give the bytes an index takes."""
        return self.tables.stored_bytes(name)


@contextmanager
def _broken_is_unavailable() -> Iterator[None]:
    """Say what breaks the tables as the seam says it; what breaks the site's own tables on the way is not ours."""
    try:
        yield
    except Error as error:
        raise IndexUnavailableError(f"the index cannot be written: {error!r}") from error


class _Beside:
    """Writes into one generation that nobody reads yet."""

    def __init__(self, tables: Tables, generation: str) -> None:
        self._tables = tables
        self._generation = generation

    def index(self, documents: Iterable[ParentDocument]) -> None:
        with _broken_is_unavailable():
            self._tables.index_keys(self._generation)
            put(self._tables, self._generation, documents)

    def add(self, documents: Iterable[ParentDocument]) -> None:
        with _broken_is_unavailable():
            put(self._tables, self._generation, documents, replacing=False)

    def delete(self, keys: Iterable[str]) -> None:
        with _broken_is_unavailable():
            take_out(self._tables, self._generation, keys)
