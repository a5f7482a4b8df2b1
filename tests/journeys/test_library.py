"""The library: sorted as one wishes, and its second page in the same order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.core.db import sort_key
from tests.journeys.eyes import Page, expect
from tests.journeys.live import MEMBER

pytestmark = pytest.mark.browser


def _titles(page: Page) -> list[str]:
    return [sort_key(title) for title in page.locator(".rows h3").all_inner_texts()]


def test_second_page_goes_on_in_the_order_chosen(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/ressources")
    newest = _titles(page)
    page.get_by_label("Trier par").select_option("title")
    expect(page).to_have_url(re.compile("tri=title"))
    first = _titles(page)
    assert first != newest
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=re.compile("Suivante")).click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_label("Trier par")).to_have_value("title")
    second = _titles(page)
    assert second
    assert [*first, *second] == sorted([*first, *second])


def test_oldest_first_is_the_order_turned_round(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/ressources?page=2")
    last = _titles(page)[-1]
    page.goto("/ressources")
    page.get_by_label("Trier par").select_option("old")
    expect(page).to_have_url(re.compile("tri=old"))
    assert _titles(page)[0] == last
