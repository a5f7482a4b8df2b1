"""``./run bench import FOLDER``: bring real documents in, and wait until all of them are read and found."""

from __future__ import annotations

import resource
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User
from app.extensions import db
from app.library.importing import entries_of, import_all
from app.library.models import Blob
from app.spaces.queries import space_by_slug
from benchmarks.network import Place
from benchmarks.waiting import until_idle, worker


@dataclass(frozen=True)
class Imported:
    """What came of a folder: seconds until all was received and until all was searchable, what was read, memory.

    ``worker_mb`` and ``web_mb`` are the largest resident sets of the worker with its children, and of this process.
    """

    files: int
    outcomes: dict[str, int]
    readings: dict[str, int]
    pages: int
    received: float
    searchable: float
    web_mb: float
    worker_mb: float

    def lines(self) -> list[str]:
        """Return the figures as lines of text."""
        told = ", ".join(f"{count} {name}" for name, count in {**self.outcomes, **self.readings}.items())
        return [
            f"{self.files} files, {self.pages} pages: {told}",
            f"received    {self.received:8.1f} s",
            f"searchable  {self.searchable:8.1f} s",
            f"memory      {self.web_mb:8.0f} MB here, {self.worker_mb:.0f} MB in the worker or one of its children",
        ]


def bring_in(place: Place, folder: Path) -> Imported:
    """Import a folder, with its ``manifest.csv`` if it has one, while a worker process reads and indexes."""
    manifest = folder / "manifest.csv"
    with worker(place):
        until_idle(place)
        start = time.perf_counter()
        with place.app.app_context():
            person, space = db.session.get_one(User, 2), space_by_slug(place.space)
            if space is None:
                raise LookupError(place.space)
            before = _pages()
            entries = entries_of(folder, manifest if manifest.exists() else None)
            fates = import_all(person, space, entries)
            received = time.perf_counter() - start
            db.session.remove()
        until_idle(place)
        searchable = time.perf_counter() - start
    with place.app.app_context():
        readings = _readings([fate.blob_id for fate in fates if fate.blob_id is not None])
        pages = _pages() - before
        db.session.remove()
    outcomes = Counter(str(fate.outcome) for fate in fates)
    here, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return Imported(len(fates), dict(outcomes), readings, pages, received, searchable, here, children)


def _pages() -> int:
    return db.session.scalar(select(func.coalesce(func.sum(Blob.page_count), 0))) or 0


def _readings(blob_ids: list[int]) -> dict[str, int]:
    query: Any = select(Blob.reading, func.count()).where(Blob.id.in_(blob_ids)).group_by(Blob.reading)
    return {reading: count for reading, count in db.session.execute(query)}  # noqa: C416 - rows are named tuples
