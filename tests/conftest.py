"""A real application on a real database for each test: SQLite and, where there is one, PostgreSQL."""

from __future__ import annotations

import gc
import getpass
import os
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from app import create_app
from app.core import clock
from app.core.db import storable
from app.extensions import db
from app.search.audience import CatalogueKeeper
from app.search.rules.keeping import RulesKeeper
from config import ROOT, Settings
from tests.people import Cast, bring_in
from tests.photograph import Photograph, empty_tables
from tests.places import lay_places
from tests.support import Browser, work

#: The files that take a minute or nearly, the longest first.
LONGEST = (
    "journeys/test_documents.py",
    "journeys/test_axe.py",
    "journeys/test_crash.py",
    "demo/test_loader.py",
    "benchmarks/test_benchmarks.py",
    "supervisor/test_site.py",
    "library/test_killed_worker.py",
    "journeys/test_edge_cases.py",
    "journeys/test_bad_addresses.py",
    "journeys/test_bad_input.py",
    "architecture/test_great_table.py",
    "architecture/test_canary_people.py",
)
TEMPLATES = ROOT / ".cache" / "templates"
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the run of everything asks for, and a run of tests by name does not."""
    parser.addoption(
        "--few-on-postgres",
        action="store_true",
        help="on PostgreSQL, leave out thorough tests and all cases of a test but the first, unless marked every_case",
    )
    parser.addoption(
        "--first-cases",
        action="store_true",
        help="leave out all cases of a test but the first on each database, unless marked every_case",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is alone with it at the end; leave out what is said twice."""
    order = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: (order.get(item.path, len(order)), item.path not in long))
    left_out = set(_again_on_postgres(items) if config.getoption("few_on_postgres") else [])
    left_out.update(later_cases(items) if config.getoption("first_cases") else [])
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def later_cases(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the cases of a test after its first one on the same database, thorough ones left aside."""
    seen, later = set(), []
    for item in items:
        if item.get_closest_marker("every_case") or item.get_closest_marker("thorough"):
            continue
        cases = getattr(getattr(item, "callspec", None), "params", {})
        name = item.nodeid.partition("[")[0], cases.get("app")
        if name in seen:
            later.append(item)
        seen.add(name)
    return later


def _again_on_postgres(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the cases on PostgreSQL that SQLite answers for: they differ in what is typed, not in their SQL."""
    seen, again = set(), []
    for item in items:
        cases = getattr(getattr(item, "callspec", None), "params", {})
        if cases.get("app") != "postgres" or item.get_closest_marker("every_case"):
            continue
        name = item.nodeid.partition("[")[0]
        if name in seen or item.get_closest_marker("thorough"):
            again.append(item)
        seen.add(name)
    return again


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are gathered, nor ever in what was imported: it stays, and walking it is long."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(200_000, 20, 50)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _unplugged() -> Iterator[None]:
    """Wait for no disk: what a power cut would lose is of no matter here, and every commit and every file waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


def _hasty(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def postgres_server() -> str | None:
    """Return the address of a PostgreSQL server, from TEST_POSTGRES_URL or on this machine's usual port."""
    named = os.environ.get("TEST_POSTGRES_URL")
    local = [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in ("postgres", getpass.getuser())]
    for address in [named] if named else local:
        try:
            psycopg.connect(address, connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return address
    return None


@contextmanager
def new_database_app(kind: str, folder: Path, **more: Any) -> Iterator[Flask]:
    """Give an application on a database of its own, without tables; dropped at the end.

    Skips the test where there is no such server.
    """
    with ExitStack() as ending:
        app = _app_on("" if kind == "sqlite" else ending.enter_context(new_database()), folder, **more)
        ending.callback(_dispose, app)
        yield app


@contextmanager
def new_database() -> Iterator[str]:
    """Give the address of an empty PostgreSQL database, dropped at the end. Skips the test where there is no server."""
    server = postgres_server()
    if server is None:
        pytest.skip("no PostgreSQL server (set TEST_POSTGRES_URL or start one on 127.0.0.1:5432)")
    name = f"beffroi_test_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _app_on(url: str, folder: Path, **more: Any) -> Flask:
    more = {"second_factor_for": "", "ocr": "0", "office_pages": "0"} | more  # the cast signs in by password alone
    settings = Settings(instance=folder, database_url=url, demo="0", **more)
    app = create_app(settings, TESTING=True, PASSWORD_COST="test", PROPAGATE_EXCEPTIONS=False)
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(TEMPLATES))  # each process would compile them again
    if not url:
        with app.app_context():
            event.listen(db.engine, "connect", _hasty)
    lay_places(app)
    return app


@pytest.fixture(scope="session")
def applications() -> Iterator[Callable[[str, Path], Flask]]:
    """A function that gives the one application of a kind of database, made at first use, ended with the session."""
    apps: dict[str, Flask] = {}
    with ExitStack() as ending:

        def application(kind: str, folder: Path) -> Flask:
            if kind not in apps:
                apps[kind] = ending.enter_context(new_database_app(kind, folder))
                with apps[kind].app_context():
                    upgrade()
                    db.session.remove()
            return apps[kind]

        yield application


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=DATABASES)
def app(
    request: pytest.FixtureRequest,
    applications: Callable[[str, Path], Flask],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """An application with empty tables and no mail. No context is pushed: a request of the client makes its own."""
    application = applications(request.param, tmp_path_factory.getbasetemp() / request.param)
    if "furnish" not in request.fixturenames:  # which empties the tables before it fills them
        empty_tables(application)
    for mail in application.extensions["mail_transport"].folder.iterdir():
        mail.unlink()
    # Photographs bring the same people back: somebody an earlier test erased would be erased again in this one.
    (application.config["SETTINGS"].instance / "erased.jsonl").unlink(missing_ok=True)
    # The versions of what processes keep begin again with the tables, which never happens to a site.
    application.extensions["search_catalogue"] = CatalogueKeeper()
    application.extensions["search_rules"] = RulesKeeper()
    yield application
    clock.set_clock(None)


@pytest.fixture
def fit_for_postgres(app: Flask) -> Iterator[None]:
    """Refuse the values given to SQLite that PostgreSQL takes in no column: NUL in a text, integers beyond 64 bits.

    For tests of thousands of requests, which are quick on SQLite alone.
    """
    refused: list[Any] = []

    def look(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_rest: Any) -> None:
        given = parameters.values() if isinstance(parameters, dict) else parameters
        refused.extend(one for one in given if isinstance(one, str) and "\0" in one)
        refused.extend(one for one in given if isinstance(one, int) and not storable(one))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    yield
    event.remove(engine, "before_cursor_execute", look)
    assert refused == []


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed, for tests that call operations and queries directly."""
    with app.app_context():
        yield app
        db.session.rollback()


@pytest.fixture(scope="session")
def photographs() -> dict[tuple[Flask, str], tuple[Any, Photograph]]:
    """What each application was furnished with, by name, and the rows of it."""
    return {}


@pytest.fixture
def furnish(
    app: Flask,
    photographs: dict[tuple[Flask, str], tuple[Any, Photograph]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Any]:
    """A function that makes what many tests begin with, the first time, and puts it back the other times.

    It takes a name and what to do inside an application context; it returns what that returned. With ``worked=True``
    the background work is done as well, and its files and its index are put back with the rows. The tables then hold
    nothing else.
    """
    begun: list[str] = []

    def make(name: str, build: Callable[[], Any], *, worked: bool = False) -> Any:
        known = photographs.get((app, name))
        if known is None and not begun:  # what is made second goes on from what stands there
            empty_tables(app)
        begun.append(name)
        if known is not None:
            with app.app_context():
                known[1].put_back(app)
            return known[0]
        with app.app_context():
            built = build()
        if worked:
            work(app)
        with app.app_context():
            album = tmp_path_factory.mktemp("album") if worked else None
            photographs[app, name] = built, Photograph.of_database(app, album)
        return built

    return make


@pytest.fixture
def cast(furnish: Callable[..., Any]) -> Cast:
    """The people everybody knows, their cities and their three spaces (see ``tests/people.py``)."""
    people: Cast = furnish("cast", bring_in)
    return people


@pytest.fixture
def browser(app: Flask) -> Any:
    """A function that gives a browser, signed in as somebody (by address) or as nobody."""

    def open_browser(email: str | None = None) -> Browser:
        return Browser(app, email)

    return open_browser
