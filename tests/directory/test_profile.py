"""One's own profile: what may be said, what is refused and how, and what is never presumed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.directory.operations import split_subjects
from app.extensions import db
from tests.people import FACILITATOR, GUEST, MEMBER, OUTSIDER, Cast
from tests.support import Browser, loaded

PAGE = "/moi/profil"
SAID = {
    "name": "Malik Benali",
    "function": "Coordonnateur du CLSPD",
    "mandate": "agent",
    "mandate_start": "2020-07-03",
    "mandate_end": "2026-03-15",
    "spoken_languages": ["fr", "ar"],
    "subjects": "Médiation sociale, vidéoprotection\nmediation sociale",
    "about": "Deux lignes,\nici.",
    "phone": "+33 2 40 00 00 00",
    "email_shown_to": "spaces",
    "phone_shown_to": "network",
    "photo_shown_to": "nobody",
    "seen_version": "1",
}


def _send(here: Browser, **changed: Any) -> Any:
    return here.post(PAGE, {**SAID, **changed})


def test_what_is_said_is_kept(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    assert _send(here).status_code == 302
    with app.app_context():
        me = loaded(MEMBER)
        kept = (me.mandate, str(me.mandate_start), str(me.mandate_end), me.spoken_languages, me.about, me.phone)
        assert kept == ("agent", "2020-07-03", "2026-03-15", ["fr", "ar"], "Deux lignes,\nici.", "+33 2 40 00 00 00")
        assert [one.label for one in me.expertise] == ["Médiation sociale", "vidéoprotection"]
        assert (me.email_shown_to, me.phone_shown_to, me.photo_shown_to) == ("spaces", "network", "nobody")
        assert (me.edit_version, me.in_directory, me.directory_answered_at) == (2, False, None)
    page = here.get(PAGE).get_data(as_text=True)
    assert 'value="2020-07-03"' in page
    assert "Médiation sociale, vidéoprotection" in page


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [
        ("name", " ", "Indiquez votre nom."),
        ("mandate_end", "2019-01-01", "La fin vient avant le début"),
        ("mandate_start", "le trois", "Écrivez la date comme ceci"),
        ("mandate_start", "1066-10-14", "Vérifiez l’année"),
        ("mandate_start", "2059-01-01", "trop loin dans l’avenir"),
        ("mandate_end", "9999-12-31", "Vérifiez l’année"),
        ("mandate", "", "Dites d’abord à quel titre"),
        ("phone", "appelez-moi", "Écrivez ce numéro avec des chiffres"),
        ("about", "x" * 2001, "Ce texte est trop long"),
        ("subjects", ", ".join(f"sujet {n}" for n in range(16)), "Gardez 15 sujets au plus."),
        ("subjects", "x" * 90, "Un de ces sujets est trop long"),
        ("email_shown_to", "world", "Choisissez parmi ce qui est proposé."),
        ("spoken_languages", ["tlh"], "Choisissez parmi ce qui est proposé."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    app: Flask, cast: Cast, browser: Any, field: str, typed: Any, answer: str
) -> None:
    here = browser(MEMBER)
    refused = _send(here, **{field: typed})
    page = refused.get_data(as_text=True).replace("\u00a0", " ")
    assert (refused.status_code, answer in page) == (422, True)
    assert "+33 2 40 00 00 00" in page or field == "phone"
    with app.app_context():
        assert loaded(MEMBER).edit_version == 1


def test_choice_that_was_not_offered_is_refused_in_english_too(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    here.post("/langue", {"lang": "en"})
    for typed in ({"email_shown_to": "world"}, {"mandate": "king"}, {"spoken_languages": ["tlh"]}):
        assert "Choose from what is offered." in _send(here, **typed).text


def test_two_windows_lose_nothing(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    _send(here)
    late = _send(here, about="Mon autre texte")
    page = late.get_data(as_text=True)
    assert (late.status_code, "Mon autre texte" in page, 'name="seen_version" type="hidden" value="2"' in page) == (
        409,
        True,
        True,
    )
    assert _send(here, about="Mon autre texte", seen_version="2").status_code == 302


def test_what_is_being_typed_outlives_a_photo_sent_from_the_same_page(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    here.get("/moi/profil")
    here.post("/brouillons?key=/moi/profil", {"about": "En cours de frappe", "mandate": "partner", "seen_version": "1"})
    for files, status in (({}, 422), ({"photo": (io.BytesIO(b"x"), "moi.png")}, 422), ({"retirer": "1"}, 302)):
        answer = here.post("/moi/profil/photo", files)
        assert answer.status_code == status
        shown = answer.text if status != 302 else here.get("/moi/profil").text
        assert "En cours de frappe" in shown
        assert re.search(r'<option selected value="partner"|<input checked[^>]*value="partner"', shown)
    assert _send(here, about="Mon texte").status_code == 302
    assert "En cours de frappe" not in here.get("/moi/profil").text


def test_journal_says_what_changed_and_not_the_words(app: Flask, cast: Cast, browser: Any) -> None:
    _send(browser(MEMBER), mandate="", mandate_start="", mandate_end="", phone="")
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "profile.changed")).one()
        assert sorted(line.detail["fields"]) == [
            "about",
            "email_shown_to",
            "expertise",
            "phone_shown_to",
            "photo_shown_to",
            "spoken_languages",
        ]


def test_unchanged_profile_leaves_no_trace(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    _send(here)
    _send(here, seen_version="2")
    with app.app_context():
        assert loaded(MEMBER).edit_version == 2


def test_directory_is_asked_once_and_both_answers_are_kept(app: Flask, cast: Cast, browser: Any) -> None:
    asked = "Voulez-vous figurer dans l’annuaire"
    for who, answer in ((MEMBER, "oui"), (OUTSIDER, "non")):
        here = browser(who)
        assert asked in here.get("/").get_data(as_text=True)
        assert here.post("/moi/annuaire", {"figurer": answer, "next": "/"}).headers["Location"] == "/"
        assert asked not in here.get("/").get_data(as_text=True)
        with app.app_context():
            assert (loaded(who).in_directory, loaded(who).directory_answered_at is None) == (answer == "oui", False)


def test_guests_are_not_asked_and_cannot_enter_the_directory(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(GUEST)
    assert "figurer" not in here.get("/").get_data(as_text=True)
    assert "Tous les membres du réseau" not in here.get(PAGE).get_data(as_text=True)
    assert here.post("/moi/annuaire", {"figurer": "oui"}).status_code == 404
    _send(here, name="Gaspard Roy", phone_shown_to="network")
    with app.app_context():
        assert loaded(GUEST).phone_shown_to == "spaces"


def test_subjects_are_suggested_from_those_one_may_see(app: Flask, cast: Cast, browser: Any) -> None:
    _send(browser(FACILITATOR), name="Faustine Delmas", subjects="zorglubique")
    assert "zorglubique" in browser(MEMBER).get(PAGE).get_data(as_text=True)
    assert "zorglubique" in browser(GUEST).get(PAGE).get_data(as_text=True)
    assert "zorglubique" not in browser(OUTSIDER).get(PAGE).get_data(as_text=True)
    with app.app_context(), transaction():
        loaded(FACILITATOR).in_directory = True
    assert "zorglubique" in browser(OUTSIDER).get(PAGE).get_data(as_text=True)


def test_subjects_are_cut_at_commas_and_lines_each_once() -> None:
    assert split_subjects(" Drogues ,\n#Médiation; mediation\n,, — ") == ["Drogues", "Médiation"]


def test_new_people_are_not_presumed_in_the_directory(context: Flask, cast: Cast) -> None:
    assert set(db.session.execute(select(User.in_directory, User.directory_answered_at)).all()) == {(False, None)}
