"""By keyboard alone: coming in, from the box to the page of a document, saying something, sharing, joining."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.accounts.operations import DEMO_PASSWORD
from benchmarks.words import pdf
from tests.journeys.eyes import Page, expect, tab_to
from tests.journeys.live import MEMBER, OPEN, OUTSIDER, Site

pytestmark = pytest.mark.browser


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
    tab_to(page, passage)
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-page")).to_have_value("4")
    tab_to(page, page.locator(".viewer__stage"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-page")).to_have_value("5")


def test_thing_proposed_while_typing_is_opened_and_a_last_search_asked_again(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/espaces")
    page.keyboard.press("/")
    box, proposed = page.locator("#q"), page.get_by_role("listbox", name="Rechercher dans tout le réseau")
    page.keyboard.type("collèges bin")
    option = proposed.get_by_role("option").filter(has_text="Un binôme")
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(proposed).to_be_hidden()
    expect(box).to_have_value("collèges bin")
    page.keyboard.press("ArrowDown")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Un binôme")
    page.keyboard.press("/")
    page.keyboard.type("bailleurs")
    with page.expect_request("**/recherche/recentes"):  # its answer may come when the page is gone
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/recherche\?q=bailleurs"))
    page.goto("/espaces")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    expect(proposed.get_by_role("option").first).to_have_text("bailleurs")


def test_answering_by_keyboard(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto(site.thread("Comment financer"))
    area = page.locator("#repondre textarea")
    tab_to(page, area)
    page.keyboard.type("Répondu sans souris.")
    tab_to(page, page.get_by_role("button", name="Publier la réponse"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").filter(has_text="Répondu sans souris.")).to_be_visible()


def test_coming_in_by_keyboard(opened: Callable[..., Page]) -> None:
    page = opened()
    page.goto("/connexion")
    tab_to(page, page.get_by_label("Adresse"))
    page.keyboard.type(MEMBER)
    tab_to(page, page.get_by_label("Mot de passe", exact=True))
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")


def test_next_page_and_a_comment_on_it_by_keyboard(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto(f"{site.resource('Un binôme')}?page=1")
    tab_to(page, page.get_by_role("link", name="Page suivante"))
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-page")).to_have_value("2")
    tab_to(page, page.locator("#repondre textarea"))
    page.keyboard.type("Vu sans souris.")
    tab_to(page, page.locator("#repondre").get_by_role("button", name="Publier"))
    page.keyboard.press("Enter")
    said = page.get_by_role("article").filter(has_text="Vu sans souris.")
    expect(said.get_by_role("link", name="à propos de la page 2")).to_be_visible()


def test_sharing_a_file_by_keyboard(opened: Callable[..., Page], tmp_path: Path) -> None:
    path = tmp_path / "clavier.pdf"
    path.write_bytes(pdf(["Une page envoyée sans souris."]))
    page = opened(MEMBER)
    # Told before the page opens: asked for beside the key press, Chromium may open its own window first.
    page.on("filechooser", lambda chooser: chooser.set_files(path))
    page.goto(f"/espaces/{OPEN}/ressources/nouvelle")
    tab_to(page, page.locator("input[type=file]"))
    page.keyboard.press("Space")
    expect(page.locator("[data-uploads]")).to_contain_text("clavier.pdf")
    title = page.get_by_label("Titre")
    tab_to(page, title)
    page.keyboard.press("Control+a")
    page.keyboard.type("Envoyé sans souris")
    tab_to(page, page.get_by_role("button", name="Publier").last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Envoyé sans souris")


def test_joining_and_leaving_a_space_by_keyboard(opened: Callable[..., Page]) -> None:
    page = opened(OUTSIDER)
    page.goto(f"/espaces/{OPEN}")
    tab_to(
        page,
        page.get_by_role("button", name="Rejoindre l'espace").or_(page.get_by_role("button", name="Rejoindre")).first,
    )
    page.keyboard.press("Enter")
    leave = page.get_by_role("link", name="Quitter l’espace")
    expect(leave).to_be_visible()
    tab_to(page, leave)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Quitter l’espace"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/espaces$"))
    page.goto(f"/espaces/{OPEN}")
    expect(page.get_by_role("button", name=re.compile("Rejoindre")).first).to_be_visible()
