"""What no other test sees: things of a list stand in line, and things of a kind look alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import ADMINISTRATOR

pytestmark = pytest.mark.browser

LEFTS = "all => all.map(one => one.getBoundingClientRect().left)"


def test_reasons_of_requests_stand_in_one_column_whatever_the_buttons_say(opened: Callable[..., Page]) -> None:
    desk = opened(ADMINISTRATOR)
    desk.goto("/administration/demandes")
    expect(desk.get_by_role("link", name="Examiner").first).to_be_visible()
    expect(desk.get_by_role("button", name="Accepter").first).to_be_visible()
    assert len(set(desk.locator(".request__reason").evaluate_all(LEFTS))) == 1
