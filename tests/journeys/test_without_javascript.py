"""Without JavaScript everything works: read, search, post, send a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.words import pdf
from tests.journeys.eyes import Page, expect
from tests.journeys.live import MEMBER, OPEN, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(opened: Callable[..., Page]) -> Page:
    """A page of a member whose browser runs no script."""
    return opened(MEMBER, java_script_enabled=False)


def test_reading_and_searching_need_no_script(plain: Page) -> None:
    plain.goto("/")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")
    plain.locator("#q").fill("médiation collèges")
    plain.locator("#q").press("Enter")
    plain.get_by_role("link", name=re.compile("Page 4")).first.click()
    expect(plain.locator("#viewer-page")).to_have_value("4")


def test_answering_and_marking_as_read_need_no_script(plain: Page, site: Site) -> None:
    plain.goto(site.thread("Faut-il parler"))
    plain.locator("#repondre textarea").fill("Écrit sans aucun script.")
    plain.get_by_role("button", name="Publier la réponse").click()
    expect(plain.get_by_text("Écrit sans aucun script.")).to_be_visible()
    expect(plain.get_by_text("Votre réponse est publiée.")).to_be_visible()


def test_same_subject_and_a_title_to_look_for_need_no_script(plain: Page, site: Site) -> None:
    plain.goto(site.resource("Un binôme"))
    plain.get_by_role("link", name="Voir ce qui ressemble à cette ressource").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Sur le même sujet")
    expect(plain.locator(".similar a").first).to_be_visible()
    plain.goto(f"/espaces/{OPEN}/discussions/nouvelle")
    plain.get_by_label("Votre question, en une phrase").fill("Quels effets de l'amende forfaitaire ?")
    plain.get_by_role("button", name="Voir ce qui existe sur ce sujet").click()
    expect(plain.get_by_role("link", name=re.compile("Amende forfaitaire")).first).to_be_visible()
    expect(plain.get_by_label("Votre question, en une phrase")).to_have_value("Quels effets de l'amende forfaitaire ?")


def test_sending_a_file_needs_no_script(plain: Page, tmp_path: Path) -> None:
    plain.goto(f"/espaces/{OPEN}/ressources/nouvelle")
    (tmp_path / "sans-script.pdf").write_bytes(pdf(["Une page envoyée sans script."]))
    plain.locator("input[type=file]").set_input_files(tmp_path / "sans-script.pdf")
    plain.get_by_label("Titre").fill("Envoyé sans script")
    plain.get_by_role("button", name="Publier").last.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Envoyé sans script")
    expect(plain.get_by_role("link", name="Télécharger").first).to_be_visible()
