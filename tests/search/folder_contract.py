"""What an engine over a folder of files must survive: harm to its files, a second writer, readers, kill -9."""

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
from typing import Any, ClassVar

import pytest

from app.search.engine import IndexBusyError, IndexUnavailableError, Matches, SearchEngine
from app.search.index.generations import Generations
from app.search.index.memory import memory
from app.search.query import parse
from app.search.terms import terms_of
from tests.search.contract import ALL
from tests.search.world import everybody, thing

ROOT = Path(__file__).parents[2]
QUESTIONS = ("nuit", '"police municipale"', "poli*", "bruit -police")

Harm = Callable[[Generations], None]


def truncated(pattern: str) -> Harm:
    """Cut the files of the index short."""
    return _each(pattern, lambda path: _replace(path, path.read_bytes()[:50]))


def scribbled(pattern: str) -> Harm:
    """Fill the files of the index with zeros."""
    return _each(pattern, lambda path: _replace(path, bytes(path.stat().st_size)))


def lost(pattern: str) -> Harm:
    """Remove the files of the index."""
    return _each(pattern, Path.unlink)


def _replace(path: Path, content: bytes) -> None:
    """Put another file in the place of one: what a process has mapped into its memory stays what it was."""
    draft = path.with_name("draft")
    draft.write_bytes(content)
    draft.replace(path)


def _each(pattern: str, harm: Callable[[Path], object]) -> Harm:
    def all_of_them(index: Generations) -> None:
        paths = list(index.current().glob(pattern))
        assert paths, pattern
        for path in paths:
            harm(path)

    return all_of_them


def _lose_folder(index: Generations) -> None:
    current = index.current()
    current.rename(current.with_name("elsewhere"))


def _rename_with(more: dict[str, object]) -> Harm:
    def harm(index: Generations) -> None:
        path = index.root / "current.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | more), "utf-8")

    return harm


def _scribble_current(index: Generations) -> None:
    (index.root / "current.json").write_text("[1", "utf-8")


HARMS = {
    "folder lost": _lose_folder,
    "another analyser": _rename_with({"analyser": 0}),
    "another engine": _rename_with({"format": "another"}),
    "outside": _rename_with({"folder": "../.."}),
    "no name": _scribble_current,
}


def total(engine: SearchEngine, typed: str, *documents: Any) -> int:
    """How many of these things are found."""
    return _asked(engine, typed, *documents).total


def _asked(engine: SearchEngine, typed: str, *documents: Any) -> Matches:
    return engine.search(terms_of(parse(typed).query), everybody(*(documents or ALL)))


