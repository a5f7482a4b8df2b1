"""Whoosh behind the seam: the common contract, and what only a folder of files can suffer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.search.engine import IndexBusyError, IndexUnavailableError
from app.search.index.scoring import find
from app.search.query import parse
from app.search.terms import terms_of
from app.search.whoosh_engine import WhooshEngine
from app.search.whoosh_engine.writing import writer_of
from tests.search.contract import ALL, EngineContract
from tests.search.world import everybody, thing

ROOT = Path(__file__).parents[2]


class TestWhoosh(EngineContract):
    def open(self, folder: Path) -> WhooshEngine:
        return WhooshEngine(folder)


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    engine = WhooshEngine(tmp_path)
    engine.rebuild(ALL)
    return engine


def _current(engine: WhooshEngine) -> Path:
    return engine.generations.current()


def _truncate(engine: WhooshEngine) -> None:
    for path in _current(engine).glob("MAIN_*.*"):
        path.write_bytes(path.read_bytes()[:50])


def _scribble(engine: WhooshEngine) -> None:
    for path in _current(engine).glob("MAIN_*.*"):
        path.write_bytes(bytes(len(path.read_bytes())))


def _lose_toc(engine: WhooshEngine) -> None:
    for path in _current(engine).glob("*.toc"):
        path.unlink()


def _scribble_toc(engine: WhooshEngine) -> None:
    for path in _current(engine).glob("*.toc"):
        path.write_bytes(b"\0" * 40)


def _lose_segments(engine: WhooshEngine) -> None:
    for path in _current(engine).glob("MAIN_*.*"):
        path.unlink()


def _lose_records(engine: WhooshEngine) -> None:
    for path in _current(engine).glob("MAIN_*.record.col"):
        path.unlink()


def _lose_folder(engine: WhooshEngine) -> None:
    current = _current(engine)
    current.rename(current.with_name("elsewhere"))


def _foreign_version(engine: WhooshEngine) -> None:
    path = engine.generations.root / "current.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"analyser": 0}), "utf-8")


def _scribble_current(engine: WhooshEngine) -> None:
    (engine.generations.root / "current.json").write_text("[1", "utf-8")


def _point_outside(engine: WhooshEngine) -> None:
    path = engine.generations.root / "current.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"folder": "../.."}), "utf-8")


HARMS = [
    _truncate,
    _scribble,
    _lose_toc,
    _scribble_toc,
    _lose_segments,
    _lose_records,
    _lose_folder,
    _foreign_version,
    _scribble_current,
    _point_outside,
]


# Whoosh forgets to close what it could not read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("harm", HARMS)
def test_broken_index_is_unavailable_and_rebuilt(engine: WhooshEngine, harm: Callable[[WhooshEngine], None]) -> None:
    harm(engine)
    again = WhooshEngine(engine.generations.root)
    with pytest.raises(IndexUnavailableError):
        again.search(terms_of(parse("nuit").query), everybody(*ALL))
    assert not again.health().usable
    again.rebuild(ALL)
    assert again.search(terms_of(parse("nuit").query), everybody(*ALL)).total == 3


def test_second_writer_is_refused_cleanly(engine: WhooshEngine) -> None:
    with writer_of(_current(engine)), pytest.raises(IndexBusyError):
        engine.index([thing("resource:50", "Xylophone")])
    engine.index([thing("resource:50", "Xylophone")])
    assert engine.count() == 5


def test_error_while_writing_leaves_the_index_as_it_was(engine: WhooshEngine) -> None:
    with pytest.raises(ValueError, match="key longer"):
        engine.index([thing("resource:50", "Xylophone"), thing("resource:" + "9" * 40, "Trop long")])
    assert engine.count() == 4
    engine.index([thing("resource:50", "Xylophone")])
    assert engine.count() == 5


def test_old_generations_are_swept(engine: WhooshEngine) -> None:
    for _ in range(4):
        engine.rebuild(ALL)
    assert len(list(engine.generations.root.glob("g-*"))) == 2


def test_segments_stay_few(engine: WhooshEngine) -> None:
    for number in range(60):
        engine.index([thing(f"resource:{number}", f"Objet {number}", "texte")])
    assert engine.health().segments <= 25


QUESTIONS = ("nuit", '"police municipale"', "poli*", "bruit -police")


def _read_often(engine: WhooshEngine, times: int, wrong: list[object]) -> None:
    """Ask again and again; note every error and every answer that finds nothing."""
    allowed = everybody(*ALL)
    for _ in range(times):
        for typed in QUESTIONS:
            try:
                found = engine.search(terms_of(parse(typed).query), allowed)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must know
                wrong.append((typed, error))
            else:
                wrong.extend([(typed, found)] if found.total == 0 else [])


def _write_until(stop: threading.Event, engine: WhooshEngine) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        engine.index([thing(f"thread:{number + 10}", "Nuit", "texte de nuit"), *ALL])
        if number % 5 == 0:
            engine.rebuild(ALL)


def test_reading_goes_on_while_another_thread_writes_and_swaps(engine: WhooshEngine) -> None:
    wrong: list[object] = []
    stop = threading.Event()
    readers = [threading.Thread(target=_read_often, args=(engine, 60, wrong)) for _ in range(4)]
    writer = threading.Thread(target=_write_until, args=(stop, engine))
    for thread in (*readers, writer):
        thread.start()
    for reader in readers:
        reader.join()
    stop.set()
    writer.join()
    assert wrong == []


@pytest.mark.parametrize("typed", QUESTIONS)
def test_what_a_newer_generation_deleted_is_still_found_in_an_older_one(engine: WhooshEngine, typed: str) -> None:
    """Both hold the same segment, and the newer reads its postings first."""
    query, allowed = parse(typed).query, everybody(*ALL)
    engine.index([thing("thread:10", "Reste seul"), *ALL])
    older = engine.snapshots.latest()
    engine.index(ALL)
    newer = engine.search(terms_of(query), allowed)
    assert newer.total > 0
    assert len(find(older, terms_of(query), allowed).places) == newer.total


WRITER = """
import sys
from pathlib import Path
from app.search.whoosh_engine import WhooshEngine
from tests.search.world import thing
engine = WhooshEngine(Path(sys.argv[1]))
number = 1000
print("ready", flush=True)
while True:
    number += 1
    engine.index([thing(f"resource:{number}", "Xylophone", *["texte de nuit et de bruit"] * 20)])
"""


@pytest.mark.slow
def test_killed_writer_leaves_an_index_that_reads_and_writes(engine: WhooshEngine) -> None:
    allowed = everybody(*ALL)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    for round_ in range(6):
        command = [sys.executable, "-c", WRITER, str(engine.generations.root)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.02 + 0.007 * round_)
            writer.send_signal(signal.SIGKILL)
        assert engine.search(terms_of(parse("nuit").query), allowed).total == 3
        engine.index([thing("resource:900", "Clarinette")])
        assert engine.search(terms_of(parse("clarinette").query), everybody(thing("resource:900"))).total == 1
