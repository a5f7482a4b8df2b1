"""Three practices side by side, on a phone too; then a city says that it has adapted one of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import FACILITATOR, MEMBER, PHONE

pytestmark = pytest.mark.browser
YARDS = "Chantiers éducatifs rémunérés"
WORDS = "Le samedi matin plutôt que le soir."


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desk", "phone"])
def test_three_practices_are_compared_and_one_taken_away(opened: Callable[..., Page], size: tuple[int, int]) -> None:
    page = opened(MEMBER, size)
    page.goto("/ressources?type=practice")
    boxes = page.get_by_role("checkbox", name=re.compile("^Comparer "))
    for number in range(3):
        boxes.nth(number).check()
    expect(page.locator("[data-count]")).to_have_text(re.compile(r"3\spratiques choisies"))
    page.get_by_role("button", name="Comparer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"3\spratiques côte à côte"))
    table = page.get_by_role("table", name="Pratiques en colonnes, champs en lignes")
    expect(table.locator(".compare__title")).to_have_count(3)
    expect(table.get_by_role("rowheader", name=re.compile("^Le besoin"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name=re.compile("^Retirer ")).first.click()
    expect(page.locator(".compare__title")).to_have_count(2)


def test_city_says_what_it_adapted_and_the_others_read_it(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/ressources?type=practice")
    page.locator(".rows").get_by_role("link", name=re.compile(YARDS)).click()
    page.get_by_role("link", name=re.compile(r"Et chez nous|Changer notre réponse")).click()
    page.get_by_label("Nous l’avons adapté").check()
    page.get_by_label("Depuis quand").fill("septembre 2024")
    page.get_by_label("Ce qui a changé").fill(WORDS)
    page.get_by_role("button", name="Le dire").click()
    expect(page.locator(".descendant").filter(has_text="Montclair")).to_contain_text(
        "Le samedi matin plutôt que le soir."
    )
    address = page.url
    other = opened(FACILITATOR, PHONE)
    other.goto(address)
    expect(other.get_by_text(WORDS)).to_be_visible()
    expect(other.locator(".descendant").filter(has_text="Montclair")).to_contain_text("septembre 2024")
