"""The hard moments of a site, for each engine: search answers, nothing is lost, and nobody has to mend by hand."""

from __future__ import annotations

import datetime as dt
import gc
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock, queues
from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import Job
from app.core.worker import run_all
from app.extensions import db
from app.search import jobs
from app.search.engine import IndexUnavailableError, ParentDocument
from app.search.health import index_check
from app.search.index.folder import FolderEngine
from app.search.operations import engine, find, rebuild_soon
from app.search.postgres_engine import PostgresEngine
from app.search.query import parse
from app.search.standing import standing
from app.search.tantivy_engine import TantivyEngine
from app.search.whoosh_engine import WhooshEngine
from tests.people import MEMBER as SOMEBODY
from tests.people import Cast
from tests.search.test_operations import MEMBER, Shelf, shelf  # noqa: F401 - the fixture of a single source
from tests.search.world import thing

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["whoosh", "tantivy", "postgres"])
def books(request: pytest.FixtureRequest, context: Flask, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:  # noqa: F811 - the fixture
    """Two books indexed by the engine of this run."""
    on_postgres = db.engine.dialect.name == "postgresql"
    if request.param == "postgres" and not on_postgres:
        pytest.skip("tables of PostgreSQL")
    if request.param == "whoosh" and on_postgres:
        pytest.skip("the same files as with SQLite")
    engines: dict[str, Callable[[Path], Any]] = {
        "whoosh": WhooshEngine,
        "tantivy": TantivyEngine,
        "postgres": lambda _root: PostgresEngine(lambda: db.engine, "hard_index"),
    }
    root = context.config["SETTINGS"].instance / f"hard-{request.param}"
    if root.is_file():
        root.unlink()
    monkeypatch.setitem(context.extensions, "search_engine", engines[request.param](root))
    engine().rebuild([])
    shelf.put(1, "Vie nocturne", "le bruit des terrasses")
    shelf.put(2, "Police municipale", "une doctrine")
    run_all(context)
    db.session.rollback()
    return shelf


def found(typed: str) -> set[str]:
    db.session.rollback()
    return {one.key for one in find(MEMBER, parse(typed).query).results}


def _lose() -> Callable[[], None]:
    """Take the index away under the feet of who reads it; give what mends the place."""
    one: Any = engine()
    if isinstance(one, FolderEngine):
        root = one.generations.root
        root.rename(root.with_name("elsewhere-" + os.urandom(4).hex()))
        root.write_text("a file where the folder should be")
        return root.unlink
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE hard_index")
        connection.exec_driver_sql("CREATE VIEW hard_index AS SELECT 1 AS nothing")
    return _drop_view


def _drop_view() -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW hard_index")


def test_index_lost_in_a_place_that_takes_none_degrades_and_comes_back_without_hands(
    context: Flask, books: Shelf
) -> None:
    assert found("bruit") == {"book:1"}
    mend = _lose()
    for _ in range(2):
        assert found("nocturne") == {"book:1"}
    assert find(MEMBER, parse("bruit").query).degraded
    books.put(3, "Clarinette", "un solo")
    run_all(context)
    assert found("clarinette") == {"book:3"}
    assert not standing().health.usable
    assert queues.counts().get("failed", 0) == 0
    mend()
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(hours=2))
    run_all(context)
    assert (found("bruit"), found("solo")) == ({"book:1"}, {"book:3"})
    assert find(MEMBER, parse("bruit").query).degraded is False


def test_change_made_while_the_index_was_away_is_found_once_it_is_given_back(context: Flask, books: Shelf) -> None:
    one = engine()
    if not isinstance(one, FolderEngine):
        pytest.skip("its tables go and come with the database")
    root = one.generations.root
    aside = root.rename(root.with_name("aside-" + os.urandom(4).hex()))
    root.write_text("a file where the folder should be")
    books.put(3, "Clarinette", "un solo")
    run_all(context)
    root.unlink()
    aside.rename(root)
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(hours=2))
    run_all(context)
    assert found("solo") == {"book:3"}


