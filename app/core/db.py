"""The database: column types, public ids, the engine's settings and the one way to write."""

from __future__ import annotations

import re
import secrets
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    String,
    bindparam,
    event,
    inspect,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.clock import now
from app.core.errors import NotFoundError
from app.extensions import db

if TYPE_CHECKING:
    from flask import Flask

PUBLIC_ID_LENGTH = 10
PUBLIC_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # lower-case base32, RFC 4648 section 6
BUSY_TIMEOUT_MS = 8000
_PUBLIC_ID = re.compile(rf"[{PUBLIC_ID_ALPHABET}]{{{PUBLIC_ID_LENGTH}}}")
_PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
LARGEST_INTEGER = 2**63 - 1
WRITE_OPTION = "beffroi_write"
READ_ONLY = "25006"  # the code PostgreSQL gives: read_only_sql_transaction
SORT_KEY_LENGTH = 200


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC in Python on every database.

    SQLite keeps no time zone: the value is stored as UTC and made aware again when read. A naive value is refused.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC. Raises ValueError for a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment without time zone cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware value in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PartialDate(TypeDecorator[str]):
    """A date as far as it is known: « 2021 », « 2021-07 » or « 2021-07-05 » (ISO 8601-1:2019, 5.2.2.3).

    Such texts sort by time. Any other text is refused.
    """

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Let a date through. Raises ValueError for another text."""
        if value is not None:
            first_day(value)
        return value


def first_day(known: str) -> date:
    """Return the first day a partial date may mean: of « 2021 », its 1st of January. Raises ValueError."""
    if not _PARTIAL_DATE.fullmatch(known):
        message = f"not a date: {known!r}"
        raise ValueError(message)
    return date.fromisoformat(f"{known}-01-01"[:10])


def new_public_id() -> str:
    """Return a random id of 10 characters of lower-case base32 (50 bits), the only id shown in addresses."""
    return "".join(secrets.choice(PUBLIC_ID_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


def sort_key(text: str) -> str:
    """Return the key by which a title or name sorts: accents folded, case folded, punctuation dropped.

    Computed by us because SQLite and PostgreSQL disagree on collation, letter case and accents.
    """
    kept = (c if c.isalnum() else " " for c in unaccented(text))
    return " ".join("".join(kept).split())[:SORT_KEY_LENGTH]


def key_of(name: str) -> Callable[[Any], str]:
    """Return a default: the sort key of another column of the row that is being inserted."""

    def key(context: Any) -> str:
        return sort_key(context.get_current_parameters().get(name) or "")

    return key


def unaccented(text: str) -> str:
    """Return a text with its accents and letter case folded, its punctuation kept, as mail addresses are compared."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in folded if not unicodedata.combining(c))


def begins(column: Any, word: str, between: str = " ") -> ColumnElement[bool]:
    """Return the condition that a word begins one of those of a folded text, ``between`` standing between them."""
    condition: ColumnElement[bool] = or_(
        column.startswith(word, autoescape=True), column.contains(f"{between}{word}", autoescape=True)
    )
    return condition


def public_ids_in(texts: Iterable[str], most: int = 100) -> list[str]:
    """Return those of some texts that may be public ids, each once: what else is sent in their place names nothing."""
    return list(dict.fromkeys(text for text in texts if _PUBLIC_ID.fullmatch(text)))[:most]


