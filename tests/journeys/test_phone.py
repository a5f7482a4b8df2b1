"""On a phone: the bar below, nothing wider than the screen, at 390 and at 320 pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.addresses import EVERYBODY, all_addresses
from tests.journeys.eyes import Page, expect
from tests.journeys.live import MEMBER, NARROW, PHONE, Site

pytestmark = pytest.mark.browser

WIDER = """() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const outside = (element) => element.getBoundingClientRect().right > wide + 1;
    return [...document.querySelectorAll("body *")].filter(outside).slice(-3)
        .map((element) => `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 40)}`);
}"""
SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, summary, textarea")].filter((one) => {
    const box = one.getBoundingClientRect();
    // Boxes and file fields have their label as target; links in running text are left out (WCAG 2.2, 2.5.8).
    if (!box.width || !box.height || one.matches("[type=checkbox], [type=radio], [type=file]")) return false;
    if (one.closest(".visually-hidden, .skip-link") || getComputedStyle(one).display === "inline") return false;
    return box.height < 23.5 || box.width < 23.5;
}).map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 30)}`)"""


def test_bar_below_leads_to_every_part(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER, PHONE, has_touch=True, is_mobile=True)
    page.goto("/")
    bar = page.locator(".tabbar")
    expect(bar).to_be_in_viewport()
    expect(page.get_by_role("navigation", name="Navigation principale")).to_have_count(1)
    bar.get_by_role("link", name="Ressources").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ressources")
    expect(bar.get_by_role("link", name="Ressources")).to_have_attribute("aria-current", "page")


def test_reading_a_document_and_answering_fit_in_the_hand(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER, PHONE, has_touch=True, is_mobile=True)
    page.goto("/recherche")
    page.get_by_role("searchbox", name="Rechercher dans tout le réseau").last.fill("médiation débute collèges")
    page.keyboard.press("Enter")
    page.locator(".snippet", has_text="Page 4").first.tap()
    expect(page.locator(".sheet img")).to_be_visible()
    page.goto(site.thread("Impliquer les bailleurs"))
    page.locator("#repondre textarea").fill("Écrit dans le train.")
    page.get_by_role("button", name="Publier la réponse").tap()
    expect(page.get_by_role("article").filter(has_text="Écrit dans le train.")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["390", "320"])
def test_no_page_is_wider_than_the_screen_nor_holds_a_target_too_small(
    opened: Callable[..., Page], site: Site, size: tuple[int, int]
) -> None:
    pages = {person: opened(person, size) for person in EVERYBODY}
    found = {}
    for address in all_addresses(site):
        page = pages[address.person]
        address.open(page)
        found[address.name] = [*page.evaluate(WIDER), *(f"small: {one}" for one in page.evaluate(SMALL))]
    assert {name: faults for name, faults in found.items() if faults} == {}
