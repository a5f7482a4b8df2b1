"""The index made anew: in steps that outlive who was at work, one rebuild at a time, and search never goes away."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app.core import clock, queues
from app.core.db import transaction
from app.core.jobs import Job
from app.core.worker import run_all
from app.extensions import db
from app.search import sources
from app.search.catalogue import Allowed, Catalogue
from app.search.engine import IndexUnavailableError, ParentDocument
from app.search.jobs import check
from app.search.operations import Why, engine, rebuild_soon
from app.search.query import parse
from app.search.rebuilding import reading
from app.search.rebuilding.alone import AnotherAtWorkError, alone, somebody_rebuilds
from app.search.rebuilding.plan import Plan
from app.search.rebuilding.work import is_left_unfinished, rebuild
from app.search.standing import standing
from app.search.sweeping import sweep_words
from app.search.terms import terms_of
from app.search.words import words_after
from tests.conftest import new_database
from tests.search.killed_site import BATCH, BOOKS, READ, queue_rebuild, site
from tests.search.test_operations import Shelf, _found, shelf  # noqa: F401 - the fixture of a single source
from tests.search.world import ANYONE, everybody, row

ROOT = Path(__file__).parents[2]


@pytest.fixture
def books(context: Flask, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:  # noqa: F811 - the fixture
    """Ten books, all indexed; a rebuild reads three at once and commits as many."""
    monkeypatch.setattr("app.search.sources.MANY", 3)
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 3)
    for number in range(1, 11):
        shelf.put(number, f"Livre {number}", "tambour")
    run_all(context)
    return shelf


def breaking(books: Shelf, at: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let reading fail once at a book; give the books read since."""
    documents, left = books.documents, [error]
    read: list[int] = []

    def asked(ids: Sequence[int]) -> Iterable[ParentDocument]:
        if at in ids and left:
            raise left.pop()
        read.extend(ids)
        return documents(ids)

    monkeypatch.setattr(books, "documents", asked)
    return read


def kept() -> Plan:
    db.session.rollback()
    plan = Plan.kept()
    assert plan is not None
    return plan


# Steps


