"""Runs the migrations on the database of the running application."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
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


def run() -> None:
    """Bring the database to the wanted version, in one transaction for each migration."""
    if context.is_offline_mode():
        url = db.engine.url.render_as_string(hide_password=False)
        _configure(url=url, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    with db.engine.connect() as connection:
        _configure(
            connection=connection,
            render_as_batch=connection.dialect.name == BATCH,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
