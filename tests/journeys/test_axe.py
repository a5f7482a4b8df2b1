"""Every page, wide and narrow, light and dark: no violation of WCAG 2.2 A and AA, nor of good practice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from config import ROOT
from tests.journeys.addresses import EVERYBODY, Address, all_addresses
from tests.journeys.eyes import Page
from tests.journeys.live import DESK, MEMBER, PHONE, Site

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


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_no_page_breaks_a_rule_of_accessibility(opened: Callable[..., Page], site: Site, size: tuple[int, int]) -> None:
    # Reduced motion: a colour measured in the middle of a transition is no colour of ours.
    pages = {person: opened(person, size, reduced_motion="reduce") for person in EVERYBODY}
    found = {}
    for one in all_addresses(site):
        page = pages[one.person]
        page.emulate_media(color_scheme="light")
        found[one.name] = _violations(page, one)
        page.emulate_media(color_scheme="dark")
        found[f"{one.name}, dark"] = page.evaluate(LOOK, {"type": "rule", "values": OF_COLOURS})
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_english_pages_break_none_either(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto("/")
    page.get_by_role("banner").get_by_role("button", name="English").click()
    chosen = [one for one in all_addresses(site) if one.name in {"home", "thread", "document at the hit", "results"}]
    found = {one.name: _violations(page, one) for one in chosen}
    page.get_by_role("banner").get_by_role("button", name="Français").click()
    assert {name: rules for name, rules in found.items() if rules} == {}
