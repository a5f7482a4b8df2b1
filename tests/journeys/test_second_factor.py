"""Signing in in two steps, as a person lives it: the key, the first code, the codes to keep, and the way back in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest

from app.accounts.operations import DEMO_PASSWORD
from tests.journeys.eyes import Page, expect
from tests.journeys.live import PHONE

pytestmark = pytest.mark.browser

PERSON = "samir.oualid@port-elvain.example"


def _sign_in(page: Page) -> None:
    page.goto("/connexion")
    page.get_by_label("Adresse").fill(PERSON)
    page.get_by_label("Mot de passe", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def test_two_steps_are_set_up_used_and_stopped_on_a_telephone(opened: Callable[..., Page]) -> None:
    page = opened(size=PHONE)
    _sign_in(page)
    page.goto("/moi/securite")
    page.get_by_role("link", name="Activer les deux étapes").click()
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_role("img", name=re.compile("code QR"))).to_be_visible()
    key = page.locator("code.key").inner_text().replace(" ", "")
    page.get_by_label("Code affiché par l’application").fill(pyotp.TOTP(key).now())
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    codes = Path(download.value.path()).read_text("utf-8").split("\n")[1:-1]
    assert codes == page.locator(".codes code").all_inner_texts()

    other = opened(size=PHONE)
    _sign_in(other)
    expect(other.get_by_role("heading", level=1)).to_have_text("Deuxième étape")
    other.goto("/ressources")
    expect(other).to_have_url(re.compile(r"/connexion"))
    other.goto("/connexion/code")
    other.get_by_label("Code").fill("000000")
    other.get_by_role("button", name="Se connecter").click()
    expect(other.get_by_role("alert")).to_contain_text("Ce code n’est pas reconnu.")
    other.get_by_label("Code").fill(codes[0])
    other.get_by_role("button", name="Se connecter").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Bonjour Samir")
    other.goto("/moi/securite/deux-etapes")
    other.get_by_role("button", name="Arrêter les deux étapes").click()
    expect(other.get_by_text("La connexion en deux étapes est arrêtée.")).to_be_visible()
