"""Discussing: a question, answers, corrections, what is new for the other person, and nothing typed ever lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import FACILITATOR, MEMBER, OPEN, Site

pytestmark = pytest.mark.browser
PUBLISH = "Publier la réponse"


def _start(page: Page, title: str) -> str:
    """Open a discussion and return its address."""
    page.goto(f"/espaces/{OPEN}/discussions")
    page.get_by_role("link", name="Poser une question").click()
    page.get_by_label("Votre question, en une phrase").fill(title)
    page.locator("textarea").fill("Qui l'a déjà fait, et **combien** cela coûte-t-il ?")
    page.get_by_role("button", name="Publier", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    return page.url


def _answer(page: Page, text: str) -> None:
    page.locator("#repondre textarea").fill(text)
    page.get_by_role("button", name=PUBLISH).click()
    expect(page.get_by_role("article").filter(has_text=text)).to_be_visible()


def test_question_answer_correction_and_what_is_new_for_the_other(opened: Callable[..., Page]) -> None:
    asks, answers = opened(MEMBER), opened(FACILITATOR)
    address = _start(asks, "Éclairer les halls la nuit ?")
    expect(asks.get_by_role("article").first.locator("strong")).to_have_text("combien")
    answers.goto(address)
    _answer(answers, "Nous l'avons fait dans onze halls.")
    asks.goto("/")
    asks.get_by_role("link", name="Éclairer les halls la nuit ?").first.click()
    expect(asks.get_by_role("separator", name="1 nouvelle réponse")).to_be_visible()
    expect(asks.locator("[data-new-post]")).to_contain_text("onze halls")
    _correct(answers, "Nous l'avons fait dans onze halls, puis dans treize.")
    asks.reload()
    expect(asks.get_by_text("puis dans treize")).to_be_visible()


def _correct(page: Page, text: str) -> None:
    """Change the last of one's own messages."""
    page.get_by_label("Autres actions sur ce message").last.click()
    page.get_by_role("link", name="Modifier").last.click()
    page.locator("textarea").fill(text)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Votre message est modifié.")).to_be_visible()


def test_what_was_read_is_no_longer_new(opened: Callable[..., Page]) -> None:
    asks, answers = opened(MEMBER), opened(FACILITATOR)
    address = _start(asks, "Former les gardiens ?")
    answers.goto(address)
    _answer(answers, "Deux journées suffisent.")
    with asks.expect_response(re.compile(r"/lecture$")):
        asks.goto(address)
        asks.locator(".post").last.scroll_into_view_if_needed()
    asks.goto(address)
    expect(asks.get_by_role("separator")).to_have_count(0)


def test_comment_about_a_page_leads_back_to_it(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto(f"{site.resource('Parler des drogues')}?page=3")
    page.locator("#repondre textarea").fill("Le tableau de cette page nous a servi.")
    expect(page.get_by_label("Lier à la page 3")).to_be_checked()
    page.locator("#repondre").get_by_role("button", name="Publier").click()
    anchor = page.get_by_role("link", name="à propos de la page 3").last
    expect(anchor).to_be_visible()
    page.goto(f"{site.resource('Parler des drogues')}?page=1")
    page.get_by_role("link", name="à propos de la page 3").last.click()
    expect(page.get_by_label("Page", exact=True)).to_have_value("3")


def test_session_that_ends_while_writing_costs_no_word(opened: Callable[..., Page], site: Site) -> None:
    page = opened()
    page.goto("/connexion")
    page.context.add_cookies([site.cookie(MEMBER)])  # type: ignore[list-item]
    page.goto(site.thread("Impliquer les bailleurs"))
    page.locator("#repondre textarea").fill("Une phrase écrite pendant une heure.")
    page.context.clear_cookies()
    page.get_by_role("button", name=PUBLISH).click()
    expect(page.get_by_text("Votre session a pris fin.").first).to_be_visible()
    page.get_by_label("Adresse").fill(MEMBER)
    page.get_by_label("Mot de passe", exact=True).fill("les villes se parlent")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("#repondre textarea")).to_have_value("Une phrase écrite pendant une heure.")


@pytest.mark.parametrize("way", ["back", "closed"])
def test_signing_in_again_beside_the_page_lets_it_publish(opened: Callable[..., Page], site: Site, way: str) -> None:
    page = opened(MEMBER)
    page.goto(site.thread("Impliquer les bailleurs"))
    page.locator("#repondre textarea").fill(f"Écrit pendant que la session finissait ({way}).")
    site.end_sessions(MEMBER)
    page.get_by_role("heading", level=1).click()
    over = page.get_by_role("dialog", name="Votre session a pris fin")
    with page.context.expect_page() as beside:
        over.get_by_role("link", name="Se connecter").click()
    beside.value.get_by_label("Adresse").fill(MEMBER)
    beside.value.get_by_label("Mot de passe", exact=True).fill("les villes se parlent")
    beside.value.get_by_role("button", name="Se connecter").click()
    expect(beside.value.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")
    if way == "back":
        page.evaluate("window.dispatchEvent(new Event('focus'))")  # what coming back to the tab does
    else:
        over.get_by_role("button", name="Annuler").click()
    expect(over).to_be_hidden()
    page.get_by_role("button", name=PUBLISH).click()
    expect(page.get_by_role("article").filter(has_text=f"finissait ({way})")).to_be_visible()


def test_preview_shows_the_message_as_it_will_look(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto(site.thread("Impliquer les bailleurs"))
    page.locator("#repondre textarea").fill("Un mot **fort**.")
    page.get_by_role("button", name="Aperçu").click()
    expect(page.locator("[data-preview] strong")).to_have_text("fort")


def test_title_being_typed_shows_what_was_said_and_a_hit_leads_from_message_to_message(
    opened: Callable[..., Page], site: Site
) -> None:
    page = opened(MEMBER)
    page.goto(f"/espaces/{OPEN}/discussions/nouvelle")
    page.get_by_label("Votre question, en une phrase").press_sequentially("Quels effets de l'amende ?")
    near = page.locator("[data-near]")
    expect(near.get_by_role("link", name=re.compile("Amende forfaitaire")).first).to_be_visible()
    expect(page.get_by_label("Votre question, en une phrase")).to_be_focused()
    expect(page.get_by_text("sur un sujet proche, sous le titre")).to_be_attached()
    page.get_by_label("Votre question, en une phrase").fill("")
    expect(near.get_by_role("link")).to_have_count(0)
    page.goto(f"{site.thread('Articuler santé')}?q=soignants")
    expect(page).to_have_url(re.compile(r"page=1&q=soignants#reponse-\d+$"))
    first = page.get_by_role("article").filter(has_text="1 sur 2")
    expect(first.locator("mark")).to_have_text("soignants")
    first.get_by_role("link", name="Passage suivant").click()
    expect(page.get_by_role("article").filter(has_text="2 sur 2")).to_be_in_viewport()
    page.goto(f"{site.thread('Articuler santé')}?page=1&nouveau=69#reponse-6")
    expect(page).to_have_url(re.compile(r"tout=1.*#reponse-6$"))
    expect(page.locator("article#reponse-6")).to_be_in_viewport()
    later = page.locator("[data-later]")
    later.scroll_into_view_if_needed()
    expect(later.locator(".similar a").first).to_be_visible()
