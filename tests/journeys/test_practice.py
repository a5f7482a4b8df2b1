"""A practice typed with a line that drops: the fields come with the kind, what is typed is kept and found again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import DESK, MEMBER, OPEN, PHONE

pytestmark = pytest.mark.browser
#: Drafts are sent no more from this page on, without a word on the console.
CUT_LINE = """() => { const whole = window.fetch; window.fetch = (address, ...rest) =>
  String(address).includes("/brouillon") ? Promise.reject(new TypeError("no line")) : whole(address, ...rest); }"""
#: The first draft takes a second to leave, the others none.
SLOW_FIRST = """() => { const whole = window.fetch; let waiting = true; window.fetch = (address, ...rest) => {
  if (!waiting || !String(address).includes("/brouillon")) return whole(address, ...rest);
  waiting = false;
  return new Promise((sent) => setTimeout(() => sent(whole(address, ...rest)), 1000)); }; }"""
NEW = f"/espaces/{OPEN}/ressources/nouvelle"
#: Two colleagues of one city, in a space where both write.
HIM, HER = "bruno.castaignet@orsenne-metropole.example", "ines.bouzidane@orsenne-metropole.example"
THEIRS = "/espaces/vie-nocturne/ressources/nouvelle?type=practice"


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


def test_draft_of_a_long_text_reaches_the_site(opened: Callable[..., Page]) -> None:
    page = opened(HER)
    page.goto(THEIRS)
    page.locator("[name=body]").fill("Les médiateurs de l'été. " * 2_380)
    with page.expect_response(lambda answer: "/brouillon" in answer.url) as sent:
        page.get_by_label("Titre").focus()
    assert sent.value.ok
    expect(page.locator("[data-draft-line]")).to_contain_text("Brouillon enregistré")
    page.evaluate("localStorage.clear()")
    page.goto(THEIRS)
    expect(page.locator("[name=body]")).to_have_value(re.compile("^Les médiateurs"))


def test_draft_is_kept_while_one_types_without_a_pause(opened: Callable[..., Page]) -> None:
    page = opened(HER)
    page.clock.install()
    page.goto(THEIRS)
    page.get_by_label("Le besoin de départ").focus()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    for _ in range(12):
        page.keyboard.type("mot ")
        page.clock.run_for(1000)
    page.wait_for_timeout(500)
    assert any("/brouillon" in address for address in sent)


def test_draft_that_is_late_never_replaces_a_younger_one(opened: Callable[..., Page]) -> None:
    page = opened(HIM)
    page.goto(THEIRS)
    page.evaluate(SLOW_FIRST)
    page.get_by_label("Titre").fill("Navette du soir")
    page.get_by_label("Le besoin de départ").fill("Le dernier bus part à 21 h.")
    page.get_by_label("Ce que vous avez fait").focus()
    expect(page.locator("[data-kind-part=steps]")).to_contain_text(re.compile(r"1\schamp à compléter"))
    page.wait_for_timeout(1500)
    expect(page.locator("[data-kind-part=steps]")).to_contain_text(re.compile(r"1\schamp à compléter"))
    elsewhere = opened(HIM)
    elsewhere.goto(THEIRS)
    expect(elsewhere.get_by_label("Titre")).to_have_value("Navette du soir")
    expect(elsewhere.get_by_label("Le besoin de départ")).to_have_value("Le dernier bus part à 21 h.")


def test_two_colleagues_who_write_at_once_lose_nothing_of_each_other(opened: Callable[..., Page]) -> None:
    his = opened(HIM, PHONE)
    his.goto(THEIRS)
    his.get_by_label("Titre").fill("Navette de nuit")
    his.get_by_label("Le besoin de départ").fill("On rentrait à pied.")
    his.get_by_label("Ce que vous avez fait").fill("Une navette toutes les trente minutes.")
    his.get_by_role("button", name="Préparer avec mes collègues").click()
    expect(his.get_by_text("Brouillon : il n’est pas encore")).to_be_visible()
    hers = opened(HER, DESK)
    hers.goto(his.url)
    hers.get_by_label("Ce que cela a donné").fill("Deux cents personnes par soir.")
    hers.get_by_label("Un conseil à une autre ville").fill("Commencer le samedi.")
    hers.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(hers.locator("[data-toast]")).to_be_visible()
    his.get_by_label("Les difficultés").fill("Le budget.")
    his.get_by_label("Un conseil à une autre ville").fill("Parler aux cafetiers.")
    his.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(his.get_by_text("a modifié cette ressource pendant que vous écriviez")).to_be_visible()
    expect(his.get_by_text("Texte retrouvé sur cet appareil")).to_be_hidden()
    expect(his.locator("#results")).to_have_value("Deux cents personnes par soir.")
    expect(his.locator("#advice")).to_have_value("Parler aux cafetiers.")
    expect(his.locator(".other-version")).to_contain_text("Commencer le samedi.")
    his.get_by_role("button", name="Publier").last.click()
    expect(his.get_by_text("Deux cents personnes par soir.")).to_be_visible()
    expect(his.get_by_text("Le budget.")).to_be_visible()
