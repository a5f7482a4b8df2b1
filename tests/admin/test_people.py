"""The list of people: searched, narrowed, given away."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import User, UserKind
from app.accounts.operations import create_user
from app.admin.roster import Group
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.spaces.models import Space
from tests.people import ADMIN, FORMER, GUEST, MEMBER, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, CountedStatements, loaded

PEOPLE = "/administration/personnes"


def names(page: str) -> list[str]:
    return re.findall(r'class="person__name"><a [^>]*>([^<]+)<', page)


def names_of(browser: Browser, **asked: str) -> list[str]:
    return names(browser.get(PEOPLE, query_string=asked).get_data(as_text=True))


def test_everybody_is_listed_by_name(app: Flask, cast: Cast) -> None:
    assert names_of(Browser(app, ADMIN)) == [
        "Ada Lorrain",
        "Alix Thibault",
        "Émile Noir",
        "Faustine Delmas",
        "Félix Morvan",
        "Gaspard Roy",
        "Georgia Blanc",
        "Malik Benali",
        "Odile Kervella",
        "Rozenn Le Goff",
    ]


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("emile", ["Émile Noir"]),
        ("ÉMILE noir", ["Émile Noir"]),
        ("port elvain", ["Malik Benali"]),
        ("Port-Elvain malik", ["Malik Benali"]),
        ("odile@lanvallec.example", ["Odile Kervella"]),
        ("100%", []),
        ("' OR 1=1 --", []),
    ],
)
def test_words_are_looked_for_in_names_cities_and_addresses(
    app: Flask, cast: Cast, words: str, found: list[str]
) -> None:
    assert names_of(Browser(app, ADMIN), q=words) == found


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("group", "found"),
    [
        ("administrateurs", ["Ada Lorrain", "Alix Thibault"]),
        ("animateurs", ["Faustine Delmas"]),
        ("invites", ["Émile Noir", "Gaspard Roy", "Georgia Blanc"]),
        ("referents", ["Rozenn Le Goff"]),
        ("fermes", ["Félix Morvan"]),
    ],
)
def test_list_is_narrowed_to_a_role(app: Flask, cast: Cast, group: str, found: list[str]) -> None:
    assert names_of(Browser(app, ADMIN), role=group) == found


def test_those_who_have_not_come_for_a_year_are_found(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        loaded(OUTSIDER).last_seen_at = now() - timedelta(days=400)
        loaded(FORMER).last_seen_at = now() - timedelta(days=400)
    page = Browser(app, ADMIN).get(f"{PEOPLE}?role=inactifs").get_data(as_text=True)
    assert names(page) == ["Odile Kervella"]
    assert "<b>1</b>sans connexion depuis un an" in page


def test_list_is_narrowed_to_a_space_and_counts_places_that_run(app: Flask, cast: Cast) -> None:
    with app.app_context():
        closed = db.session.scalars(select(Space).where(Space.slug == PRIVATE)).one().public_id
    assert names_of(Browser(app, ADMIN), espace=closed) == ["Faustine Delmas", "Georgia Blanc", "Malik Benali"]
    assert names_of(Browser(app, ADMIN), espace="nosuchid12") == []


def test_end_of_a_guest_is_said(app: Flask, cast: Cast) -> None:
    page = Browser(app, ADMIN).get(f"{PEOPLE}?role=invites").get_data(as_text=True)
    assert page.count("Invité jusqu’au") == 2
    assert page.count("Invité, accès terminé") == 1


@pytest.mark.parametrize(
    "address", ["?page=0", "?page=9999999999", "?page=x", "?role=x&espace=%00&q=%00", "?q=" + "a" * 9000]
)
def test_odd_addresses_give_a_page(app: Flask, cast: Cast, address: str) -> None:
    assert Browser(app, ADMIN).get(PEOPLE + address).status_code == 200


def test_number_of_statements_does_not_grow_with_people(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    browser.get(PEOPLE)
    with CountedStatements(app) as few:
        browser.get(f"{PEOPLE}?q=malik")
    with app.app_context(), transaction():
        for number in range(30):
            create_user(f"p{number}@example.org", f"Personne {number}")
    with CountedStatements(app) as many:
        browser.get(PEOPLE)
    assert len(many) == len(few)


def test_export_holds_what_was_asked_and_is_journalled(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        create_user("f@example.org", "=1+1", function="@SUM(A1)", kind=UserKind.GUEST)
    answer = Browser(app, ADMIN).post(f"{PEOPLE}/export", {"q": "1"})
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeffNom;Adresse de courriel;")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[:3] for row in rows[1:]] == [["'=1+1", "f@example.org", "'@SUM(A1)"]]
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "people.exported")).one()
        assert (entry.person_id, entry.detail) == (loaded(ADMIN).id, {"rows": 1, "searched": True})


def test_journal_keeps_how_an_export_was_narrowed_and_never_the_words_searched(app: Flask, cast: Cast) -> None:
    Browser(app, ADMIN).post(f"{PEOPLE}/export", {"q": "zorglub", "role": Group.REFERENTS.value})
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "people.exported")).one()
        assert entry.detail == {"rows": 0, "searched": True, "role": Group.REFERENTS}
    assert "zorglub" not in Browser(app, ADMIN).get("/administration/journal").text


def test_exports_are_limited(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    answers = [browser.post(f"{PEOPLE}/export", {"q": "malik"}).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]


def test_others_learn_nothing(app: Flask, cast: Cast) -> None:
    for who in (MEMBER, GUEST):
        assert Browser(app, who).get(PEOPLE).status_code == 403
        assert Browser(app, who).post(f"{PEOPLE}/export").status_code == 404


def test_erased_accounts_are_not_listed(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(User).where(User.email == FORMER)).one().erased_at = now()
    assert "Félix Morvan" not in names_of(Browser(app, ADMIN))
