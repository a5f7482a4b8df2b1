"""A document once read, its pages still on disk: they are taken one by one, so that memory stays small."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from .results import PageText, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .bounded import Outcome

_TAIL = 64 * 1024
_TOO_BIG = frozenset({"timeout", "cpu", "memory", "output"})


class OpenReading:
    """What a child has written of a document: `summary` at once, `pages()` as often as wanted."""

    def __init__(self, outcome: Outcome) -> None:
        """Take the outcome of a child whose folder still exists."""
        self._outcome = outcome
        self.summary = self._summary()

    def pages(self) -> Iterator[PageText]:
        """Yield the pages that hold text, in order, without keeping them."""
        for line in self._outcome.lines():
            if page := line.get("page"):
                boxes = page["boxes"]
                yield PageText(**{**page, "boxes": [tuple(box) for box in boxes] if boxes is not None else None})

    def _summary(self) -> Summary:
        said = self._last_line()
        if said is None:
            return self._cut_short()
        day = said.pop("date", None)
        return Summary(**said, date=date.fromisoformat(day) if day else None)

    def _last_line(self) -> dict[str, Any] | None:
        with suppress(OSError, ValueError), self._outcome.results.open("rb") as results:
            size = results.seek(0, 2)
            results.seek(max(0, size - _TAIL))
            lines = results.read().splitlines()
            ended: dict[str, Any] | None = json.loads(lines[-1]).get("end") if lines else None
            return ended
        return None

    def _cut_short(self) -> Summary:
        """Tell a reading that its limits or a crash ended: what came out stands, if anything did."""
        pages = sum("page" in line for line in self._outcome.lines())
        failure = self._outcome.failure or "crash"
        if pages:
            return Summary("partial", failure, pages)
        return Summary("too_big" if failure in _TOO_BIG else "unreadable", failure)
