"""The measuring of the engines: at the smallest size all of it runs, and what it asks has answers."""

from __future__ import annotations

import pytest

from benchmarks.search.corpus import Corpus
from benchmarks.search.rivals import FULL, Fts5
from benchmarks.search.run import FIRST, run


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_every_engine_is_measured_beside_fts5_and_its_bare_library(engine: str) -> None:
    report = run(engine, 60)
    assert set(report.times) == {engine, f"{engine}, {FIRST}", Fts5.name, f"bare {engine}"}
    assert {len(kinds) for kinds in report.times.values()} == {7}
    assert all(one.p95 >= one.p50 > 0 for kinds in report.times.values() for one in kinds.values())
    assert report.as_json()["times"][engine][FULL]["p95"] > 0
    assert any(line.startswith(FULL) for line in report.lines())


def test_same_number_of_passages_gives_the_same_texts_and_questions() -> None:
    one, other = Corpus(30), Corpus(30)
    assert list(one.documents()) == list(other.documents())
    assert one.questions == other.questions
    assert sum(len(document.passages) for document in one.documents()) == 30
