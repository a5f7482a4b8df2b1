"""On a phone: the bar below, and what is done with one hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.extensions import db
from tests.journeys.eyes import Page, expect
from tests.journeys.live import FACILITATOR, MEMBER, OPEN, PHONE, Site
from tests.library.shelves import shared

pytestmark = pytest.mark.browser


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
    page.get_by_role("combobox", name="Rechercher dans tout le réseau").last.fill("médiation débute collèges")
    page.keyboard.press("Enter")
    page.locator(".snippet", has_text="Page 4").first.tap()
    expect(page.locator(".sheet img")).to_be_visible()
    page.goto(site.thread("Impliquer les bailleurs"))
    page.locator("#repondre textarea").fill("Écrit dans le train.")
    page.get_by_role("button", name="Publier la réponse").tap()
    expect(page.get_by_role("article").filter(has_text="Écrit dans le train.")).to_be_visible()


def test_one_long_word_does_not_widen_the_pages_it_stands_on(opened: Callable[..., Page], site: Site) -> None:
    word = "x" * 80
    with site.app.app_context():
        shared(site.app, "Mot sans fin", by=MEMBER, space=OPEN, tags=[word])
        db.session.remove()
    for email, path in ((FACILITATOR, "/mots-cles/en-attente"), (MEMBER, "/ressources?tri=recent")):
        page = opened(email, PHONE)
        page.goto(path)
        expect(page.get_by_text(word, exact=True).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