@contextmanager
def full_disk(room: int = 2048) -> Iterator[None]:
    """Let no file grow beyond some bytes, as if the disk were at its edge."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# Whoosh forgets to close what it could not write.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_full_disk_leaves_the_index_as_it_was(context: Flask, books: Shelf) -> None:
    if not isinstance(engine(), FolderEngine):
        pytest.skip("the disk of the database")
    large = [thing("book:9", "Clarinette", *(" ".join(f"mot{n}x{word}" for word in range(200)) for n in range(60)))]
    for act in (lambda: engine().index(large), lambda: engine().rebuild(large)):
        for _ in range(2):
            before = _files()
            failed = _error_on_a_full_disk(act)
            gc.collect()
            assert jobs.is_for_want_of_room(failed), repr(failed)
            assert found("bruit doctrine clarinette") == {"book:1", "book:2"}
            engine().forget()
            assert engine().health().usable
            assert _files() - before <= LEFT
    engine().index(large)
    assert engine().count() == 3
    gc.collect()


# Whoosh forgets to close what it could not write.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_disk_without_room_for_an_empty_index_keeps_nothing_of_it(context: Flask, books: Shelf) -> None:
    one: Any = engine()
    if not isinstance(one, FolderEngine):
        pytest.skip("the disk of the database")
    before = set(one.generations.root.iterdir())
    with pytest.raises((OSError, IndexUnavailableError)) as failed, full_disk(room=0):
        one.begin()
    assert jobs.is_for_want_of_room(failed.value)
    assert set(one.generations.root.iterdir()) == before
    gc.collect()


def test_tantivy_says_in_two_manners_that_a_place_takes_no_files() -> None:
    kept_closed = 'Failed to acquire Lockfile: IoError(Os { code: 30, kind: ReadOnlyFilesystem, message: "…" }). None'
    full = "An IO error occurred: 'No space left on device (os error 28) at path \"index\"'"
    lost = 'IoError(Os { code: 2, kind: NotFound, message: "No such file or directory" })'
    said = [jobs.is_for_want_of_room(ValueError(one)) for one in (kept_closed, full, lost)]
    assert said == [True, True, False]


LEFT = {"meta.json", "MAIN_WRITELOCK", "records", ".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"}
"""What a failed writing may leave that a good one leaves as well."""


def _files() -> set[str]:
    one: Any = engine()
    return {path.name for folder in one.generations.root.glob("g-*") for path in folder.iterdir()}


def _error_on_a_full_disk(act: Callable[[], object]) -> Exception | None:
    try:
        with full_disk():
            act()
    except Exception as error:  # noqa: BLE001 - whatever the library makes of it
        return error
    return None


def test_change_that_cannot_be_written_waits_and_enters_later(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.put(3, "Clarinette")
    one: Any = engine()
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(one, "index", full)
        moment = now()
        for hours in range(8):
            clock.set_clock(lambda hours=hours: moment + dt.timedelta(hours=hours))  # type: ignore[misc]
            run_all(context)
        assert found("bruit") == {"book:1"}
        stood = standing()
        assert stood.trouble is not None
        assert ("No space left" in stood.trouble.error, stood.is_late, index_check().ok) == (True, True, False)
    assert queues.counts("search.index")["queued"] == 1
    clock.set_clock(lambda: moment + dt.timedelta(hours=10))
    run_all(context)
    assert found("clarinette") == {"book:3"}
    assert standing().trouble is None


def test_worker_dead_for_an_hour_is_told_and_makes_up_for_it(context: Flask, books: Shelf) -> None:
    for number in range(10, 15):
        books.put(number, "Clarinette")
    books.drop(2)
    assert (found("clarinette"), found("doctrine"), found("bruit")) == (set(), set(), {"book:1"})
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(hours=1))
    check = index_check()
    assert (check.ok, check.figures["lag_seconds"]) == (False, 3600)
    run_all(context)
    assert found("clarinette") == {f"book:{number}" for number in range(10, 15)}
    assert index_check().ok


@pytest.mark.slow
def test_everything_posted_during_a_rebuild_is_found_after_it(
    context: Flask, books: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.sources.MANY", 5)
    for number in range(10, 40):
        books.put(number, "Tambour")
    run_all(context)
    documents, posted = books.documents, [100]

    def posting(ids: Sequence[int]) -> Iterable[ParentDocument]:
        yield from list(documents(ids))
        if posted[0] < 130:
            for _ in range(3):
                books.put(posted[0], "Clarinette")
                posted[0] += 1
            books.put(10, "Hautbois")
            books.books.pop(39, None)
            books.rows_.pop(39, None)

    monkeypatch.setattr(books, "documents", posting)
    with transaction():
        rebuild_soon()
    run_all(context)
    db.session.rollback()
    total = find(MEMBER, parse("clarinette").query).total
    assert (total, found("hautbois")) == (posted[0] - 100, {"book:10"})
    assert find(MEMBER, parse("tambour").query).total == 28


def test_two_workers_by_mistake_do_everything_once(context: Flask, books: Shelf) -> None:
    for number in range(10, 60):
        books.put(number, "Clarinette")
    with transaction():
        rebuild_soon()
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            run_all(context)
        except BaseException as error:  # noqa: BLE001 - the test must know
            wrong.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(minutes=1))
    run_all(context)
    db.session.rollback()
    assert wrong == []
    assert (queues.counts().get("queued", 0), queues.counts().get("failed", 0)) == (0, 0)
    assert find(MEMBER, parse("clarinette").query).total == 50
    assert engine().count() == 52


def test_clock_set_back_delays_nothing(context: Flask, books: Shelf) -> None:
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(days=2))
    books.put(3, "Clarinette")
    clock.set_clock(None)
    assert found("bruit") == {"book:1"}
    run_all(context)
    assert found("clarinette") == {"book:3"}
    books.put(4, "Hautbois")
    run_all(context)
    assert found("hautbois") == {"book:4"}
    db.session.rollback()
    assert db.session.scalars(select(Job).where(Job.state == "queued")).all() == []


ODD = {
    "ten kilobytes": "médiation " * 1024,
    "three hundred beginnings": " ".join(f"pre{n}*" for n in range(300)),
    "nested quotes": '"une « phrase “dans” une » autre" "" " "',
    "a dash alone": "-",
    "dashes": '- -- -\u2013 -"" -*',
    "emoji": "😀 🏙️ 👩‍👩‍👧 #️⃣",
    "nothing visible": "\u200b\u200d\ufeff \u202e",
    "brackets": "(((" * 200 + ")))",
    "every letter begins": " ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"),
    "half a letter": "\ud83d",
    "statements": "'); DROP TABLE search_word; -- \\ % _ & | ! <-> :*",
}


def test_anything_typed_is_answered(books: Shelf) -> None:
    for name, typed in ODD.items():
        assert not find(MEMBER, parse(typed).query).degraded, name
    assert found("bruit") == {"book:1"}


SCRIPTS = ("日本語の夜", "الأمن الحضري", "ביטחון עירוני", "Ψηφιακή ασφάλεια", "городская ночь")


def test_every_script_is_found_whole_and_by_its_beginning(context: Flask, books: Shelf) -> None:
    for number, title in enumerate(SCRIPTS, 3):
        books.put(number, title, f"\u202b{title}\u202c 😀")
    run_all(context)
    for number, title in enumerate(SCRIPTS, 3):
        for asked in (title, f'"{title}"', f"{title.split()[0][:3]}*"):
            assert found(asked) == {f"book:{number}"}, asked


def test_page_of_results_answers_whatever_is_typed(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(SOMEBODY)
    for name, typed in ODD.items():
        given = quote(typed.encode("utf-8", "surrogatepass"))
        assert here.get(f"/recherche?q={given}").status_code == 200, name


CUT = """
import os, sys
from pathlib import Path
from {module} import {name}
from app.search.engine import IndexUnavailableError
from app.search.index.memory import memory
from app.search.query import parse
from app.search.terms import terms_of
from tests.search.world import everybody, thing

