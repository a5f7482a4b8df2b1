"""What every group of commands shares: a database that does not do is said in one sentence, never by a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import DBAPIError, OperationalError

from app.extensions import db

SET_UP = "flask db upgrade"
REFUSES_WRITING = ("read-only transaction", "readonly database")


def first_column(words: Iterable[str]) -> int:
    """Return how wide the first column of a list must be, so that the second begins in the same place on each line."""
    return max((len(word) for word in words), default=0)


def amount(count: int, noun: str) -> str:
    """Return a number and what it counts, in English: « 1 file », « 2 files »."""
    return f"{count} {noun if count == 1 else f'{noun}s'}"


class HostGroup(AppGroup):
    """A group of commands of ours."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Raises ClickException where the database does not do, and the error itself where it does."""
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            reason = _reason(ctx.ensure_object(ScriptInfo).load_app(), error)
            if reason is None:
                raise
            raise click.ClickException(reason) from error


def _reason(app: Flask, error: DBAPIError) -> str | None:
    """Return why the database failed a command, None where the command is to blame."""
    said = str(error.orig).partition("\n")[0]
    if any(words in said for words in REFUSES_WRITING):
        return f"the database takes no writing now: {said}"
    try:
        behind = _schema(app)
    except OperationalError:
        return f"the database cannot be reached: {said}"
    return behind or (f"the database is not available: {said}" if isinstance(error, OperationalError) else None)


def _schema(app: Flask) -> str | None:
    """Return what is missing for the tables to be those of this version, None when nothing is."""
    scripts = ScriptDirectory(f"{app.root_path}/migrations")
    with app.app_context(), db.engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    if not present:
        return f"this site is not set up, its database holds nothing yet: {SET_UP}"
    if present == set(scripts.get_heads()):
        return None
    known = {one.revision for one in scripts.walk_revisions()}
    return (
        f"the database is of an earlier version of Beffroi: {SET_UP}"
        if present <= known
        else "the database is of a later version of Beffroi than this one"
    )
