"""The charter: published in versions, asked once each, never in the way of what somebody is sending."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.charter import accept_charter, publish_charter
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import DomainError
from app.extensions import db
from tests.people import ADMIN, GUEST, MEMBER, OPEN, Cast
from tests.support import loaded

pytestmark = pytest.mark.usefixtures("cast")


def publish(app: Flask, text: str = "On **écoute** d'abord.") -> None:
    with app.app_context(), transaction():
        publish_charter(text, loaded(ADMIN))


@pytest.mark.parametrize("email", [MEMBER, GUEST])
def test_nobody_goes_on_before_accepting_the_charter_in_force(app: Flask, browser: Any, email: str) -> None:
    here = browser(email)
    assert here.get("/espaces").status_code == 200
    publish(app)
    answer = here.get("/recherche?q=nuit")
    assert answer.headers["Location"] == "/charte/accepter?next=/recherche?q%3Dnuit"
    page = here.get(answer.headers["Location"])
    assert "<strong>écoute</strong>" in page.get_data(as_text=True)
    accepted = here.post("/charte/accepter", {"n": "1", "next": "/recherche?q=nuit"})
    assert accepted.headers["Location"] == "/recherche?q=nuit"
    assert here.get("/espaces").status_code == 200


def test_new_version_is_asked_again_and_only_the_one_in_force_counts(app: Flask, browser: Any) -> None:
    publish(app)
    here = browser(MEMBER)
    here.get("/charte/accepter")
    here.post("/charte/accepter", {"n": "1"})
    publish(app, "On écoute, puis on parle.")
    assert here.get("/").status_code == 302
    late = here.post("/charte/accepter", {"n": "1"})
    assert (late.status_code, "vient de changer" in late.get_data(as_text=True)) == (422, True)
    assert here.post("/charte/accepter", {"n": "2"}).status_code == 302
    with app.app_context():
        kept = db.session.execute(select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.id)).all()
        said = [(action, detail["n"]) for action, detail in kept if action.startswith("charter.")]
        published, accepted = "charter.published", "charter.accepted"
        by_ada, by_malik = (accepted, 1), (accepted, 1)
        first = [(published, 1), by_ada, by_malik]
        assert said == [*first, (published, 2), (accepted, 2), (accepted, 2)]


def test_what_is_being_sent_goes_through(app: Flask, browser: Any, cast: Cast) -> None:
    here = browser(MEMBER)
    here.get(f"/espaces/{OPEN}/discussions/nouvelle")
    publish(app)
    words = {"title": "Une question", "body": "Un texte long à écrire", "audience": "space"}
    sent = here.post(f"/espaces/{OPEN}/discussions/nouvelle", words)
    assert (sent.status_code, "/discussions/" in sent.headers["Location"]) == (302, True)
    kept = here.post("/brouillons", {"key": "/x", "body": "y"}, headers={"X-Requested-With": "fetch"})
    assert kept.status_code < 300


def test_ways_out_stay_open(app: Flask, browser: Any) -> None:
    publish(app)
    here = browser(MEMBER)
    for path in ("/charte", "/donnees-personnelles", "/accessibilite", "/healthz", "/charte?version=1"):
        assert here.get(path).status_code == 200, path
    here.get("/charte/accepter")
    assert here.post("/langue", {"lang": "en", "next": "/charte/accepter"}).status_code == 302
    assert "I accept the charter" in here.get("/charte/accepter").get_data(as_text=True)
    assert here.post("/deconnexion").status_code == 302


def test_who_does_not_accept_still_takes_their_data_away_and_leaves(app: Flask, browser: Any) -> None:
    publish(app)
    here = browser(MEMBER)
    assert 'href="/moi/donnees"' in here.get("/charte/accepter").get_data(as_text=True)
    for path in ("/moi/donnees", "/moi/donnees/effacer"):
        assert here.get(path).status_code == 200, path
    assert here.post("/moi/donnees/copie").headers["Location"] == "/moi/donnees"
    assert here.get("/moi").headers["Location"].startswith("/charte/accepter")


def test_accepting_leads_nowhere_else(app: Flask, browser: Any) -> None:
    publish(app)
    here = browser(MEMBER)
    here.get("/charte/accepter?next=//evil.test/")
    answer = here.post("/charte/accepter", {"n": "1", "next": "//evil.test/"})
    assert answer.headers["Location"] == "/"
    assert here.get("/charte/accepter?next=/%09/evil.test").headers["Location"] == "/"


@pytest.mark.parametrize("number", ["", "0", "-1", "2", "abc", "9" * 30])
def test_odd_versions_are_not_accepted(app: Flask, browser: Any, number: str) -> None:
    publish(app)
    here = browser(MEMBER)
    here.get("/charte/accepter")
    assert here.post("/charte/accepter", {"n": number}).status_code == 422
    assert here.get(f"/charte?version={number or 'x'}").status_code in {200, 404}


def test_administrator_publishes_and_sees_the_versions(app: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    assert here.post("/administration/charte", {"source": "   "}).status_code == 422
    assert here.post("/administration/charte", {"source": "Premier texte"}).status_code == 302
    same = here.post("/administration/charte", {"source": "Premier texte"})
    assert (same.status_code, "déjà celui" in same.get_data(as_text=True)) == (422, True)
    assert "Version 1" in here.get("/administration/charte").get_data(as_text=True)
    assert "Premier texte" in browser().get("/charte").get_data(as_text=True)


def test_empty_charter_is_refused(context: Flask) -> None:
    with pytest.raises(DomainError), transaction():
        publish_charter(" \n ", None)


def test_accepting_twice_is_accepting_once(context: Flask) -> None:
    with transaction():
        publish_charter("Un texte", None)
    for _ in range(2):
        with transaction():
            accept_charter(loaded(MEMBER), 1)
    accepted = select(AuditEntry).where(AuditEntry.action == "charter.accepted")
    assert len(db.session.scalars(accepted).all()) == 1


def test_first_version_begins_with_the_text_in_force(app: Flask, browser: Any) -> None:
    in_force = browser(ADMIN).get("/charte").get_data(as_text=True)
    assert "<h2>Les invités</h2>" in in_force
    assert '<a href="mailto:contact@reseau.example"' in in_force
    editor = browser(ADMIN).get("/administration/charte").get_data(as_text=True)
    assert "# Les invités" in editor
    browser(ADMIN).post("/langue", {"lang": "en", "next": "/"})
    assert "# Les invités" in browser(ADMIN).get("/administration/charte").get_data(as_text=True)
    assert "<h2>Guests</h2>" in browser(ADMIN).get("/charte").get_data(as_text=True)
