"""Finding: from the box of any page to the page of the document where the words stand, hits marked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import ADMINISTRATOR, FACILITATOR, MEMBER, OUTSIDER, PRIVATE, Site

pytestmark = pytest.mark.browser
#: Each error page carries the number of its request, which differs every time.
REQUEST_NUMBER = re.compile(r"\b[0-9a-f]{12}\b")
BOX = "Rechercher dans tout le réseau"


def test_words_typed_in_the_box_open_the_document_at_their_page(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/espaces")
    page.get_by_label(BOX).first.fill("la médiation débute à 16 h à la sortie des collèges")
    page.keyboard.press("Enter")
    hit = page.get_by_role("listitem").filter(has_text="Un binôme médiateur").first
    passage = hit.get_by_role("link", name=re.compile("Page 4"))
    expect(passage.locator("mark").first).to_be_visible()
    passage.click()
    expect(page).to_have_url(re.compile(r"page=4"))
    expect(page.get_by_label("Page", exact=True)).to_have_value("4")
    expect(page.locator(".sheet svg rect").first).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("img", name=re.compile("Page 4 sur 12"))).to_be_visible()
    page.get_by_role("link", name="Page suivante").click()
    expect(page.get_by_label("Page", exact=True)).to_have_value("5")
    expect(page.get_by_label("Page", exact=True)).to_be_in_viewport()


def test_text_view_marks_the_same_words(opened: Callable[..., Page], site: Site) -> None:
    page = opened(MEMBER)
    page.goto(f"{site.resource('Un binôme')}?page=4&q=médiation")
    page.get_by_role("link", name="Texte seul").click()
    expect(page.locator(".paper mark", has_text=re.compile("^médiation$", re.IGNORECASE)).first).to_be_visible()


def test_filter_by_kind_leaves_only_that_kind(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/recherche?q=ville")
    page.locator("summary", has_text="Type").click()
    page.get_by_role("group", name="Type").get_by_role("checkbox", name=re.compile("Guide")).check()
    expect(page).to_have_url(re.compile("kind=guide"))
    expect(page.get_by_role("link", name="Retirer le filtre Guide")).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("Guide"))).to_be_focused()
    kinds = page.locator(".hit .kind-word").all_inner_texts()
    assert kinds
    assert set(kinds) == {"Guide"}


def test_arrows_go_through_results_and_each_is_read_beside(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/recherche?q=médiation")
    titles = page.locator(".hit__title a")
    titles.first.focus()
    page.keyboard.press("ArrowDown")
    expect(titles.nth(1)).to_be_focused()
    expect(page.get_by_role("heading", name=re.compile(re.escape(titles.nth(1).inner_text())), level=2)).to_be_visible()
    expect(page).to_have_url(re.compile("apercu="))
    expect(page.locator("[data-peek] .paper")).to_have_css("mask-image", "none")  # paper stays white to its edge
    page.keyboard.press("ArrowUp")
    expect(titles.first).to_be_focused()


def test_passages_unfold_where_they_stand(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/recherche?q=la médiation débute à 16 h à la sortie des collèges")
    hit = page.locator(".hit", has=page.locator(".hit__title", has_text="Un binôme médiateur"))
    expect(hit.locator(".snippet")).to_have_count(2)
    hit.get_by_role("link", name=re.compile("autres passages")).click()
    expect(hit.locator(".snippet").nth(2)).to_be_focused()
    expect(page).to_have_url(re.compile(r"/recherche\?q=[^&]*$"))


def test_unknown_word_says_so_and_offers_a_way_on(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/recherche?q=xylotomie")
    expect(page.get_by_text("Aucun document ne contient « xylotomie ».")).to_be_visible()
    expect(page.get_by_role("link", name="Poser la question à un espace")).to_be_visible()


def test_administrator_sees_whole_the_words_to_try(opened: Callable[..., Page]) -> None:
    page = opened(ADMINISTRATOR)
    page.goto("/administration/recherche/synonymes?q=dispositifs de participation citoyenne")
    field = page.get_by_label("Mots cherchés")
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_private_space_is_to_outsiders_as_if_it_never_existed(opened: Callable[..., Page]) -> None:
    inside, outside = opened(FACILITATOR), opened(OUTSIDER)
    inside.goto("/recherche?q=brumaille")
    expect(inside.locator(".hit").first).to_be_visible()
    outside.goto("/recherche?q=brumaille")
    expect(outside.get_by_text("Aucun document ne contient « brumaille ».")).to_be_visible()
    expect(outside.get_by_text("Maires en première ligne")).to_have_count(0)
    outside.goto("/espaces")
    expect(outside.get_by_text("Maires en première ligne")).to_have_count(0)
    answers = [_page_at(outside, f"/espaces/{slug}") for slug in (PRIVATE, "jamais-vu")]
    assert answers[0][0] == answers[1][0] == 404
    assert answers[0][1] == answers[1][1]


def _page_at(page: Page, path: str) -> tuple[int, str]:
    """Return the status and the words of a page."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status, REQUEST_NUMBER.sub("", page.get_by_role("main").inner_text())
