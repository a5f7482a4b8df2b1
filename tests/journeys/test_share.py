"""Sharing: two files sent with their progress, read, published, found by a word on their second page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.words import pdf
from tests.journeys.eyes import Page, expect
from tests.journeys.live import MEMBER, OPEN

pytestmark = pytest.mark.browser
LONGEST_READING = 30_000  # milliseconds, on a busy machine
READ = "Texte lu : 2 pages consultables par la recherche"


def _two_files(folder: Path, word: str) -> list[Path]:
    paths = [folder / "bilan.pdf", folder / "annexe.pdf"]
    paths[0].write_bytes(pdf(["Bilan de l'année.", f"La navette {word} circule jusqu'à trois heures."]))
    paths[1].write_bytes(pdf(["Annexe au bilan.", "Tableau des horaires."]))
    return paths


def test_two_files_are_sent_read_published_and_found(opened: Callable[..., Page], tmp_path: Path) -> None:
    page = opened(MEMBER)
    page.goto("/ressources")
    page.get_by_role("link", name="Ajouter une ressource").click()
    page.get_by_role("link", name=re.compile("Osons réinterroger")).click()
    page.locator("input[type=file]").set_input_files(_two_files(tmp_path, "noctuelle"))
    expect(page.locator("[data-uploads] li")).to_have_count(2)
    expect(page.locator("[data-uploads]").get_by_text(READ)).to_have_count(2, timeout=LONGEST_READING)
    expect(page.locator("[data-live]")).to_have_text(re.compile(r"\.pdf PDF, 2.pages, .* Texte lu"))
    page.get_by_label("Titre").fill("Navettes de nuit, bilan de l'année")
    page.get_by_role("button", name="Publier").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Navettes de nuit")
    expect(page.get_by_text(re.compile(r"Ressource publiée\."))).to_be_visible()
    _find(page, "noctuelle")
    expect(page.locator(".hit").get_by_role("link", name=re.compile(r"page\s2", re.IGNORECASE))).to_be_visible()


def test_comment_on_a_page_of_a_document_just_published(opened: Callable[..., Page], tmp_path: Path) -> None:
    page = opened(MEMBER)
    page.goto(f"/espaces/{OPEN}/ressources/nouvelle")
    page.locator("input[type=file]").set_input_files(_two_files(tmp_path, "vespérale")[0])
    expect(page.locator("[data-uploads]").get_by_text(READ)).to_have_count(1, timeout=LONGEST_READING)
    page.get_by_label("Titre").fill("Navettes du soir")
    page.get_by_role("button", name="Publier").last.click()
    page.get_by_role("link", name="Page suivante").click()
    expect(page.locator("#viewer-page")).to_have_value("2")
    page.locator("#repondre textarea").fill("Cette page répond à notre question.")
    page.locator("#repondre").get_by_role("button", name="Publier").click()
    said = page.get_by_role("article").filter(has_text="Cette page répond")
    expect(said).to_be_visible()
    expect(page.locator("#viewer-page")).to_have_value("2")
    page.get_by_role("link", name="Page précédente").click()
    expect(page.locator("#viewer-page")).to_have_value("1")
    said.get_by_role("link", name="à propos de la page 2").click()
    expect(page.locator("#viewer-page")).to_have_value("2")


def _find(page: Page, word: str) -> None:
    """Search until the word is found: the worker has ten seconds."""
    for _ in range(20):
        page.goto(f"/recherche?q={word}")
        if page.locator(".hit").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{word} was not found within ten seconds")


def test_refused_file_says_why_and_nothing_typed_is_lost(opened: Callable[..., Page], tmp_path: Path) -> None:
    page = opened(MEMBER)
    page.goto(f"/espaces/{OPEN}/ressources/nouvelle")
    page.get_by_label("Titre").fill("Un titre déjà tapé")
    script = tmp_path / "faux.pdf"
    script.write_text("<html><script>alert(1)</script></html>", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(script)
    expect(page.locator("[data-uploads]")).to_contain_text(re.compile(r"n.est pas un vrai fichier \.pdf"))
    expect(page.get_by_label("Titre")).to_have_value("Un titre déjà tapé")


def test_form_sent_without_title_leads_to_the_field(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto(f"/espaces/{OPEN}/ressources/nouvelle")
    page.locator("form[data-draft] [name=title]").evaluate("field => field.removeAttribute('required')")
    page.get_by_label("Titre").fill("")
    page.get_by_role("button", name="Publier").last.click()
    expect(page).to_have_title(re.compile(r"^Erreur\s:"))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Titre")).to_be_focused()
