"""Builds, asks, prints: each kind of question in turns over all that stand beside each other."""

from __future__ import annotations

import argparse
import gc
import json
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg

from app.search.query import parse
from app.search.terms import terms_of
from benchmarks.report import Wish, versions
from benchmarks.search.corpus import Corpus, Question
from benchmarks.search.engines import LOCAL, database_for
from benchmarks.search.ours import Ours, Texts
from benchmarks.search.rivals import FULL, BarePostgres, BareTantivy, BareWhoosh, Fts5, Rival
from config import SEARCH_ENGINES

ROUNDS, SINGLES = 3, 20
MOST_FOR_BARE_WHOOSH = 10_000
"""Its full page takes a second for each question there already."""
FIRST = "first time"
_BOUNDS: Mapping[tuple[str, int], tuple[float, float]] = {
    ("whoosh", 10_000): (1.6, 80),
    ("whoosh", 50_000): (2, 100),
    ("tantivy", 100_000): (0.25, 20),
    ("postgres", 100_000): (2.5, 200),
}
"""The full page at most so many times as long as FTS5, and so many milliseconds, at the 95th percentile."""


@dataclass(frozen=True)
class Times:
    """Milliseconds of the questions of one kind."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> Times:
        """Return the times of some questions."""
        return cls(1000 * median(seconds), 1000 * quantiles(seconds, n=20, method="inclusive")[-1])


@dataclass
class SearchReport:
    """One run: times by what answered and by kind of question, and what the index costs."""

    engine: str
    passages: int
    times: dict[str, dict[str, Times]] = field(default_factory=dict)
    build: dict[str, float] = field(default_factory=dict)
    single: Times | None = None
    index_mb: float = 0.0
    memory_mb: float = 0.0
    load: float = 0.0

    @property
    def wishes(self) -> list[Wish]:
        """What is wanted of this engine at this size, if anything is."""
        ratio, most = _BOUNDS.get((self.engine, self.passages), (0.0, 0.0))
        if not ratio:
            return []
        ours, fts5 = self.times[self.engine][FULL].p95, self.times[Fts5.name][FULL].p95
        return [
            Wish(f"full page / {Fts5.name}, p95", ours / fts5, ratio),
            Wish("full page, ms, p95", ours, most),
        ]

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        names = list(self.times)
        lines = [f"{self.engine}, {self.passages} passages; p50/p95 in ms, load {self.load:.1f}"]
        lines.append(f"{'':16}" + "".join(f"{name:>22}" for name in names))
        for kind in self.times[self.engine]:
            cells = (self.times[name][kind] for name in names)
            lines.append(f"{kind:16}" + "".join(f"{f'{one.p50:.2f} / {one.p95:.2f}':>22}" for one in cells))
        lines += [f"indexed by {name}: {rate:.0f} passages a second" for name, rate in self.build.items()]
        lines.append(f"index {self.index_mb:.0f} MB, memory {self.memory_mb:.0f} MB more in the process that searches")
        if self.single:
            lines.append(f"ten pages changed until found: {self.single.p50:.0f} / {self.single.p95:.0f} ms")
        return lines + [
            f"{'kept    ' if one.kept else 'NOT KEPT'} {one.sentence}: {one.value:.2f} (at most {one.limit:g})"
            for one in self.wishes
        ]

    def as_json(self) -> dict[str, Any]:
        """Return all figures."""
        wishes = [asdict(one) | {"kept": one.kept} for one in self.wishes]
        return asdict(self) | {"wishes": wishes, "versions": versions()}


def run(engine: str, passages: int, server: str = LOCAL) -> SearchReport:
    """Measure one engine at one size, beside FTS5 and its own library."""
    report = SearchReport(engine, passages, load=os.getloadavg()[0])
    corpus = Corpus(passages)
    with tempfile.TemporaryDirectory(prefix="beffroi-bench-", ignore_cleanup_errors=True) as named:
        folder = Path(named)
        with database_for(engine, server) as address:
            texts = Texts(folder)
            texts.keep(corpus)
            ours = Ours(engine, folder, address)
            rivals: list[Rival] = [ours, Fts5(folder), *_bare(engine, passages, folder, address)]
            for one in rivals:
                report.build[one.name] = passages / _seconds(lambda: one.build(corpus))  # noqa: B023 - called at once
            before = _resident()
            _ask_all(report, rivals, ours, texts)
            report.memory_mb = _resident() - before
            report.index_mb = _size(folder / "index", address)
            report.single = Times.of([ours.add_one(number) for number in range(SINGLES)])
    return report


def _bare(engine: str, passages: int, folder: Path, address: str) -> list[Rival]:
    if engine == "whoosh":
        return [BareWhoosh(folder)] if passages <= MOST_FOR_BARE_WHOOSH else []
    return [BareTantivy(folder)] if engine == "tantivy" else [BarePostgres(address)]


def _ask_all(report: SearchReport, rivals: list[Rival], ours: Ours, texts: Texts) -> None:
    """Ask every question of everybody in turn: once with nothing read before, then the best of three."""
    spent: dict[str, dict[str, list[float]]] = {}

    def note(name: str, question: Question, seconds: float) -> None:
        spent.setdefault(name, {}).setdefault(question.kind, []).append(seconds)

    first = f"{ours.name}, {FIRST}"
    spent[ours.name], spent[first] = {}, {}
    ours.ask(ours.corpus.questions[0])
    gc.freeze()  # what stands already is not walked before each question
    for question in ours.corpus.questions:
        ours.forget()
        note(first, question, _seconds(lambda: _answer(ours, question, texts)))  # noqa: B023 - called at once
        for one in rivals:
            gc.collect()
            note(one.name, question, min(_seconds(lambda: _answer(one, question, texts)) for _ in range(ROUNDS)))  # noqa: B023
    report.times = {name: {kind: Times.of(all_) for kind, all_ in kinds.items()} for name, kinds in spent.items()}


def _answer(one: Rival, question: Question, texts: Texts) -> None:
    _, best = one.ask(question)
    if question.kind == FULL and one.name != BareWhoosh.name:
        texts.snippets(best, terms_of(parse(question.typed).query))


def _seconds(work: Any) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def _resident() -> float:
    """Return the memory this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _size(folder: Path, address: str) -> float:
    if folder.exists():
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    with psycopg.connect(address) as connection:
        sizes = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables WHERE relname LIKE 'search_index%'"
        (size,) = connection.execute(sizes).fetchone() or (0,)
        return float(size or 0) / 1e6


def main(words: list[str]) -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(prog="./run bench search", description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000, help="how many are indexed")
    parser.add_argument("--engine", choices=sorted(SEARCH_ENGINES), default="whoosh")
    parser.add_argument("--database", default=LOCAL, help="a PostgreSQL server, for the engine of that name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    wanted = parser.parse_args(words)
    report = run(wanted.engine, wanted.passages, wanted.database)
    print("\n".join(report.lines()))
    if wanted.json:
        wanted.json.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
