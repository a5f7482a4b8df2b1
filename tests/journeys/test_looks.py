"""What no other test sees: things of a list stand in line, and things of a kind look alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import ADMINISTRATOR, MEMBER

pytestmark = pytest.mark.browser

LEFTS = "all => all.map(one => one.getBoundingClientRect().left)"
BUTTON = "one => getComputedStyle(one, '::file-selector-button').borderTopWidth"


def test_reasons_of_requests_stand_in_one_column_whatever_the_buttons_say(opened: Callable[..., Page]) -> None:
    desk = opened(ADMINISTRATOR)
    desk.goto("/administration/demandes")
    expect(desk.get_by_role("link", name="Examiner").first).to_be_visible()
    expect(desk.get_by_role("button", name="Accepter").first).to_be_visible()
    assert len(set(desk.locator(".request__reason").evaluate_all(LEFTS))) == 1


@pytest.mark.parametrize(
    ("who", "path"), [(MEMBER, "/moi/profil"), (ADMINISTRATOR, "/administration/personnes/importer")]
)
def test_button_of_a_file_field_is_one_of_ours(opened: Callable[..., Page], who: str, path: str) -> None:
    page = opened(who)
    page.goto(path)
    field = page.locator("input[type=file]").first
    expect(field).to_be_visible()
    assert field.evaluate(BUTTON) == "1px"
