"""Making a space from the screen: who may, what is refused, what is kept."""

from __future__ import annotations

import pytest
from flask import Flask

from app.extensions import db
from app.spaces.models import JoinPolicy, Role, Space, Visibility
from app.spaces.operations import membership_in
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, loaded, space_called, work

NEW = "/espaces/nouveau"
FORM = {"name": "Médiation de nuit", "visibility": "request", "join_policy": "request", "purpose": "**Veiller**"}


def test_administrator_makes_a_space_and_runs_it(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    assert NEW in browser.get("/espaces").text
    answer = browser.post(NEW, {**FORM, "short_name": "Nuit", "welcome": "Bienvenue."})
    assert answer.headers["Location"] == "/espaces/mediation-de-nuit"
    with app.app_context():
        space = space_called("mediation-de-nuit")
        assert (space.visibility, space.join_policy) == (Visibility.REQUEST, JoinPolicy.REQUEST)
        assert (space.short_name, space.purpose_html) == ("Nuit", "<p><strong>Veiller</strong></p>")
        found = membership_in(space, loaded(ADMIN))
        assert found is not None
        assert found.role == Role.FACILITATOR


@pytest.mark.parametrize("words", [FACILITATOR, "faustine DELMAS", f" {FACILITATOR.upper()} "])
def test_administrator_names_who_runs_it_by_address_or_by_name(app: Flask, cast: Cast, words: str) -> None:
    sent = {**FORM, "visibility": "open", "facilitator": words}
    answer = Browser(app, ADMIN).post(NEW, sent)
    assert answer.headers["Location"] == "/espaces/mediation-de-nuit"
    with app.app_context():
        assert membership_in(space_called("mediation-de-nuit"), loaded(ADMIN)) is None
        assert membership_in(space_called("mediation-de-nuit"), loaded(FACILITATOR)) is not None
    work(app)
    told = app.extensions["mail_transport"].messages()
    assert [(mail["To"], mail["Subject"]) for mail in told] == [(FACILITATOR, "Vous animez « Médiation de nuit »")]


@pytest.mark.parametrize("visibility", ["private", "request"])
def test_closed_space_made_for_others_sends_its_maker_back_to_the_list(app: Flask, cast: Cast, visibility: str) -> None:
    sent = {**FORM, "visibility": visibility, "join_policy": "invitation", "facilitator": FACILITATOR}
    browser = Browser(app, ADMIN)
    assert browser.post(NEW, sent).headers["Location"] == "/espaces"
    assert "Faustine Delmas l’anime" in browser.get("/espaces").text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Donnez un nom"),
        ({"name": "\u202e!"}, "Donnez un nom"),
        ({"name": "e" * 300}, "160 caractères au plus"),
        ({"visibility": "private"}, "On n’entre dans un espace privé que sur invitation"),
        ({"visibility": "secret"}, "field--error"),
        ({"facilitator": "Personne"}, "Aucun membre du réseau n’a exactement ce nom"),
        ({"facilitator": GUEST}, "Aucun membre du réseau n’a exactement ce nom"),
        ({"purpose": "a" * 20_001}, "20000 caractères au plus"),
    ],
)
def test_refused_space_comes_back_with_its_words(
    app: Flask, cast: Cast, changed: dict[str, str], sentence: str
) -> None:
    answer = Browser(app, ADMIN).post(NEW, {**FORM, "summary": "Une phrase gardée.", **changed})
    assert answer.status_code == 422
    assert "Une phrase gardée." in answer.text
    assert "error-summary" in answer.text
    assert sentence in answer.text.replace("'", "’").replace("&#39;", "’").replace("\xa0", " ")


def test_name_written_from_right_to_left_makes_a_space(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    answer = browser.post(NEW, {**FORM, "name": "أمن المدن \u202eevil"})
    assert answer.headers["Location"] == "/espaces/evil"
    assert "\u202e" not in browser.get("/espaces/evil").text


def test_draft_of_a_new_space_is_kept_then_dropped(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    assert browser.post("/brouillons", {"key": NEW, "name": "À finir"}).status_code == 200
    assert "À finir" in browser.get(NEW).text
    browser.post(NEW, FORM)
    assert "À finir" not in browser.get(NEW).text


def test_nobody_else_makes_a_space(app: Flask, cast: Cast) -> None:
    for email in (FACILITATOR, MEMBER, OUTSIDER, GUEST):
        browser = Browser(app, email)
        assert NEW not in browser.get("/espaces").text
        assert browser.get(NEW).status_code == 403
        assert browser.post(NEW, FORM).status_code == 404
    with app.app_context():
        assert db.session.query(Space).count() == 3


def test_taken_name_is_numbered_in_silence(app: Flask, cast: Cast) -> None:
    sent = {**FORM, "name": "Cercle fermé"}
    assert Browser(app, ADMIN).post(NEW, sent).headers["Location"] == f"/espaces/{PRIVATE}-2"


def test_preview_shows_safe_html(app: Flask, cast: Cast) -> None:
    answer = Browser(app, MEMBER).post("/espaces/apercu", {"body": "**Gras** <script>x</script>"})
    assert "<strong>Gras</strong>" in answer.text
    assert "<script" not in answer.text
