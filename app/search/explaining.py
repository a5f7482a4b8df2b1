"""What makes the place of each result: the words, and what each signal adds; for those who may read it, no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.search.audience import catalogue
from app.search.operations import PER_PAGE, find
from app.search.rules import rules
from app.search.signals import Signals, signals_of
from app.search.state import State


@dataclass(frozen=True)
class Explained:
    """One result, its rank, what its words give and what the signals add; `leads`: a rule puts it first."""

    rank: int
    title: str
    url: str
    text: float
    signals: Signals
    leads: bool = False
    lang: str = ""

    @property
    def total(self) -> float:
        """What it is ordered by."""
        return self.text * self.signals.factor


def explained(person: Any, state: State) -> tuple[int, list[Explained]]:
    """Return how many results a question has for a person, and those of its page explained."""
    if state.query.is_empty and not state.narrows:
        return 0, []
    found, known = find(person, state.query, beside=state.beside), catalogue()
    first = (state.query.page - 1) * PER_PAGE + 1
    leading = rules().leading(state.query.words)
    return found.total, [
        Explained(
            rank,
            one.card.title,
            one.card.url(None),
            one.score,
            signals_of(known, one.key),
            leads=one.key in leading,
            lang=one.card.lang or "",
        )
        for rank, one in enumerate(found.results, start=first)
    ]