def test_interrupted_rebuild_goes_on_where_it_was(books: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine().in_use()
    read = breaking(books, 8, RuntimeError("killed"), monkeypatch)
    with pytest.raises(RuntimeError):
        rebuild(engine())
    plan = kept()
    assert (plan.done, plan.total, plan.last_id, plan.percent) == (6, 10, 6, 60)
    assert (plan.is_under_way, engine().in_use(), engine().count()) == (True, before, 10)
    books.put(1, "Livre changé", "clarinette")
    read.clear()
    rebuild(engine())
    assert read == [7, 8, 9, 10, 1]
    assert (engine().in_use(), engine().count()) == (plan.generation, 10)
    assert _found("clarinette") == ["book:1"]
    assert kept().finished_at is not None
    assert not is_left_unfinished()


def test_rebuild_says_how_much_there_is_before_its_first_step(books: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(books, 1, RuntimeError("killed"), monkeypatch)
    with pytest.raises(RuntimeError):
        rebuild(engine())
    assert (kept().done, kept().total) == (0, 10)


def test_step_done_and_not_noted_is_done_again_without_harm(books: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("app.search.rebuilding.work.remember", killed)
        with pytest.raises(RuntimeError):
            rebuild(engine())
    assert kept().done == 0
    rebuild(engine())
    assert engine().count() == 10
    found = engine().search(terms_of(parse("tambour").query), everybody(*books.books.values()), limit=20)
    assert (found.total, len({hit.key for hit in found.hits})) == (10, 10)


def test_place_that_takes_no_index_is_left_clean_and_search_goes_on(
    books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = engine().in_use()
    for error in (OSError(errno.ENOSPC, "No space left on device"), IndexUnavailableError("broken")):
        breaking(books, 5, error, monkeypatch)
        with pytest.raises(type(error)):
            rebuild(engine())
        assert not is_left_unfinished()
    assert [path.name for path in engine().generations.root.glob("g-*")] == [before]  # type: ignore[attr-defined]
    assert len(_found("tambour")) == 10
    rebuild(engine())
    assert engine().count() == 10


def test_unfinished_index_that_is_gone_or_of_another_kind_is_begun_anew(
    books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for harm in (
        lambda plan: engine().drop(plan.generation),
        lambda plan: plan.moved(made_with="another"),
        lambda plan: plan.moved(version=-5),
    ):
        read = breaking(books, 8, RuntimeError("killed"), monkeypatch)
        with pytest.raises(RuntimeError):
            rebuild(engine())
        harm(kept())
        read.clear()
        rebuild(engine())
        assert sorted(set(read)) == list(range(1, 11))
        assert engine().count() == 10


# Asked, and by whom


def test_rebuild_asked_is_done_once_and_not_when_its_reason_is_gone(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        rebuild_soon()
        rebuild_soon(Why.UNUSABLE)
        rebuild_soon(Why.UNFINISHED)
    assert queues.counts("search.rebuild") == {"queued": 3}
    run_all(context)
    assert kept().number == 1
    with transaction():
        rebuild_soon()
    rebuild(engine())
    run_all(context)
    assert kept().number == 2


def test_rebuild_asked_with_the_clock_set_back_is_done(context: Flask, books: Shelf) -> None:
    rebuild(engine())
    moment = clock.now()
    clock.set_clock(lambda: moment - timedelta(days=2))
    with transaction():
        rebuild_soon()
    run_all(context)
    assert kept().number == 2


def test_check_has_an_abandoned_rebuild_gone_on_with(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(books, 8, RuntimeError("killed"), monkeypatch)
    with pytest.raises(RuntimeError):
        rebuild(engine())
    with alone(context):
        check({})
        assert queues.counts("search.rebuild") == {}
    check({})
    run_all(context)
    assert (kept().number, is_left_unfinished(), engine().count()) == (1, False, 10)


def test_check_has_an_index_made_anew_that_holds_what_another_time_held(context: Flask, books: Shelf) -> None:
    rebuild(engine())
    engine().delete([f"{books.type}:1"])
    check({})
    assert queues.counts("search.rebuild") == {}  # so soon after a rebuild, another would mend no more
    moment = clock.now()
    clock.set_clock(lambda: moment + timedelta(days=2))
    books.put(11, "Livre 11", "tambour")
    check({})
    assert queues.counts("search.rebuild") == {}  # something is on its way: nobody can tell
    run_all(context)
    assert engine().count() == 10
    check({})
    run_all(context)
    assert (kept().number, engine().count()) == (2, 11)
    clock.set_clock(lambda: moment + timedelta(days=4))
    check({})
    assert queues.counts("search.rebuild").get("queued", 0) == 0


def test_check_has_an_index_made_anew_that_came_back_after_another_took_its_place(context: Flask, books: Shelf) -> None:
    rebuild(engine())
    gone = engine().in_use()
    rebuild(engine())
    books.put(11, "Livre 11", "tambour")
    run_all(context)
    assert engine().count() == 11
    engine().use(gone)
    assert engine().count() == 10
    check({})
    run_all(context)
    assert (kept().number, engine().count()) == (3, 11)
    check({})
    assert queues.counts("search.rebuild").get("queued", 0) == 0


def test_second_rebuild_at_once_is_refused(context: Flask, books: Shelf) -> None:
    with alone(context):
        assert somebody_rebuilds()
        with pytest.raises(AnotherAtWorkError), alone(context):
            pass
    assert not somebody_rebuilds()
    answer = context.test_cli_runner().invoke(args=["search", "rebuild"])
    assert ("9 of 10" in answer.output, "10 things indexed" in answer.output) == (True, True)


def test_command_waits_for_the_rebuild_under_way(context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as other:
        other.enter_context(alone(context))
        rebuild(engine())
        ended = lambda _seconds: other.close()  # noqa: E731 - while the command sleeps, the other one ends
        monkeypatch.setattr("app.search.cli.time.sleep", ended)
        answer = context.test_cli_runner().invoke(args=["search", "rebuild"])
    assert (answer.exit_code, kept().number) == (0, 1)
    assert "this command waits" in answer.output
    assert answer.output.endswith("10 things indexed\n")


def test_command_goes_on_with_the_rebuild_that_another_left(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as other:
        other.enter_context(alone(context))
        with monkeypatch.context() as patch:
            breaking(books, 8, RuntimeError("killed"), patch)
            with pytest.raises(RuntimeError):
                rebuild(engine())
        monkeypatch.setattr("app.search.cli.time.sleep", lambda _seconds: other.close())
        answer = context.test_cli_runner().invoke(args=["search", "rebuild"])
    assert (answer.exit_code, kept().number, is_left_unfinished()) == (0, 1, False)
    assert "this command goes on with it" in answer.output


def test_command_on_a_full_disk_says_so_in_one_line(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(books, 8, OSError(errno.ENOSPC, "No space left on device"), monkeypatch)
    answer = context.test_cli_runner().invoke(args=["search", "rebuild"])
    assert (answer.exit_code, answer.output.splitlines()[-1]) == (
        1,
        "Error: the new index could not be written, the old one stays in use: [Errno 28] No space left on device",
    )


# The state


def test_state_tells_what_the_index_holds_and_how_late_it_is(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = standing()
    assert (now.health.parents, now.waiting, int(now.lag.total_seconds())) == (10, 0, 0)
    assert now.stored_bytes > 1000
    assert now.generation == engine().in_use()
    assert (now.trouble, now.rebuild, now.is_late) == (None, None, False)
    books.put(11, "Livre 11")
    assert standing().waiting == 1
    put_failed("done")  # a younger job has done its work
    assert standing().trouble is None
    put_failed("failed")
    trouble = standing().trouble
    assert trouble is not None
    assert trouble.error == "OSError: [Errno 28] No space left on device"
    breaking(books, 8, RuntimeError("killed"), monkeypatch)
    with pytest.raises(RuntimeError):
        rebuild(engine())
    told = context.test_cli_runner().invoke(args=["search", "state"]).output
    for line in (
        "engine    whoosh",
        "lag       0 s (1 changes wait)",
        "error     search.rebuild: OSError",
        "6 of 11, left",
    ):
        assert line in told


ERROR = """Traceback (most recent call last):
  File "work.py", line 3, in rebuild
OSError: [Errno 28] No space left on device
[SQL: x]
(Background on this error at: y)"""


def put_failed(state: str) -> None:
    job = Job(queue="files", name="search.rebuild", payload="{}", state=state, run_at=kept_at(), error=ERROR)
    with transaction() as session:
        session.add(job)


def kept_at() -> Any:
    return db.session.scalar(select(Job.created_at).limit(1))


# Words


def test_word_of_what_was_erased_or_written_anew_is_forgotten_within_a_day(context: Flask, books: Shelf) -> None:
    books.put(1, "Livre", "zibeline")
    books.put(2, "Livre", "quetsche")
    run_all(context)
    assert {"quetsche", "tambour", "zibeline"} <= set(words_after("", 500))
    books.drop(1)
    books.put(2, "Livre", "tambour")
    run_all(context)
    sweep_words({})
    assert words_after("", 500) == ["livre", "tambour"]


def test_rebuild_forgets_the_words_it_did_not_meet_also_when_another_began_it(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.put(1, "Livre", "zibeline")
    run_all(context)
    books.put(1, "Livre", "palissandre")
    books.put(2, "Livre", "quetsche")
    run_all(context)
    assert "zibeline" in words_after("", 500)
    breaking(books, 8, RuntimeError("killed"), monkeypatch)
    with pytest.raises(RuntimeError):
        rebuild(engine())
    rebuild(engine())
    assert words_after("", 500) == ["livre", "palissandre", "quetsche", "tambour"]


def test_sweep_of_a_broken_index_forgets_nothing(context: Flask, books: Shelf) -> None:
    engine().drop(engine().in_use())
    sweep_words({})
    assert words_after("", 500) == ["livre", "tambour"]


# Killed

MOMENTS = (
    ("worker", "reading 1"),
    ("command", "committing 20"),
    ("worker", "noting"),
    ("command", "reading 41"),
    ("worker", "swapping"),
    ("command", "ending"),
)


class Killed:
    """A site whose rebuilds are killed at named moments."""

    def __init__(self, instance: Path, engine_name: str, database: str) -> None:
        self.instance, self.engine_name, self.database = instance, engine_name, database
        self.app = site(instance, engine_name, database)
        with self.app.app_context():
            upgrade()
            db.session.remove()
            rebuild(engine())
            db.session.remove()
        self.read.unlink()

    @property
    def read(self) -> Path:
        return self.instance / READ

    def run(self, how: str, until: str) -> None:
        """Let it work to a moment and kill it there; to its end for « done »."""
        command = [sys.executable, "-m", "tests.search.killed_site", str(self.instance)]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        arguments = [*command, self.engine_name, self.database, how]
        with subprocess.Popen(arguments, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            heard = list(takewhile(lambda line: line != f"{until}\n", child.stdout))
            if until != "done":
                child.send_signal(signal.SIGKILL)
            assert child.wait(30) == (0 if until == "done" else -signal.SIGKILL), (until, heard)

    def found(self) -> int:
        """How many things the live index finds."""
        with self.app.app_context():
            allowed = Allowed.to(Catalogue(row(f"book:{n}") for n in range(1, BOOKS + 1)), ANYONE)
            total = engine().search(terms_of(parse("xylophone").query), allowed).total
            db.session.remove()
            return total


@pytest.fixture
def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Killed]]:
    for owner, name in ((sources, "_sources"), (sources, "MANY"), (reading, "MOST_AT_ONCE")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back after the test: ``site`` replaces them
    with ExitStack() as ending:

        def make(engine_name: str) -> Killed:
            database = ending.enter_context(new_database()) if engine_name == "postgres" else ""
            made = Killed(tmp_path, engine_name, database)
            ending.callback(_dispose, made.app)
            return made

        yield make


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whoosh", "tantivy", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_rebuild_killed_at_every_moment_goes_on_and_never_takes_search_away(
    killed: Callable[[str], Killed], name: str
) -> None:
    one = killed(name)
    queue_rebuild(one.app)
    for how, moment in MOMENTS:
        one.run(how, moment)
        assert one.found() == BOOKS // 3, moment
    one.run("worker", "done")
    assert one.found() == BOOKS // 3
    with one.app.app_context():
        assert (kept().number, kept().done, is_left_unfinished(), engine().count()) == (2, BOOKS, False, BOOKS)
        assert queues.counts("search.rebuild") == {"done": 1}
        db.session.remove()
    batches = one.read.read_text().split()
    # Read twice: only what was in hand at one of the kills.
    assert len(batches) <= BOOKS // BATCH + 2 * 3
    assert set(batches) == {str(first) for first in range(1, BOOKS, BATCH)}
