"""Inviting a city, accepting on a phone, and the whole life of a guest: reads, writes, warned, extended, ended."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.spaces.invitations.warnings import warn_guests
from app.spaces.models import Membership
from tests.journeys.eyes import Page, expect
from tests.journeys.live import FACILITATOR, OPEN, PHONE, Site

pytestmark = pytest.mark.browser

GUEST = "zoe.roux@ville-nouvelle.example"
PASSWORD = "trois barques rouges penchent"


def mail_to(site: Site, email: str, words: str) -> str:
    """Return the text of a mail to somebody that holds these words, once the worker has sent it."""
    for _ in range(120):
        with site.app.app_context():
            sent: list[EmailMessage] = site.app.extensions["mail_transport"].messages()
        for message in sent:
            body = message.get_body(("plain",))
            text = str(body.get_content()) if body is not None else ""
            if message["To"] == email and words in text:
                return text
        time.sleep(0.25)
    raise AssertionError(f"no mail to {email}")


def end_in(site: Site, days: int) -> None:
    """Make the guest's stay end in so many days, as if it had begun long ago."""
    with site.app.app_context():
        with transaction():
            place = db.session.scalars(select(Membership).join(Membership.user).where(User.email == GUEST)).one()
            place.created_at, place.expires_at = now() - timedelta(days=60), now() + timedelta(days=days)
        db.session.remove()


def invite(desk: Page) -> None:
    """Invite a guest from the page of the members."""
    desk.goto(f"/espaces/{OPEN}/membres")
    desk.get_by_role("link", name="Inviter").click()
    desk.get_by_label("Adresses de courriel").fill(f"Zoé Roux <{GUEST}>")
    desk.get_by_label("Collectivité ou organisme").fill("Ville-Nouvelle")
    desk.get_by_label("Pourquoi cette personne vient").fill("Préparer la visite de mai")
    desk.get_by_label("Quelques mots de votre part").fill("Nous serions heureux de vous lire.")
    desk.get_by_role("button", name="Envoyer l’invitation").click()
    expect(desk.get_by_text("1 invitation est envoyée.")).to_be_visible()
    expect(desk.get_by_text(GUEST)).to_be_visible()


def accept(phone: Page, path: str) -> None:
    """Read the invitation on a phone and accept it."""
    phone.goto(path)
    expect(phone.get_by_text("Nous serions heureux de vous lire.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone.get_by_label("Prénom et nom")).to_have_value("Zoé Roux")
    phone.get_by_label("Fonction").fill("Adjointe à la jeunesse")
    phone.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Accepter l’invitation").click()
    expect(phone).to_have_url(re.compile(f"/espaces/{OPEN}$"))
    expect(phone.get_by_text(re.compile("Bienvenue, Zoé"))).to_be_visible()
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Bonjour Zoé")


def write(phone: Page, desk: Page, path: str) -> None:
    """Answer in a discussion; the others see who is a guest, and how many guests read them."""
    phone.goto(path)
    phone.get_by_label("Votre réponse").fill("Merci de votre accueil.")
    phone.get_by_role("button", name="Publier la réponse").click()
    expect(phone.get_by_text("Merci de votre accueil.").first).to_be_visible()
    desk.goto(path)
    expect(desk.get_by_text(re.compile("Ville-Nouvelle, invité")).first).to_be_visible()
    expect(desk.get_by_text(re.compile("invités liront ce message"))).to_be_visible()


def extend(desk: Page) -> None:
    """Let the guest stay for thirty days more."""
    desk.goto(f"/espaces/{OPEN}/invitations")
    guest = desk.get_by_role("listitem").filter(has_text="Zoé Roux").filter(has_text="Préparer la visite").first
    expect(guest.get_by_text("Finit bientôt")).to_be_visible()
    guest.get_by_text("Prolonger, faire membre ou mettre fin").click()
    guest.get_by_role("button", name="Prolonger").click()
    expect(desk.get_by_text("L’accès de Zoé Roux est prolongé.")).to_be_visible()


def test_city_is_invited_accepts_on_a_phone_and_lives_its_stay(opened: Callable[..., Page], site: Site) -> None:
    desk, phone, thread = opened(FACILITATOR), opened(None, PHONE), site.thread("Articuler santé")
    invite(desk)
    link = re.search(r"http\S+/invitation/\S+", mail_to(site, GUEST, "/invitation/"))
    assert link is not None
    accept(phone, urlsplit(link.group(0)).path)
    write(phone, desk, thread)

    end_in(site, days=3)
    with site.app.app_context():
        warn_guests({})
        db.session.remove()
    mail_to(site, GUEST, "prend bientôt fin")
    mail_to(site, FACILITATOR, "Zoé Roux")
    extend(desk)
    phone.goto(f"/espaces/{OPEN}")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()

    end_in(site, days=-1)
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Votre accès a pris fin")
    answer = phone.goto(f"/espaces/{OPEN}")
    assert answer is not None
    assert answer.status == 404
    desk.goto(thread)
    expect(desk.get_by_text("Merci de votre accueil.").first).to_be_visible()
