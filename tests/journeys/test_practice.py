"""A practice typed with a line that drops: the fields come with the kind, what is typed is kept and found again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import MEMBER, OPEN

pytestmark = pytest.mark.browser
#: Drafts are sent no more from this page on, without a word on the console.
CUT_LINE = """() => { const whole = window.fetch; window.fetch = (address, ...rest) =>
  String(address).includes("/brouillon") ? Promise.reject(new TypeError("no line")) : whole(address, ...rest); }"""
NEW = f"/espaces/{OPEN}/ressources/nouvelle"


def test_what_is_typed_without_a_line_is_found_again_and_forgotten_at_sign_out(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto(NEW)
    page.get_by_label("Type").select_option("practice")
    expect(page.get_by_role("heading", level=1)).to_have_text("Partager une pratique locale")
    steps = page.locator("[data-kind-part=steps]")
    expect(steps).to_contain_text(re.compile(r"3\schamps à compléter"))
    page.get_by_label("Titre").fill("Veilleurs de place")
    page.get_by_label("Le besoin de départ").fill("La place se vidait à 20 h.")
    page.get_by_label("Ce que vous avez fait").focus()
    expect(page.locator("[data-draft-line]")).to_contain_text("Brouillon enregistré")
    expect(steps).to_contain_text(re.compile(r"1\schamp à compléter"))
    page.evaluate(CUT_LINE)
    page.get_by_label("Ce que vous avez fait").fill("Deux veilleurs, chaque soir.")
    page.get_by_label("Femmes").check()
    page.get_by_label("Titre").focus()
    expect(page.locator("[data-draft-line]")).to_contain_text("Votre texte est gardé sur cet appareil")
    page.goto(NEW)
    expect(page.get_by_label("Ce que vous avez fait")).to_have_value("Deux veilleurs, chaque soir.")
    expect(page.get_by_label("Femmes")).to_be_checked()
    expect(page.get_by_text("Texte retrouvé sur cet appareil")).to_be_visible()
    page.get_by_role("button", name=re.compile("Voir l.aperçu")).click()
    expect(page.get_by_text(re.compile("personne d.autre ne voit encore cette page"))).to_be_visible()
    page.get_by_role("link", name="Reprendre la saisie").click()
    expect(page.get_by_label("Le besoin de départ")).to_have_value("La place se vidait à 20 h.")
    page.locator("details.account summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("/connexion"))
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('beffroi:draft:'))") == []
