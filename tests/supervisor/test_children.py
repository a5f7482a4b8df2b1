"""The pauses between two starts."""

from __future__ import annotations

import sys

from app.supervisor.children import Child, Patience
from tests.supervisor.conftest import until


def test_pause_doubles_up_to_the_longest() -> None:
    patience = Patience(first=0.5, longest=30.0)
    assert [patience.pause(deaths) for deaths in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
    assert patience.pause(10) == 30.0
    assert patience.pause(100_000) == 30.0


def test_child_that_lived_long_is_forgiven_its_earlier_deaths() -> None:
    now = 1000.0
    child = Child("web", [sys.executable, "-c", ""], clock=lambda: now, patience=Patience(steady=60.0))

    def die_after(seconds: float) -> str:
        nonlocal now
        now = max(now, child.start_again_at)
        child.tend()
        assert child.process is not None
        child.process.wait()
        now += seconds
        return child.tend()

    assert die_after(1).endswith("starting again in 0.5 s")
    assert die_after(1).endswith("starting again in 1 s")
    assert die_after(1).endswith("starting again in 2 s")
    assert die_after(61).endswith("starting again in 0.5 s")


def test_child_is_not_started_before_its_pause_is_over() -> None:
    now = 0.0
    child = Child("web", [sys.executable, "-c", ""], clock=lambda: now)
    child.tend()
    assert until(lambda: child.tend() != "")
    child.tend()
    assert not child.is_running
    now = child.start_again_at
    child.tend()
    process = child.process
    assert process
    process.wait()
