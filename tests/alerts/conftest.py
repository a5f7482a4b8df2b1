"""Alerts leave by day: their tests begin at noon, whatever the hour they are run at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.core import clock
from app.search.operations import engine
from tests.people import Cast


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    begun = datetime.now(UTC)
    noon = begun.replace(hour=12, minute=0, second=0, microsecond=0)
    clock.set_clock(lambda: noon + (datetime.now(UTC) - begun))
    yield
    clock.set_clock(None)


@pytest.fixture
def empty_index(app: Flask, cast: Cast) -> None:
    """Everybody is there, and the index holds nothing yet."""
    with app.app_context():
        engine().rebuild(())
