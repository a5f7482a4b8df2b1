"""Coming in: the wrong password, the right one, home; leaving; the language and the theme of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.accounts.operations import DEMO_PASSWORD
from tests.journeys.eyes import Page, expect
from tests.journeys.live import MEMBER

pytestmark = pytest.mark.browser


def test_wrong_password_then_right_one_opens_home(opened: Callable[..., Page]) -> None:
    page = opened()
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/connexion"))
    page.get_by_label("Adresse").fill(MEMBER)
    page.get_by_label("Mot de passe", exact=True).fill("les villes se taisent")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("Adresse ou mot de passe non reconnus.")
    page.get_by_label("Mot de passe", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")
    expect(page.get_by_role("heading", name="Nouveau pour vous")).to_be_visible()


def test_leaving_closes_the_door_behind(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/")
    page.get_by_label(re.compile("Mon compte, Claire")).click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous avez quitté le réseau sur cet appareil.")).to_be_visible()
    page.goto("/ressources")
    expect(page).to_have_url(re.compile(r"/connexion\?next="))


def test_language_is_kept_from_page_to_page(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER)
    page.goto("/espaces")
    page.get_by_role("banner").get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/espaces$"))
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("banner").get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_theme_is_one_s_own_choice(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER, color_scheme="light")
    page.goto("/moi")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Apparence").select_option("dark")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.get_by_label("Apparence").select_option("system")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
