"""A site in a process of its own that makes its index anew and says where it stands, to be killed there.

``python -m tests.search.killed_site INSTANCE ENGINE DATABASE command|worker``: each line names the moment that begins,
and lasts long enough to die in it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.core.db import transaction
from app.core.worker import run_all
from app.search import sources
from app.search.engine import ParentDocument
from app.search.operations import engine, rebuild_soon
from app.search.rebuilding import reading, work
from config import Settings
from tests.search.test_operations import Shelf
from tests.search.world import row, thing

BOOKS, STEP, BATCH = 60, 20, 10
READ = "read"


class SlowShelf(Shelf):
    """A shelf that notes in a file what is read of it."""

    notes: Path

    def documents(self, ids: Sequence[int]) -> Iterable[ParentDocument]:
        """Note the first of a batch, and say when a step has read its last."""
        with self.notes.open("a") as file:
            file.write(f"{ids[0]}\n")
        say(f"reading {ids[0]}")
        yield from super().documents(ids)
        if ids[-1] % STEP == 0:
            say(f"committing {ids[-1]}", wait=0.0)


dying: list[bool] = []
"""Filled in the process that is to be killed."""


def say(moment: str, wait: float = 0.15) -> None:
    """Name the moment that begins."""
    if dying:
        os.write(1, f"{moment}\n".encode())  # commands are run with an output of their own
        time.sleep(wait)


def shelf(instance: Path) -> SlowShelf:
    """Sixty books; the word « xylophone » stands in every third."""
    made = SlowShelf()
    made.notes = instance / READ
    for number in range(1, BOOKS + 1):
        made.books[number] = thing(f"book:{number}", f"Livre {number}", "xylophone" if number % 3 == 0 else "tambour")
        made.rows_[number] = row(f"book:{number}")
    return made


def site(instance: Path, engine_name: str, database: str) -> Flask:
    """A site whose only things are these books, which reads ten at once and commits twenty."""
    settings = Settings(instance=instance, database_url=database, search_engine=engine_name, demo="0")
    app = create_app(settings, TESTING=True, PASSWORD_COST="test")
    sources._sources = {"book": shelf(instance)}
    sources.MANY, reading.MOST_AT_ONCE = BATCH, STEP
    return app


def _said_before(named: str, done: Callable[..., Any]) -> Callable[..., Any]:
    def saying(*given: Any, **more: Any) -> Any:
        say(named)
        return done(*given, **more)

    return saying


def main(instance: str, engine_name: str, database: str, how: str) -> None:
    """Make the index anew."""
    dying.append(True)
    app = site(Path(instance), engine_name, database)
    with app.app_context():
        one: Any = engine()
        one.use = _said_before("swapping", one.use)
        patched: Any = work
        patched.remember = _said_before("noting", patched.remember)
        patched.forget_unmet = _said_before("ending", patched.forget_unmet)
        if how == "worker":
            run_all(app)
        else:
            app.test_cli_runner().invoke(args=["search", "rebuild"], catch_exceptions=False)
    say("done")


def queue_rebuild(app: Flask) -> None:
    """Leave the work to the worker."""
    with app.app_context(), transaction():
        rebuild_soon()


if __name__ == "__main__":
    main(*sys.argv[1:])
