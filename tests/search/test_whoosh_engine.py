"""Whoosh behind the seam: the common contracts, and what only its segments can suffer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from app.search.engine import IndexUnavailableError
from app.search.index.extents import Extents
from app.search.index.scoring import find
from app.search.query import parse
from app.search.terms import terms_of
from app.search.whoosh_engine import WhooshEngine
from tests.search.contract import ALL, EngineContract
from tests.search.folder_contract import QUESTIONS, FolderContract, lost, scribbled, truncated
from tests.search.world import everybody, thing


class TestWhoosh(EngineContract, FolderContract):
    module = "app.search.whoosh_engine"
    harms: ClassVar = {
        "segments cut": truncated("MAIN_*.*"),
        "segments of zeros": scribbled("MAIN_*.*"),
        "segments lost": lost("MAIN_*.*"),
        "records lost": lost("MAIN_*.record.col"),
        "list of segments lost": lost("*.toc"),
        "list of segments of zeros": scribbled("*.toc"),
    }

    def open(self, folder: Path) -> WhooshEngine:
        return WhooshEngine(folder)


@pytest.mark.parametrize("typed", QUESTIONS)
def test_what_a_newer_generation_deleted_is_still_found_in_an_older_one(tmp_path: Path, typed: str) -> None:
    """Both hold the same segment, and the newer reads its postings first."""
    engine = WhooshEngine(tmp_path)
    engine.rebuild(ALL)
    terms, allowed = terms_of(parse(typed).query), everybody(*ALL)
    engine.index([thing("thread:10", "Reste seul"), *ALL])
    older = engine.snapshots.latest()
    engine.index(ALL)
    newer = engine.search(terms, allowed)
    assert newer.total > 0
    assert len(find(older, terms, allowed).places) == newer.total


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is one: what folders hold counts for their size there."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:  # noqa: S108
        yield Path(folder)


def test_folder_where_the_writer_works_may_shrink(in_memory: Path) -> None:
    work, files = in_memory / "MAIN.tmp", in_memory / "MAIN_1.toc"
    work.mkdir()
    (work / "a").write_bytes(b"words")
    files.write_bytes(b"segments")
    extents = Extents(in_memory)
    (work / "a").unlink()
    extents.check()
    files.write_bytes(b"")
    with pytest.raises(IndexUnavailableError, match="MAIN_1"):
        extents.check()
