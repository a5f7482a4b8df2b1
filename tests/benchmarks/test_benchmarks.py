"""The measures of ``./run bench`` at the smallest size, so that they go on working when the site changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.text import render_markdown
from app.library.reading.run import read_document
from app.library.receiving import filetype_of
from benchmarks import __main__ as bench
from benchmarks.importing import bring_in
from benchmarks.measure import Timing, repeated, statements_of_all
from benchmarks.network import SMALL, Place, build
from benchmarks.report import Report
from benchmarks.subjects import DATABASE, FLASK, JINJA, THREAD_FIRST, THREAD_LAST, Reader, WrongAnswerError, subjects_of
from benchmarks.words import COMMON, PHRASE, RARE, Writer, html_of, pdf

pytestmark = pytest.mark.slow
TINY = replace(SMALL, threads=24, posts=90, resources=24, long_thread=60)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A network of a few rows."""
    place = build(tmp_path_factory.mktemp("few"), SMALL)
    yield place
    bench.close(place)


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A network where every list fills its first page."""
    place = build(tmp_path_factory.mktemp("more"), TINY)
    yield place
    bench.close(place)


def test_whole_run_measures_every_subject_and_writes_it_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "QUICK", TINY)
    monkeypatch.setattr(bench, "QUICK_ROUNDS", 2)
    bench.main(["--quick", "--json", str(tmp_path / "figures.json")])
    written = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    shown = capsys.readouterr().out
    assert {FLASK, JINJA, DATABASE, "home", THREAD_FIRST, THREAD_LAST, "reply (POST)"} <= written["subjects"].keys()
    assert all(one["p50"] > 0 for one in written["subjects"].values())
    assert all(name in shown for name in written["subjects"])
    assert all(0 < seconds < 60 for seconds in written["seconds"].values())
    assert written["versions"]["flask"] != "absent"


def test_no_page_repeats_a_statement_when_there_are_more_rows(few: Place, more: Place) -> None:
    fewer, many = (statements_of_all(place.app, subjects_of(place)) for place in (few, more))
    assert {name: found for name in many if (found := repeated(fewer[name], many[name]))} == {}


def test_folder_is_brought_in_until_its_files_are_searchable(few: Place, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.pdf").write_bytes(pdf([f"Document {number}", "Deuxième page"]))
    (tmp_path / "vide.pdf").write_bytes(b"")
    found = bring_in(few, tmp_path)
    assert (found.files, found.pages, found.readings) == (3, 4, {"searchable": 2})
    assert found.outcomes == {"imported": 2, "refused": 1}
    assert 0 < found.received < found.searchable


def test_statement_sent_once_for_each_row_is_noticed() -> None:
    once, listed = "SELECT a FROM b WHERE c IN (?)", "SELECT a FROM b WHERE c IN (?, ?, ?)"
    assert repeated([once], [listed]) == []
    assert repeated([], [listed]) == []
    assert repeated([once], [once, once, once]) == ["SELECT a FROM b WHERE c IN (…)"]


def test_page_that_answers_something_else_is_not_timed(few: Place) -> None:
    with pytest.raises(WrongAnswerError, match="nulle part"):
        Reader(few).get("/", "nulle part")


def test_ratio_compares_medians_and_wishes_say_whether_they_are_kept() -> None:
    times = {JINJA: 1, DATABASE: 2, THREAD_FIRST: 5, THREAD_LAST: 6}
    timings = {name: Timing.of([(value / 1000, value / 1000)] * 3) for name, value in times.items()}
    sent = {name: ["SELECT 1"] for name in timings}
    report = Report(SMALL, timings, sent, sent)
    assert [(round(one.value, 6), one.kept) for one in report.wishes] == [(5, False), (1.2, True), (0, True)]
    assert not Report(SMALL, timings, sent | {JINJA: ["SELECT 1"] * 2}, sent).wishes[-1].kept


def test_written_posts_look_as_the_renderer_makes_them() -> None:
    writer = Writer()
    for source in (writer.post() for _ in range(20)):
        assert render_markdown(source).split() == html_of(source).split()


def test_words_searched_stand_in_the_texts() -> None:
    writer = Writer()
    texts = [writer.page() for _ in range(60)]
    assert sum(COMMON in text for text in texts) > len(texts) / 4
    assert any(PHRASE in " ".join(text.split()) for text in texts)
    assert not any(RARE in text for text in texts)


def test_small_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "petit.pdf"
    path.write_bytes(pdf(["Première page (d'essai).", "L'été à Orsenne."]))
    reading = read_document(path, filetype_of("pdf"))
    assert [page.text.strip() for page in reading.pages] == ["Première page (d'essai).", "L'été à Orsenne."]
