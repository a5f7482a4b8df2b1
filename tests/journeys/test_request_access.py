"""A stranger asks to come in; the answer is given, taken back, then refused with a reason; another one is let in."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import ADMINISTRATOR, PHONE, Site
from tests.journeys.test_invite import mail_to

pytestmark = pytest.mark.browser
REASON = "Votre commune n'adhère pas encore au réseau ; écrivez-nous pour en parler."


def ask(page: Page, site: Site, name: str, email: str) -> None:
    """Ask for access from the sign-in page, and confirm the address by the link received."""
    page.goto("/connexion")
    page.get_by_role("link", name="Demander un accès").first.click()
    page.get_by_label("Prénom et nom").fill(name)
    page.get_by_label("Adresse de courriel").fill(email)
    page.get_by_label("Fonction").fill("Conseillère déléguée")
    page.get_by_label(re.compile("Collectivité")).fill("Beaurepaire-en-Plaine")
    page.get_by_role("button", name="Envoyer la demande").click()
    found = re.search(r"http\S+/demande-acces/\S+", mail_to(site, email, "/demande-acces/"))
    assert found is not None
    page.goto(urlsplit(found.group()).path)
    page.get_by_role("button", name="Confirmer et transmettre ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande transmise")


def test_request_is_refused_after_a_first_answer_was_taken_back(opened: Callable[..., Page], site: Site) -> None:
    email = "nora.lesage@boite.example"
    ask(opened(None, PHONE), site, "Nora Lesage", email)
    desk = opened(ADMINISTRATOR)
    desk.goto("/administration/demandes")
    line = desk.get_by_role("listitem").filter(has_text="Nora Lesage")
    line.get_by_role("link", name="Refuser").click()
    desk.get_by_role("button", name="Refuser et envoyer").click()
    expect(desk.get_by_role("alert")).to_be_visible()  # a refusal is never sent without its reason
    desk.get_by_label(re.compile("Motif|raison|Pourquoi", re.IGNORECASE)).fill("Par erreur")
    desk.get_by_role("button", name="Refuser et envoyer").click()
    expect(line).to_contain_text("Demande refusée.")
    line.get_by_role("button", name="Annuler").click()
    expect(line.get_by_role("link", name="Refuser")).to_be_visible()
    line.get_by_role("link", name="Refuser").click()
    desk.get_by_label(re.compile("Motif|raison|Pourquoi", re.IGNORECASE)).fill(REASON)
    desk.get_by_role("button", name="Refuser et envoyer").click()
    assert "Par erreur" not in mail_to(site, email, "adhère pas encore")


def test_request_is_accepted_and_the_newcomer_signs_in(opened: Callable[..., Page], site: Site) -> None:
    email = "karim.haddad@lanvallec.example"
    stranger = opened(None, PHONE)
    ask(stranger, site, "Karim Haddad", email)
    desk = opened(ADMINISTRATOR)
    desk.goto("/administration/demandes")
    desk.get_by_role("listitem").filter(has_text="Karim Haddad").get_by_role("link", name="Karim Haddad").click()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    desk.get_by_role("button", name=re.compile("Accepter")).click()
    found = re.search(r"http\S+/mot-de-passe/\S+", mail_to(site, email, "/mot-de-passe/"))
    assert found is not None
    stranger.goto(urlsplit(found.group()).path)
    stranger.get_by_label("Nouveau mot de passe").fill("cinq ponts verts se croisent")
    stranger.get_by_role("button").filter(has_text=re.compile("mot de passe|Enregistrer", re.IGNORECASE)).last.click()
    stranger.get_by_label("Adresse de courriel").fill(email)
    stranger.get_by_label("Mot de passe", exact=True).fill("cinq ponts verts se croisent")
    stranger.get_by_role("button", name="Se connecter").first.click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Bonjour Karim")
