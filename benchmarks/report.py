"""What a run says: the figures, the ratios, what is wanted of them, and with which versions."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks.measure import Timing, repeated
from benchmarks.network import Size
from benchmarks.subjects import DATABASE, JINJA, SUGGESTIONS, THREAD_FIRST, THREAD_LAST

PACKAGES = (
    "flask",
    "jinja2",
    "werkzeug",
    "sqlalchemy",
    "whoosh",
    "tantivy",
    "markupsafe",
    "flask-babel",
    "numpy",
    "kreuzberg",
)
MOST_OF_JINJA, MOST_OF_FIRST = 4.0, 1.2
MOST_WHILE_TYPING = 150.0


@dataclass(frozen=True)
class Wish:
    """Something wanted of the figures: the value found and the largest allowed."""

    sentence: str
    value: float
    limit: float

    @property
    def kept(self) -> bool:
        """Whether the figures are as wanted."""
        return self.value <= self.limit


@dataclass(frozen=True)
class Report:
    """One run. ``statements`` were sent on the full network, ``statements_few`` on one of a few rows."""

    size: Size
    timings: Mapping[str, Timing]
    statements: Mapping[str, Sequence[str]]
    statements_few: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def ratio(self, name: str, other: str) -> float:
        """Return how many times longer one subject takes than another, at the median."""
        return self.timings[name].p50 / self.timings[other].p50

    @property
    def wishes(self) -> list[Wish]:
        """What is wanted, as far as it was measured."""
        found = []
        if THREAD_FIRST in self.timings:
            found.append(Wish(f"{THREAD_FIRST} / {JINJA}", self.ratio(THREAD_FIRST, JINJA), MOST_OF_JINJA))
        if {THREAD_FIRST, THREAD_LAST} <= self.timings.keys():
            found.append(Wish(f"{THREAD_LAST} / {THREAD_FIRST}", self.ratio(THREAD_LAST, THREAD_FIRST), MOST_OF_FIRST))
        typing = [one.p95 for name, one in self.timings.items() if name.startswith(SUGGESTIONS)]
        if typing:
            found.append(Wish(f"{SUGGESTIONS}, the slowest: p95 in ms", max(typing), MOST_WHILE_TYPING))
        found.append(Wish("subjects whose statements grow with rows", len(self.growing), 0))
        return found

    @property
    def growing(self) -> dict[str, list[str]]:
        """The subjects that send a statement more often when there are more rows, with these statements."""
        found = {name: repeated(self.statements_few[name], sent) for name, sent in self.statements.items()}
        return {name: statements for name, statements in found.items() if statements}

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        head = (
            f"{'':34}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'/ Jinja':>9}{'/ base':>9}{'SQL':>6}{'SQL, few rows':>15}"
        )
        rows = [self._line(name, timing) for name, timing in self.timings.items()]
        waits = [f"{name:44} {seconds:6.2f} s" for name, seconds in self.seconds.items()]
        wishes = [
            f"{'kept    ' if one.kept else 'NOT KEPT'} {one.sentence}: {one.value:.2f} (at most {one.limit:g})"
            for one in self.wishes
        ]
        growing = [f"         {name}: {sent[:200]}" for name, many in self.growing.items() for sent in many]
        return [head, *rows, "", *waits, "", *wishes, *growing]

    def _line(self, name: str, timing: Timing) -> str:
        times = f"{timing.p50:9.2f}{timing.p95:9.2f}{timing.cpu:9.2f}"
        ratios = f"{self.ratio(name, JINJA):9.1f}{self.ratio(name, DATABASE):9.1f}"
        return f"{name:34}{times}{ratios}{len(self.statements[name]):6}{len(self.statements_few[name]):15}"

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values: sizes, versions, machine, figures, ratios, wishes."""
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "size": asdict(self.size),
            "machine": machine(),
            "versions": versions(),
            "subjects": {name: self._subject(name) for name in self.timings},
            "seconds": dict(self.seconds),
            "wanted": [asdict(one) | {"kept": one.kept} for one in self.wishes],
        }

    def _subject(self, name: str) -> dict[str, Any]:
        statements = {"statements": len(self.statements[name]), "statements_few_rows": len(self.statements_few[name])}
        ratios = {"to_jinja": self.ratio(name, JINJA), "to_database": self.ratio(name, DATABASE)}
        return asdict(self.timings[name]) | statements | ratios


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {"processors": os.cpu_count(), "load": os.getloadavg()[0], "system": platform.platform()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that matter to speed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found