words = [" ".join(f"mot{{n * k % 977}}" for k in range(300)) for n in range(60)]
documents = [thing(f"resource:{{n}}", f"Livre {{n}}", text) for n, text in enumerate(words)]
engine, allowed = {name}(Path(sys.argv[1])), everybody(*documents)
for pattern in sys.argv[2:]:
    engine.rebuild(documents)
    assert engine.search(terms_of(parse("mot5").query), allowed).total, pattern
    memory.forget()
    for path in engine.generations.current().glob(pattern):
        os.truncate(path, 50)
    for typed in ("mot7", '"mot7 mot14"', "mo*", "livre"):
        try:
            engine.search(terms_of(parse(typed).query), allowed)
        except IndexUnavailableError:
            continue
        sys.exit(f"{{pattern}}: answered from a file cut short")
    assert not engine.health().usable, pattern
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "name", "patterns"),
    [
        ("app.search.whoosh_engine", "WhooshEngine", ("*.pst", "*.trm", "MAIN_*")),
        ("app.search.tantivy_engine", "TantivyEngine", ("*.idx", "*.term", "*.pos", "*.fast")),
    ],
)
def test_files_cut_short_in_place_under_a_reader_do_not_end_it(
    tmp_path: Path, module: str, name: str, patterns: Sequence[str]
) -> None:
    """Mapped into memory, a page beyond the end of a file is a SIGBUS: the process runs apart, and must live."""
    program = CUT.format(module=module, name=name)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", program, str(tmp_path / "index"), *patterns]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-500:]
