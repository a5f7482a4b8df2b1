"""What tests of the files to complete share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.people import MEMBER, OPEN, Cast
from tests.support import Browser


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def member(browser: Any) -> Browser:
    """A member before the table of the open space."""
    opened: Browser = browser(MEMBER)
    opened.get(f"/espaces/{OPEN}/ressources/depot")
    return opened
