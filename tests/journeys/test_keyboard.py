"""By keyboard alone: skip link, shortcut, from the box to a result, to the document; answering."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.eyes import Locator, Page, expect
from tests.journeys.live import MEMBER, Site

pytestmark = pytest.mark.browser
MOST_TABS = 60


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until an element has the focus, and see that the focus shows."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    raise AssertionError(f"{wanted} is not reached by {MOST_TABS} tabs")


def test_skip_link_comes_first_and_leads_to_the_content(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_from_the_shortcut_to_the_page_of_a_document(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/espaces")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("médiation débute collèges")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/recherche"))
    passage = page.get_by_role("link", name=re.compile("Page 4")).first
    _tab_to(page, passage)
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-page")).to_have_value("4")
    _tab_to(page, page.locator(".viewer__stage"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-page")).to_have_value("5")


def test_answering_by_keyboard(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto(site.thread("Comment financer"))
    area = page.locator("#repondre textarea")
    _tab_to(page, area)
    page.keyboard.type("Répondu sans souris.")
    _tab_to(page, page.get_by_role("button", name="Publier la réponse"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").filter(has_text="Répondu sans souris.")).to_be_visible()
