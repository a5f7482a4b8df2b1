"""Alerts leave by day: their tests begin at noon, whatever the hour they are run at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.core import clock


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    begun = datetime.now(UTC)
    noon = begun.replace(hour=12, minute=0, second=0, microsecond=0)
    clock.set_clock(lambda: noon + (datetime.now(UTC) - begun))
    yield
    clock.set_clock(None)
