"""Runs the migrations on the database of the running application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from app.extensions import db

BATCH = "sqlite"  # SQLite alters a table by copying it


def _written(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:  # noqa: ARG001 - Alembic calls it so
    """Write our own column types by the plain ones they stand on, so that a migration outlives our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def _configure(**options: Any) -> None:
    context.configure(target_metadata=db.metadata, compare_type=True, render_item=_written, **options)


@contextmanager
def _without_cascades(connection: Connection) -> Iterator[None]:
    """Let SQLite copy a table and drop the first one without taking away what refers to its rows.

    https://sqlite.org/lang_altertable.html, section 7: foreign keys off before the transaction, checked at the end.
    """
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        lost = driver.execute("PRAGMA foreign_key_check").fetchall()
        if lost:
            message = f"the migration left rows that refer to nothing: {lost[:10]}"
            raise RuntimeError(message)
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Bring the database to the wanted version, in one transaction for each migration."""
    if context.is_offline_mode():
        url = db.engine.url.render_as_string(hide_password=False)
        _configure(url=url, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    with db.engine.connect() as connection:
        copies = connection.dialect.name == BATCH
        _configure(connection=connection, render_as_batch=copies, transaction_per_migration=True)
        with _without_cascades(connection) if copies else nullcontext(), context.begin_transaction():
            context.run_migrations()


run()