class FolderContract:
    """The rules, run against one engine whose index is a folder."""

    #: Where the engine's class is: imported again in a process of its own, which is killed.
    module: ClassVar[str]
    #: Harm to its own files, by name.
    harms: ClassVar[dict[str, Harm]]

    def open(self, folder: Path) -> Any:
        raise NotImplementedError

    @pytest.fixture
    def folder_engine(self, tmp_path: Path) -> Any:
        engine = self.open(tmp_path / "index")
        engine.rebuild(ALL)
        return engine

    # Whoosh forgets to close what it could not read.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_broken_index_is_unavailable_and_rebuilt(self, folder_engine: Any) -> None:
        index = folder_engine.generations
        for name, harm in (self.harms | HARMS).items():
            harm(index)
            memory.forget()
            again = self.open(index.root)
            with pytest.raises(IndexUnavailableError):
                pytest.fail(f"{name}: {_asked(again, 'nuit')}")
            assert not again.health().usable, name
            again.rebuild(ALL)
            assert total(again, "nuit") == 3, name

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_index_lost_while_running_is_unavailable_until_it_is_rebuilt(self, folder_engine: Any) -> None:
        assert total(folder_engine, "nuit") == 3
        for harm in (_lose_folder, _scribble_current):
            harm(folder_engine.generations)
            with pytest.raises(IndexUnavailableError):
                folder_engine.search(terms_of(parse("nuit").query), everybody(*ALL))
            with pytest.raises(IndexUnavailableError):
                folder_engine.index(ALL)
            folder_engine.rebuild(ALL)
            assert total(folder_engine, "nuit") == 3

    def test_place_that_takes_no_files_is_told_and_harms_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file where the folder should be", "utf-8")
        engine = self.open(tmp_path / "taken")
        assert not engine.health().usable
        with pytest.raises(OSError, match="taken"):
            engine.rebuild(ALL)
        assert not engine.health().usable

    def test_second_writer_is_refused_cleanly(self, folder_engine: Any) -> None:
        held, go_on = threading.Event(), threading.Event()

        def slowly() -> Any:
            held.set()
            assert go_on.wait(30)
            yield thing("resource:51", "Clarinette")

        writer = threading.Thread(target=folder_engine.index, args=(slowly(),))
        writer.start()
        assert held.wait(30)
        try:
            with pytest.raises(IndexBusyError):
                self.open(folder_engine.generations.root).index([thing("resource:50", "Xylophone")])
        finally:
            go_on.set()
            writer.join()
        folder_engine.index([thing("resource:50", "Xylophone")])
        assert folder_engine.count() == 6

    def test_error_while_writing_leaves_the_index_as_it_was(self, folder_engine: Any) -> None:
        with pytest.raises(ValueError, match="key longer"):
            folder_engine.index([thing("resource:50", "Xylophone"), thing("resource:" + "9" * 40, "Trop long")])
        assert folder_engine.count() == 4
        folder_engine.index([thing("resource:50", "Xylophone")])
        assert folder_engine.count() == 5

    def test_old_generations_are_swept(self, folder_engine: Any) -> None:
        for _ in range(4):
            folder_engine.rebuild(ALL)
        assert len(list(folder_engine.generations.root.glob("g-*"))) == 2

    def test_segments_stay_few(self, folder_engine: Any) -> None:
        for number in range(40):
            folder_engine.index([thing(f"resource:{number}", f"Objet {number}", "texte")])
        assert folder_engine.health().segments <= 25

    @pytest.mark.alone
    def test_reading_goes_on_while_another_thread_writes_and_swaps(self, folder_engine: Any) -> None:
        wrong: list[object] = []
        stop = threading.Event()
        readers = [threading.Thread(target=_read_often, args=(folder_engine, 60, wrong)) for _ in range(4)]
        writer = threading.Thread(target=_write_until, args=(stop, folder_engine))
        for thread in (*readers, writer):
            thread.start()
        for reader in readers:
            reader.join()
        stop.set()
        writer.join()
        assert wrong == []

    @pytest.mark.slow
    def test_killed_writer_leaves_an_index_that_reads_and_writes(self, folder_engine: Any) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        name = type(folder_engine).__name__
        program = WRITER.format(module=self.module, name=name)
        for round_ in range(8):
            command = [sys.executable, "-c", program, str(folder_engine.generations.root)]
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
                assert writer.stdout is not None
                writer.stdout.readline()
                time.sleep(0.02 + 0.011 * round_)
                writer.send_signal(signal.SIGKILL)
            assert total(folder_engine, "nuit") == 3
            folder_engine.index([thing("resource:900", "Clarinette")])
            assert total(folder_engine, "clarinette", thing("resource:900")) == 1
            written = [thing(f"resource:{number}") for number in range(1001, 1400)]
            assert total(folder_engine, "xylophone", *written) == total(folder_engine, "-clarinette", *written)


def _read_often(engine: SearchEngine, times: int, wrong: list[object]) -> None:
    """Ask again and again; note every error and every answer that finds nothing."""
    for _ in range(times):
        for typed in QUESTIONS:
            try:
                found = _asked(engine, typed)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must know
                wrong.append((typed, error))
            else:
                wrong.extend([(typed, found)] if found.total == 0 else [])


def _write_until(stop: threading.Event, engine: SearchEngine) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        engine.index([thing(f"thread:{number + 10}", "Nuit", "texte de nuit"), *ALL])
        if number % 5 == 0:
            engine.rebuild(ALL)


WRITER = """
import sys
from pathlib import Path
from {module} import {name}
from tests.search.world import thing
engine = {name}(Path(sys.argv[1]))
number = 1000
print("ready", flush=True)
while True:
    number += 1
    engine.index([thing(f"resource:{{number}}", "Xylophone", *["texte de soir et de silence"] * 20)])
"""