class HasPublicId:
    """Mixin: an integer key that stays inside and a public id for addresses."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=new_public_id)


class HasMoments:
    """Mixin: when the row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class TransactionError(RuntimeError):
    """A transaction was opened inside another one: the outer one must hold the whole deed."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Write inside one short transaction.

    Ends the reading transaction of the request, so that what was loaded is read again; opens ``BEGIN IMMEDIATE`` on
    SQLite (an ordinary one on PostgreSQL, where ``lock`` takes row locks); commits at the end, or rolls back and lets
    the error through. Raises TransactionError when nested.
    """
    session = db.session()
    if session.info.get("writing"):
        message = "transaction() inside transaction()"
        raise TransactionError(message)
    session.rollback()
    session.info.clear()
    session.info["writing"] = True
    try:
        session.connection(execution_options={WRITE_OPTION: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()


def is_writing() -> bool:
    """Tell whether a write transaction is open."""
    return bool(db.session().info.get("writing"))


def lock(*things: Any) -> None:
    """Read rows again and hold them until the transaction ends (``FOR UPDATE`` on PostgreSQL).

    On SQLite the writing transaction already holds the whole database. The thing's own table is named, because
    PostgreSQL refuses to lock what an outer join brings beside it. Raises NotFoundError for a row that somebody has
    removed since it was read.
    """
    for thing in things:
        try:
            db.session.refresh(thing, with_for_update={"of": type(thing)})
        except InvalidRequestError as error:
            if not inspect(thing).persistent:
                raise  # never was a row of this session: a mistake of ours
            raise NotFoundError from error


def insert_into(table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that may say what to do on a conflict, in the dialect of this database."""
    return postgresql.insert(table) if db.engine.dialect.name == "postgresql" else sqlite.insert(table)


def cache_of_transaction() -> dict[str, Any]:
    """Return a dictionary that lives as long as what was read is true: until the next ``transaction()``."""
    info: dict[str, Any] = db.session().info
    kept: dict[str, Any] = info.setdefault("cache", {})
    return kept


def at_present() -> BindParameter[datetime]:
    """Return the present moment (UTC) as a part of a condition: it is looked up each time its statement is sent."""
    return bindparam(None, callable_=now, type_=UtcDateTime())


def storable(number: int) -> bool:
    """Tell whether a number fits a database integer (SQLite raises beyond 63 bits)."""
    return -LARGEST_INTEGER <= number <= LARGEST_INTEGER


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of the SQLAlchemy engine for a database address.

    The values of a statement stay out of errors, so of logs and of jobs that failed: they may be anybody's words.
    """
    if url.startswith("sqlite"):
        # Autocommit in the driver: the BEGIN is ours (see _begin). Otherwise pysqlite starts deferred ones by itself.
        return {
            "hide_parameters": True,
            "connect_args": {
                "isolation_level": None,
                "timeout": BUSY_TIMEOUT_MS / 1000,
                "check_same_thread": False,
            },
        }
    return {"hide_parameters": True, "pool_pre_ping": True, "connect_args": {"options": "-c timezone=utc"}}


def set_up_engine(app: Flask) -> None:
    """Attach our settings to the engine of an application: pragmas, the BEGIN, and one connection kept open.

    With WAL and every connection closed, a full disk stops even reading; the connection kept for the life of the
    process avoids that.
    """
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "handle_error", _refused_writing)


def keep_one_connection(app: Flask) -> None:
    """Open the connection this process keeps for its whole life (SQLite only). Called by servers and workers."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            app.extensions["kept_connection"] = db.engine.raw_connection()


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITE_OPTION)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _refused_writing(context: ExceptionContext) -> OperationalError | None:
    """Return, where PostgreSQL takes no writing just now, the error of a database that is full or locked.

    A standby that its primary has not left yet, or a server closed by its host for want of room: pages are read all the
    same, and a form is told to come again. The driver calls it an internal error, as it would a mistake of ours.
    """
    refused = context.original_exception
    if getattr(refused, "sqlstate", None) != READ_ONLY:
        return None
    return OperationalError(context.statement, None, refused, hide_parameters=True)


@contextmanager
def separate_write(engine: Engine | None = None) -> Iterator[Connection]:
    """Write a few rows apart from the request's own transaction (sessions, last visit, throttle).

    Must not be used while the request itself holds the write lock on SQLite: it would wait for itself.
    """
    with (engine or db.engine).connect() as plain:
        connection = plain.execution_options(**{WRITE_OPTION: True})
        with connection.begin():
            yield connection
