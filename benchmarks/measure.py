"""How it is measured: subjects take turns, so that a busy machine hurts them all alike."""

from __future__ import annotations

import gc
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.extensions import db
from benchmarks.subjects import Subject

OF_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one subject over its calls: by the clock, and (``cpu``, median) of this process's own work."""

    p50: float
    p95: float
    cpu: float
    calls: int

    @classmethod
    def of(cls, calls: Sequence[tuple[float, float]]) -> Timing:
        """Return the timing of calls, each by the clock and of work, in seconds."""
        clock, work = ([1000 * one for one in column] for column in zip(*calls, strict=True))
        high = quantiles(clock, n=20, method="inclusive")[-1] if len(clock) > 1 else clock[0]
        return cls(median(clock), high, median(work), len(calls))


def time_all(subjects: Sequence[Subject], rounds: int, warm_up: int = 3) -> dict[str, Timing]:
    """Return the timing of each subject; in every round each of them is called once."""
    spent: dict[str, list[tuple[float, float]]] = {one.name: [] for one in subjects}
    gc.freeze()  # what stands already is not walked before each round
    for turn in range(-warm_up, rounds):
        gc.collect()
        for one in subjects:
            start, work = time.perf_counter(), time.process_time()
            one.run()
            if turn >= 0:
                spent[one.name].append((time.perf_counter() - start, time.process_time() - work))
    return {name: Timing.of(calls) for name, calls in spent.items()}


def statements_of_all(app: Flask, subjects: Sequence[Subject]) -> dict[str, list[str]]:
    """Return the SQL statements each subject sends, once warm."""
    for one in subjects:
        one.run()
    return {one.name: statements_of(app, one) for one in subjects}


def repeated(few: Sequence[str], many: Sequence[str]) -> list[str]:
    """Return the statements that are sent more often when there are more rows: ``few`` and ``many`` are two calls.

    One that is sent once where there is something to ask, and not at all where there is nothing, does not grow.
    """
    before, after = Counter(map(_shape, few)), Counter(map(_shape, many))
    return [shape for shape, times in after.items() if times > max(1, before[shape])]


def _shape(statement: str) -> str:
    """Return a statement with lists of any length looking alike."""
    lists = re.sub(r"\(\?(, \?)*\)", "(…)", " ".join(statement.split()))
    return re.sub(r"(\w+\.\w+ = \? AND \w+\.\w+ IN \(…\))( OR \1)+", r"\1", lists)


def statements_of(app: Flask, subject: Subject) -> list[str]:
    """Return the SQL statements one call sends, those that open and close transactions left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(OF_TRANSACTIONS):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        subject.run()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
