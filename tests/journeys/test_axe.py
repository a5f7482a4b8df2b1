"""Every page, wide and narrow, light and dark: no violation of WCAG 2.2 A and AA, nor of good practice; and it fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from config import ROOT
from tests.journeys.addresses import EVERYBODY, Address, all_addresses
from tests.journeys.eyes import Page
from tests.journeys.live import DESK, MEMBER, NARROW, PHONE, Site

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: The only rules that see a theme: the rest of a page is the same in the dark.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
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
TWICE = """() => {
    const named = [...document.querySelectorAll("[id]")].map((one) => one.id);
    return [...new Set(named.filter((one, place) => named.indexOf(one) !== place))];
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


def _opened(page: Page, address: Address) -> None:
    """Open a page and bring the checker into it. Its source is evaluated: the page's policy stays whole."""
    address.open(page)
    page.evaluate(_axe())


def _violations(page: Page, only: Mapping[str, object]) -> list[str]:
    """Return what the checker finds on the page as it stands, by these rules only."""
    found: list[str] = page.evaluate(LOOK, only)
    return found


def _faults_of_size(page: Page) -> list[str]:
    """Return what is wider than the screen, and what is too small for a finger."""
    return [*page.evaluate(WIDER), *(f"small: {one}" for one in page.evaluate(SMALL))]


def _resized(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def _faults(page: Page, address: Address) -> dict[str, list[str]]:
    """Open a page once and look at it wide, in the light and the dark, on a phone, and at the 320 px of WCAG 1.4.10.

    No script of ours asks how wide the page is: made narrow, it is the page a phone loads.
    """
    page.emulate_media(color_scheme="light")
    _resized(page, DESK)
    _opened(page, address)
    # A label leads to the first element of its name: two of one name leave the second without any.
    found = {"light": [*_violations(page, RULES), *(f"twice: {one}" for one in page.evaluate(TWICE))]}
    page.emulate_media(color_scheme="dark")
    found["dark"] = _violations(page, OF_COLOURS)
    _resized(page, PHONE)
    found["phone"] = [*_violations(page, RULES), *_faults_of_size(page)]
    _resized(page, NARROW)
    found["narrow"] = _faults_of_size(page)
    return found


def test_no_page_breaks_a_rule_of_accessibility_nor_is_wider_than_its_screen_nor_holds_a_target_too_small(
    opened: Callable[..., Page], site: Site
) -> None:
    # Reduced motion: a colour measured in the middle of a transition is no colour of ours.
    pages = {person: opened(person, reduced_motion="reduce") for person in EVERYBODY}
    found = {
        f"{one.name}, {how}": faults
        for one in all_addresses(site)
        for how, faults in _faults(pages[one.person], one).items()
    }
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_english_pages_break_none_either(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto("/")
    page.get_by_role("banner").get_by_role("button", name="English").click()
    chosen = [one for one in all_addresses(site) if one.name in {"home", "thread", "document at the hit", "results"}]
    found = {}
    for one in chosen:
        _opened(page, one)
        found[one.name] = _violations(page, RULES)
    page.get_by_role("banner").get_by_role("button", name="Français").click()
    assert {name: rules for name, rules in found.items() if rules} == {}
