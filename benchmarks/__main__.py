"""``python -m benchmarks [--json FILE] [--quick] [NAME]``: build a network, measure it, print the figures.

``python -m benchmarks import FOLDER`` brings the files of a folder in instead; ``python -m benchmarks search-quality
FOLDER… [--engine E] [--json FILE]`` asks the questions of sets whose answers are known; ``python -m benchmarks search
[--passages N] [--engine E] [--json FILE]`` measures the engines beside SQLite FTS5 and their bare libraries.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from app.extensions import db
from benchmarks.importing import bring_in
from benchmarks.measure import statements_of_all, time_all
from benchmarks.network import FULL, SMALL, Place, Size, build
from benchmarks.quality import main as quality
from benchmarks.report import Report
from benchmarks.search.run import main as search
from benchmarks.subjects import SUGGESTIONS, subjects_of
from benchmarks.waiting import seconds_until_found

ROUNDS, QUICK_ROUNDS = 60, 15
#: ``./run bench library``: ten thousand resources, three thousand files of a hundred thousand pages, search left out.
OF_LIBRARY, OF_IMPORT, OF_QUALITY, OF_SEARCH = "library", "import", "search-quality", "search"
#: ``./run bench suggestions``: a hundred thousand passages, ten thousand titles of each kind, tantivy.
SUGGESTED = replace(FULL, threads=10_000, resources=10_000, file_pages=27, engine="tantivy")
LIBRARY = replace(FULL, threads=20, posts=1000, resources=10_000, file_pages=34, indexed=False)
QUICK = replace(FULL, threads=100, posts=2500, resources=100)


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, measure and print."""
    given = list(sys.argv[1:] if words is None else words)
    if given[:1] == [OF_QUALITY]:
        quality(given[1:])
        return
    if given[:1] == [OF_SEARCH]:
        search(given[1:])
        return
    wanted = _parser().parse_args(given)
    size, rounds = (QUICK, QUICK_ROUNDS) if wanted.quick else (FULL, ROUNDS)
    if wanted.name == OF_IMPORT and wanted.folder:
        _import(wanted.folder, wanted.json)
        return
    if not wanted.quick:
        size = {OF_LIBRARY: LIBRARY, SUGGESTIONS: SUGGESTED}.get(wanted.name, size)
    report = run(size, rounds, wanted.name)
    print("\n".join(report.lines()))
    if wanted.json:
        wanted.json.write_text(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure the site beside bare pages.")
    parser.add_argument("name", nargs="?", default="", help="only the subjects whose name holds these words; or import")
    parser.add_argument("folder", nargs="?", type=Path, help="the documents to import")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, a quarter of the rounds")
    return parser


def _import(folder: Path, target: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="beffroi-bench-", ignore_cleanup_errors=True) as instance:
        place = _built(Path(instance), SMALL)
        imported = bring_in(place, folder)
        close(place)
    print("\n".join(imported.lines()))
    if target:
        target.write_text(json.dumps(asdict(imported), indent=2) + "\n", encoding="utf-8")


def run(size: Size, rounds: int, name: str = "") -> Report:
    """Build networks of a size and of a few rows in temporary folders, and measure them."""
    with tempfile.TemporaryDirectory(prefix="beffroi-bench-", ignore_cleanup_errors=True) as folder:
        place, small = (_built(Path(folder) / word, one) for word, one in (("full", size), ("small", SMALL)))
        subjects, few = subjects_of(place, name), subjects_of(small, name)
        many, fewer = statements_of_all(place.app, subjects), statements_of_all(small.app, few)
        timings = time_all(subjects, rounds)
        seconds = {} if name else seconds_until_found(place)
        for one in (place, small):
            close(one)
    return Report(size, timings, many, fewer, seconds)


def _built(folder: Path, size: Size) -> Place:
    start = time.perf_counter()
    place = build(folder, size)
    what = f"{size.threads} discussions, {size.posts} posts, {size.resources} resources"
    print(f"built in {time.perf_counter() - start:.1f} s: {what}", file=sys.stderr)
    return place


def close(place: Place) -> None:
    """Let go of the database of a network."""
    with place.app.app_context():
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
