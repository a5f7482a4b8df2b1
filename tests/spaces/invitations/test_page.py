"""The page of an invitation, for whoever opens its link."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.factors import begin_factor, key_of
from app.accounts.models import UserKind
from app.accounts.queries import user_by_email
from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import format_date
from app.core.sessions import UserSession
from app.extensions import db
from app.spaces.invitations.operations import cancel
from app.spaces.models import Role
from app.spaces.operations import membership_in
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, OUTSIDER, PASSWORD, PRIVATE, Cast
from tests.spaces.invitations.post import NEW, invited, mails, secret_for, space, text_of, written_to
from tests.support import Browser, loaded

FORM = {"name": "Léa Martin", "function": "Adjointe", "language": "fr", "password": "trois barques rouges penchent"}


def link(app: Flask, by: str = FACILITATOR, email: str = NEW, *slugs: str, guest: bool = False) -> str:
    more = {"kind": UserKind.GUEST, "guest_until": now() + timedelta(days=30), "purpose": "Étude"} if guest else {}
    with app.app_context():
        invited(by, email, *slugs, name="Léa", words="Au plaisir de vous lire.", **more)
        return f"/invitation/{secret_for(app, email)}"


def test_newcomer_reads_what_opens_then_accepts_and_lands_in_the_space(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, NEW, PRIVATE, guest=True)
    here = Browser(app)
    for _ in range(2):
        page = here.get(path)
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
    for words in ("Faustine Delmas", "Cercle fermé", "Au plaisir de vous lire.", "Étude", 'value="Léa"'):
        assert words in page.text
    answer = here.post(path, FORM, follow_redirects=True)
    assert answer.request.path == f"/espaces/{PRIVATE}"
    assert "Bienvenue, Léa" in answer.text
    assert here.get(path).status_code == 404


def test_page_speaks_the_language_of_the_mail_until_another_is_chosen(app: Flask, cast: Cast) -> None:
    with app.app_context():
        invited(FACILITATOR, NEW, OPEN, language="en", kind=UserKind.GUEST, guest_until=now() + timedelta(days=30))
        path = f"/invitation/{secret_for(app, NEW)}"
    here = Browser(app)
    assert '<html lang="en"' in here.get(path).text
    assert '<html lang="en"' in here.post(path, {**FORM, "password": "court"}).text
    assert here.post(path, {"lang": "fr"}).headers["Location"] == path
    page = here.get(path).text
    assert ('<html lang="fr"' in page, '<option selected value="fr">' in page) == (True, True)
    welcome = here.post(path, {**FORM, "language": "en"}, follow_redirects=True).text
    assert "You now take part in “Atelier ouvert”" in welcome


def test_head_and_get_of_a_mail_scanner_burn_nothing(app: Flask, cast: Cast) -> None:
    path = link(app, ADMIN, NEW)
    for _ in range(3):
        assert app.test_client().get(path).status_code == app.test_client().head(path).status_code == 200
    assert Browser(app).post(path, FORM).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("name", " ", "Indiquez votre nom"), ("password", "court", "trop court"), ("password", "", "Choisissez un mot")],
)
def test_what_is_missing_is_said_beside_and_the_rest_is_kept(
    app: Flask, cast: Cast, field: str, value: str, words: str
) -> None:
    path = link(app, ADMIN, NEW)
    answer = Browser(app).post(path, {**FORM, field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Adjointe"' in answer.text
    with app.app_context():
        assert user_by_email(NEW) is None


def test_known_address_signs_in_then_accepts(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, OUTSIDER, PRIVATE)
    here = Browser(app)
    page = here.get(path)
    assert "Vous avez déjà un compte" in page.text
    assert "password" not in page.text
    assert here.post(path, FORM).status_code == 200
    onward = here.post(path, {"sign_in": "1"}).headers["Location"]
    assert onward == "/connexion?next=/invitation"
    here.get(onward)
    back = here.post("/connexion", {"email": OUTSIDER, "password": PASSWORD, "next": "/invitation"})
    assert back.headers["Location"] == "/invitation"
    assert "Accepter" in here.get("/invitation").text
    assert here.post("/invitation").headers["Location"] == f"/espaces/{PRIVATE}"
    assert here.get("/invitation").status_code == 404


def test_member_invited_until_a_day_reads_the_day(app: Flask, cast: Cast) -> None:
    assert "Votre accès va jusqu’au" in Browser(app).get(link(app, FACILITATOR, OUTSIDER, PRIVATE, guest=True)).text


def test_secret_of_an_invitation_stands_in_no_other_address_nor_in_the_session(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, OUTSIDER, PRIVATE)
    secret, here = path.rpartition("/")[2], Browser(app)
    assert secret not in here.get(path).text
    here.post(path, {"sign_in": "1"})
    with app.app_context():
        kept = [one.data for one in db.session.scalars(select(UserSession))]
    assert any("carried" in data for data in kept)
    assert not any(secret in data for data in kept)


def test_invitation_waits_behind_the_second_step(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, OUTSIDER, PRIVATE)
    with app.app_context():
        with transaction():
            begin_factor(loaded(OUTSIDER))
            loaded(OUTSIDER).totp_confirmed_at = now()
        code = pyotp.TOTP(key_of(loaded(OUTSIDER)) or "").at(now())
    here = Browser(app)
    here.get(path)
    here.post(path, {"sign_in": "1"})
    here.post("/connexion", {"email": OUTSIDER, "password": PASSWORD, "next": "/invitation"})
    here.get("/connexion/code")
    answer = here.post("/connexion/code", {"code": code})
    assert answer.headers["Location"] == "/invitation"
    assert "Cercle fermé" in here.get("/invitation").text


def test_invitation_page_without_a_link_opened_before_says_to_open_it_again(app: Flask, cast: Cast) -> None:
    answer = Browser(app, MEMBER).get("/invitation")
    assert answer.status_code == 404
    assert "Ouvrez de nouveau le lien du courriel" in answer.text


def test_mail_names_only_what_its_author_may_still_open(app: Flask, cast: Cast) -> None:
    with app.app_context():
        invited(FACILITATOR, NEW, OPEN, PRIVATE, name="Léa")
        with transaction():
            place = membership_in(space(PRIVATE), loaded(FACILITATOR))
            assert place is not None
            place.role = Role.MEMBER
        path = f"/invitation/{secret_for(app, NEW)}"
        message = text_of(next(one for one in mails(app) if one["To"] == NEW))
    assert "Atelier ouvert" in message
    assert "Cercle fermé" not in message
    assert "Cercle fermé" not in Browser(app).get(path).text


@pytest.mark.parametrize(("days", "link_ends"), [(2, 2), (30, 14)])
def test_mail_of_a_guest_says_until_when_the_invitation_can_be_accepted(
    app: Flask, cast: Cast, days: int, link_ends: int
) -> None:
    with app.app_context():
        asked = now()
        until = asked + timedelta(days=days)
        invited(FACILITATOR, NEW, OPEN, kind=UserKind.GUEST, guest_until=until)
        told = text_of(mails(app)[0]).replace("’", "'")
        with force_locale("fr"):
            assert (
                f"ne sert qu'une fois, jusqu'au {format_date(asked + timedelta(days=link_ends), weekday=False)}."
                in told
            )
            assert f"Vous êtes invité jusqu'au {format_date(until, weekday=False)}." in told


def test_nothing_is_mailed_when_the_author_may_open_nothing_any_more(app: Flask, cast: Cast) -> None:
    with app.app_context():
        invited(FACILITATOR, "jamais@ville-nouvelle.example", PRIVATE)
        with transaction():
            place = membership_in(space(PRIVATE), loaded(FACILITATOR))
            assert place is not None
            place.role = Role.MEMBER
        assert "jamais@ville-nouvelle.example" not in {one["To"] for one in mails(app)}


def test_somebody_else_is_told_and_accepts_nothing(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, OUTSIDER, PRIVATE)
    here = Browser(app, MEMBER)
    assert "Quitter cette session" in here.get(path).text
    here.post(path, FORM)
    with app.app_context():
        assert written_to(OUTSIDER).accepted_at is None


def test_newcomer_whose_city_is_unknown_is_told_who_decides(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, NEW, PRIVATE)
    here = Browser(app)
    assert "L’équipe du réseau doit d’abord" in here.get(path).text
    assert here.post(path, FORM).status_code == 200
    with app.app_context():
        assert user_by_email(NEW) is None


def test_links_that_are_over_all_look_alike(app: Flask, cast: Cast) -> None:
    used, old = link(app, ADMIN, NEW), link(app, ADMIN, "vieux@ville.example")
    cancelled = link(app, ADMIN, "annule@ville.example")
    Browser(app).post(used, FORM)
    with app.app_context(), transaction():
        cancel(loaded(ADMIN), written_to("annule@ville.example"))
        written_to("vieux@ville.example").expires_at = now()
    answers = [app.test_client().get(path) for path in (used, old, cancelled, "/invitation/unknown")]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text.split("<h1>")[1].split('<div class="sign-in__help">')[0] for one in answers}) == 1


def test_deleted_space_leaves_a_sentence(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, NEW, OPEN, guest=True)
    with app.app_context(), transaction():
        space(OPEN).deleted_at = now()
    answer = Browser(app).get(path)
    assert answer.status_code == 404
    assert "Un espace de cette invitation n’existe plus." in answer.text
    assert "Atelier ouvert" not in answer.text


def test_closed_account_sees_the_same_page_as_an_unknown_link(app: Flask, cast: Cast) -> None:
    path = link(app, ADMIN, OUTSIDER)
    with app.app_context(), transaction():
        loaded(OUTSIDER).disabled_at = now()
    assert Browser(app).get(path).status_code == 404


def test_guest_access_ends_at_the_minute(app: Flask, cast: Cast) -> None:
    path = link(app, FACILITATOR, NEW, PRIVATE, guest=True)
    here = Browser(app)
    here.post(path, FORM)
    assert here.get(f"/espaces/{PRIVATE}").status_code == 200
    later = now() + timedelta(days=30, minutes=1)
    clock.set_clock(lambda: later)
    here.sign_in(NEW)
    assert here.get(f"/espaces/{PRIVATE}").status_code == 404
