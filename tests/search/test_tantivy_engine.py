"""Tantivy behind the seam: the common contracts, and what only its records can suffer."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from app.search.index.words import RECORD
from app.search.tantivy_engine import TantivyEngine
from app.search.tantivy_engine.records import NAME
from tests.search.contract import ALL, EngineContract
from tests.search.folder_contract import FolderContract, lost, scribbled, total, truncated
from tests.search.world import thing


class TestTantivy(EngineContract, FolderContract):
    module = "app.search.tantivy_engine"
    harms: ClassVar = {
        "segments cut": truncated("*.idx"),
        "dictionaries cut": truncated("*.term"),
        "numbers cut": truncated("*.fast"),
        "segments of zeros": scribbled("*.*"),
        "segments lost": lost("*.idx"),
        "records lost": lost(NAME),
        "records cut": truncated(NAME),
        "list of segments lost": lost("meta.json"),
        "list of segments of zeros": scribbled("meta.json"),
    }

    def open(self, folder: Path) -> TantivyEngine:
        return TantivyEngine(folder)


def test_number_of_a_row_that_a_crash_cut_is_never_given_again(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild(ALL)
    with (engine.generations.current() / NAME).open("ab") as file:
        file.write(b"resource:1" + bytes(RECORD.itemsize))
    engine.index([thing("resource:50", "Xylophone")])
    assert engine.count() == 5
    assert total(engine, "xylophone", thing("resource:50")) == 1
    assert total(engine, "nuit") == 3


def test_word_read_before_is_completed_when_more_is_written(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild([thing("resource:1", "Xylophone", "xylophone " * 5)])
    for number in range(2, 500):
        more = [thing(f"resource:{number}", "Objet", "xylophone")]
        if number % 50 == 0:
            engine.index(more)
            assert total(engine, "xylophone", *more) == 1
    every = [thing(f"resource:{number}") for number in range(500)]
    assert total(engine, "xylophone", *every) == 10
    engine.delete(["resource:50", "resource:1"])
    assert total(engine, "xylophone", *every) == 8


def test_place_that_takes_no_writing_is_searched_by_a_process_that_has_just_begun(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild(ALL)
    lock = engine.generations.current() / ".tantivy-meta.lock"
    lock.unlink()
    lock.mkdir()  # so that not even root may write it
    closed = TantivyEngine(tmp_path)
    assert (closed.health().usable, closed.count(), total(closed, "nuit")) == (True, 4, 3)
    lock.rmdir()
    engine.index([thing("resource:50", "Xylophone")])
    lock.unlink()
    lock.mkdir()
    assert total(closed, "xylophone", thing("resource:50")) == 1
