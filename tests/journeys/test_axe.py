"""Every page, wide and narrow, light and dark: no violation of WCAG 2.2 A and AA, nor of good practice; and it fits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from config import ROOT
from tests.journeys.addresses import EVERYBODY, Address, all_addresses
from tests.journeys.eyes import Page
from tests.journeys.live import DESK, MEMBER, NARROW, PHONE, Site

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: The only rules that see a theme: the rest of a page is the same in the dark.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
LOOK = """async (runOnly) => {
    const outcome = await axe.run({ runOnly, resultTypes: ["violations"] });
    const why = (node) => (node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? "";
    const where = (nodes) => nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${why(node)})`).join(" | ");
    return outcome.violations.map((one) => `${one.id}: ${where(one.nodes)}`);
}"""

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


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _needs_axe() -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (./run setup fetches it with npm)")


def _violations(page: Page, address: Address) -> list[str]:
    """Open a page and return what the checker finds on it. The source is evaluated: the page's policy stays whole."""
    address.open(page)
    page.evaluate(_axe())
    found: list[str] = page.evaluate(LOOK, {"type": "tag", "values": RULES})
    return found


def _pages(opened: Callable[..., Page], size: tuple[int, int]) -> dict[str | None, Page]:
    # Reduced motion: a colour measured in the middle of a transition is no colour of ours.
    return {person: opened(person, size, reduced_motion="reduce") for person in EVERYBODY}


def _faults_of_size(page: Page) -> list[str]:
    """Return what is wider than the screen, and what is too small for a finger."""
    return [*page.evaluate(WIDER), *(f"small: {one}" for one in page.evaluate(SMALL))]


def test_no_page_breaks_a_rule_of_accessibility(opened: Callable[..., Page], site: Site) -> None:
    pages, found = _pages(opened, DESK), {}
    for one in all_addresses(site):
        page = pages[one.person]
        page.emulate_media(color_scheme="light")
        found[one.name] = _violations(page, one)
        page.emulate_media(color_scheme="dark")
        found[f"{one.name}, dark"] = page.evaluate(LOOK, {"type": "rule", "values": OF_COLOURS})
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_no_page_breaks_one_on_a_phone_nor_is_wider_nor_holds_a_target_too_small(
    opened: Callable[..., Page], site: Site
) -> None:
    """At 390 pixels in the dark, then at the 320 of WCAG 1.4.10."""
    pages, found = _pages(opened, PHONE), {}
    for one in all_addresses(site):
        page = pages[one.person]
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        found[one.name] = [*_violations(page, one), *_faults_of_size(page)]
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        found[f"{one.name}, narrow"] = _faults_of_size(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_english_pages_break_none_either(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto("/")
    page.get_by_role("banner").get_by_role("button", name="English").click()
    chosen = [one for one in all_addresses(site) if one.name in {"home", "thread", "document at the hit", "results"}]
    found = {one.name: _violations(page, one) for one in chosen}
    page.get_by_role("banner").get_by_role("button", name="Français").click()
    assert {name: rules for name, rules in found.items() if rules} == {}
