"""What weighs beside the words, and how little: never enough to pass before a text that answers clearly better."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from app.core.clock import set_clock
from app.search import signals
from app.search.catalogue import Allowed, Catalogue
from app.search.engine import arrange
from app.search.query import Sort
from app.search.signals import boosted, prefer_kinds, signals_of
from tests.search.world import ANYONE, row

TODAY = dt.date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(signals, "_preferred", {})
    set_clock(lambda: dt.datetime.combine(TODAY, dt.time(12), dt.UTC))
    yield
    set_clock(None)


def before(years: float) -> dt.date:
    return TODAY - dt.timedelta(days=round(365 * years))


def order(catalogue: Catalogue, scores: list[float], sort: Sort = Sort.RELEVANCE) -> list[str]:
    places = np.arange(len(catalogue))
    allowed = Allowed.to(catalogue, ANYONE)
    _total, kept, _facets = arrange(sort, allowed, places, np.array(scores, np.float32), 10, 0)
    return [catalogue.key(int(one)) for one in kept]


def test_of_two_texts_alike_the_fresher_comes_first() -> None:
    catalogue = Catalogue([row("a:1", date=before(8)), row("a:2", date=before(0)), row("a:3", date=before(2))])
    assert order(catalogue, [1.0, 1.0, 1.0]) == ["a:2", "a:3", "a:1"]
    assert order(catalogue, [1.002, 1.0, 1.0])[0] == "a:2"


def test_useful_and_preferred_things_come_a_little_before() -> None:
    prefer_kinds({"practice": 1.0})
    catalogue = Catalogue([row("a:1"), row("a:2", useful=3), row("a:3", kind="practice")])
    assert order(catalogue, [1.0, 1.0, 1.0]) == ["a:3", "a:2", "a:1"]


def test_text_that_answers_clearly_better_is_never_overtaken() -> None:
    prefer_kinds({"practice": 1.0})
    worst = row("a:1", kind="other", date=None)
    for kind, date, useful in product(("practice", "other"), (before(0), before(-3), None), (0, 5, 100_000)):
        catalogue = Catalogue([worst, row("a:2", kind=kind, date=date, useful=useful)])
        assert order(catalogue, [1.0051, 1.0]) == ["a:1", "a:2"], (kind, date, useful)


def test_order_by_date_is_by_date_alone() -> None:
    catalogue = Catalogue([row("a:1", date=before(1)), row("a:2", date=before(3), useful=50)])
    assert order(catalogue, [0.1, 5.0], Sort.DATE) == ["a:1", "a:2"]


def test_what_is_explained_is_what_was_counted() -> None:
    prefer_kinds({"practice": 1.0})
    catalogue = Catalogue([row("a:1", kind="practice", date=before(2), useful=20), row("a:2")])
    told = signals_of(catalogue, "a:1")
    assert (told.freshness, told.kind, told.usefulness) == pytest.approx((0.00125, 0.001, 0.0015), abs=1e-5)
    assert boosted(catalogue, np.array([0]), np.array([2.0], np.float32))[0] == pytest.approx(2 * told.factor)
    assert signals_of(catalogue, "a:9").factor == 1.0
