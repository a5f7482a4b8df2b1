"""The journal: read in words, narrowed, given away; nobody learns from it what a closed space holds."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.entering import LINK, PASSWORD, SSO
from app.accounts.operations import disable
from app.admin.journal_filter import families
from app.core.audit import ACTIONS, AuditEntry, record
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, remove_resource, share_resource
from app.spaces.entering import enter_space
from app.spaces.models import Role
from app.spaces.operations import add_member
from tests.people import ADMIN, ENTERED, FACILITATOR, FORMER, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import CountedStatements, loaded, space_called

JOURNAL = "/administration/journal"
REASON = "Un message signalé ce matin"


def _details(title: str) -> ResourceDetails:
    return ResourceDetails.of(kind="report", title=title)


@pytest.fixture
def lived(app: Flask, cast: Cast) -> None:
    """A few things that happened."""
    with app.app_context():
        with transaction():
            add_member(space_called(OPEN), loaded(OUTSIDER), by=loaded(FACILITATOR))
        with transaction():
            add_member(space_called(OPEN), loaded(OUTSIDER), role=Role.FACILITATOR, by=loaded(FACILITATOR))
        with transaction():
            enter_space(loaded(ADMIN), space_called(PRIVATE), REASON, now() + timedelta(hours=1))
        for slug in (OPEN, REQUEST):
            with transaction():
                share_resource(
                    loaded(FACILITATOR),
                    space_called(slug),
                    _details(f"Rapport zorglub {slug}"),
                )


def _text(answer: Any) -> str:
    return str(answer.text).replace("\u00a0", " ").replace("’", "'")


def test_journal_says_who_did_what_on_what(lived: None, browser: Any) -> None:
    page = _text(browser(ADMIN).get(JOURNAL))
    for words in (
        "Participation ajoutée ou modifiée",
        "rôle : de « membre » à « animateur »",
        "Odile Kervella",
        "Entrée d'un administrateur dans un espace",
        "Cercle fermé",
        f"motif : {REASON}",
        "« Rapport zorglub atelier-ouvert », dans « Atelier ouvert »",
        "Une ressource, dans « Vie nocturne »",
    ):
        assert words in page, words
    assert "zorglub vie-nocturne" not in page
    assert "zorglub vie-nocturne" in _text(browser(ENTERED).get(JOURNAL))


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("asked", "there", "absent"),
    [
        ("action=space", "Entrée d'un administrateur", "Ressource partagée<"),
        ("action=space.entered", "Entrée d'un administrateur", "Participation ajoutée ou modifiée</td>"),
        ("personne=delmas", "Ressource partagée", "Ada Lorrain"),
        ("personne=ada@reseau", "Cercle fermé", "Faustine Delmas"),
        ("personne=Lorrain ÀDA", "Cercle fermé", "Faustine Delmas"),
        ("objet=fermé cercle", "Cercle fermé", "Atelier ouvert"),
        ("objet=cercle", "Cercle fermé", "Atelier ouvert"),
        ("objet=vie-nocturne", "Une ressource, dans", "Atelier ouvert"),
        ("objet=kervella", "Participation ajoutée", "Entrée d'un administrateur dans un espace</td>"),
    ],
)
def test_journal_is_narrowed(lived: None, browser: Any, asked: str, there: str, absent: str) -> None:
    page = _text(browser(ADMIN).get(f"{JOURNAL}?{asked}"))
    table = page[page.index('id="lines"') :]
    assert (there in table, absent in table) == (True, False)


def test_days_are_those_of_the_reader(app: Flask, cast: Cast, browser: Any) -> None:
    zone = ZoneInfo("Pacific/Auckland")
    with app.app_context(), transaction():
        loaded(ADMIN).timezone = "Pacific/Auckland"
        for hour in (0, 23):
            at = datetime(2026, 3, 9, hour, 30, tzinfo=zone).astimezone(UTC)
            db.session.add(AuditEntry(at=at, action="user.signed_in", detail={}))
    ada = browser(ADMIN)
    counts = {
        day: _text(ada.get(f"{JOURNAL}?du={day}&au={day}")).count('data-label="Quoi"')
        for day in ("2026-03-08", "2026-03-09", "2026-03-10")
    }
    assert counts == {"2026-03-08": 0, "2026-03-09": 2, "2026-03-10": 0}


@pytest.mark.parametrize(
    "asked",
    [
        "action=%00",
        "action=zz",
        "du=hier",
        "du=2026-13-45",
        "du=9999-12-31&au=9999-12-31",
        "objet=%25_",
        "personne=" + "é" * 900,
        "page=99999",
        "au=0001-01-01",
        "objet=" + "'" * 50,
    ],
)
def test_odd_filters_are_no_errors(lived: None, browser: Any, asked: str) -> None:
    assert browser(ADMIN).get(f"{JOURNAL}?{asked}").status_code in {200, 400}


def test_nothing_found_is_said(lived: None, browser: Any) -> None:
    assert "Aucune ligne ne correspond" in browser(ADMIN).get(f"{JOURNAL}?personne=personne-de-ce-nom").text


def test_every_action_stands_in_a_family_with_a_name(context: Flask) -> None:
    assert [key for key, name, _actions in families() if key == name] == []
    told = {action for _key, _name, actions in families() for action, _words in actions}
    assert told == set(ACTIONS)


def test_number_of_statements_does_not_grow_with_the_lines(app: Flask, lived: None, browser: Any) -> None:
    ada, counts = browser(ADMIN), []
    for _twice in range(2):
        ada.get(JOURNAL)
        with CountedStatements(app) as counted:
            ada.get(JOURNAL)
        counts.append(len(counted))
        with app.app_context():
            for email in (MEMBER, OUTSIDER, FORMER):
                with transaction():
                    share_resource(loaded(FACILITATOR), space_called(OPEN), _details(email))
                    add_member(space_called(REQUEST), loaded(email), by=loaded(FACILITATOR))
    assert counts[0] == counts[1]


def _exported(answer: Any) -> list[list[str]]:
    text = answer.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_export_holds_the_lines_asked_for_and_is_journalled(app: Flask, lived: None, browser: Any) -> None:
    ada = browser(ADMIN)
    rows = _exported(ada.post(f"{JOURNAL}/export", {"action": "space.entered"}))
    assert [row[1:3] for row in rows[1:]] == [["Ada Lorrain", rows[1][2]]]
    assert "Cercle fermé" in rows[1][3]
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "journal.exported")).one()
        assert line.detail == {"rows": 1}
    assert ada.get(f"{JOURNAL}/export").status_code == 405


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", ["moyen : autre service de connexion", "moyen : lien reçu par courriel", "moyen : mot de passe"]),
        ("en", ["method: another sign-in service", "method: link received by e-mail", "method: password"]),
    ],
)
def test_journal_says_how_somebody_signed_in(
    app: Flask, cast: Cast, browser: Any, language: str, told: list[str]
) -> None:
    with app.app_context(), transaction():
        for way in (PASSWORD, LINK, SSO):
            record("user.signed_in", loaded(OUTSIDER), loaded(OUTSIDER), way=way)
    ada = browser(ADMIN)
    ada.post("/langue", {"lang": language})
    page = _text(ada.get(f"{JOURNAL}?action=user.signed_in"))
    assert [words for words in told if words not in page] == []
    rows = _exported(ada.post(f"{JOURNAL}/export", {"action": "user.signed_in"}))
    assert [row[4].replace("\u00a0", " ") for row in rows[1:]] == told


def test_export_runs_no_formula(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context():
        with transaction():
            loaded(OUTSIDER).name = "=1+1"
        with transaction():
            record("user.signed_in", loaded(OUTSIDER), loaded(OUTSIDER))
    rows = _exported(browser(ADMIN).post(f"{JOURNAL}/export", {"action": "user.signed_in"}))
    assert rows[1][1] == "'=1+1"


def test_removal_tells_no_reason_nor_title_to_the_administration(app: Flask, lived: None, browser: Any) -> None:
    with app.app_context():
        public_id = db.session.scalars(select(Resource.id).where(Resource.title.contains(REQUEST))).one()
        with transaction():
            resource = db.session.get(Resource, public_id)
            assert resource is not None
            remove_resource(loaded(FACILITATOR), resource, "Parce que zorglub")
    assert "zorglub" not in _text(browser(ADMIN).get(f"{JOURNAL}?objet=vie-nocturne"))
    assert "Parce que zorglub" in _text(browser(FACILITATOR).get(f"/espaces/{REQUEST}/journal"))


def test_erased_account_keeps_its_lines_without_its_name(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context():
        with transaction():
            disable(loaded(MEMBER), loaded(MEMBER))
        with transaction():
            loaded(MEMBER).erased_at = now()
    page = _text(browser(ADMIN).get(f"{JOURNAL}?action=user.disabled"))
    assert ("Malik" in page, "Ancien membre" in page) == (False, True)


def test_those_who_run_a_space_learn_of_no_other_from_its_journal(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context():
        with transaction():
            add_member(space_called(OPEN), loaded(OUTSIDER), role=Role.FACILITATOR, by=loaded(ADMIN))
            resource = share_resource(loaded(FACILITATOR), space_called(OPEN), _details("Rapport"))
        with transaction():
            spaces = {"from_space": cast.spaces[PRIVATE], "to_space": cast.spaces[OPEN]}
            record("resource.edited", loaded(FACILITATOR), db.session.get(Resource, resource.id), **spaces)
    assert "Cercle fermé" in _text(browser(FACILITATOR).get(f"/espaces/{OPEN}/journal"))
    assert "Cercle fermé" not in _text(browser(OUTSIDER).get(f"/espaces/{OPEN}/journal"))


def test_refused_sign_in_of_nobody_known_names_nobody(app: Flask, cast: Cast, browser: Any) -> None:
    nobody = browser()
    nobody.get("/connexion")
    nobody.post("/connexion", {"email": "personne@ailleurs.example", "password": "quatre mots sans lien"})
    page = _text(browser(ADMIN).get(f"{JOURNAL}?action=user.sign_in_refused"))
    assert "Personne non identifiée" in page


def test_journal_of_a_space_does_not_repeat_its_name_on_each_line(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context(), transaction():
        share_resource(loaded(FACILITATOR), space_called(PRIVATE), _details("Rapport"))
    inside = _text(browser(FACILITATOR).get(f"/espaces/{PRIVATE}/journal"))
    assert "« Rapport »" in inside
    assert "dans « Cercle" not in inside
    assert "dans « Cercle fermé »" in _text(browser(ADMIN).get(JOURNAL))


def test_those_who_run_a_space_read_its_part_of_the_journal(lived: None, browser: Any) -> None:
    page = _text(browser(FACILITATOR).get(f"/espaces/{PRIVATE}/journal"))
    table = page[page.index('id="lines"') :]
    assert all(words in table for words in ("Ada Lorrain", "Entrée d'un administrateur", REASON))
    assert "Atelier ouvert" not in table
    assert f'href="/espaces/{PRIVATE}/journal" aria-current="page"' in page
