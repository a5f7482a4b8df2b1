"""The people of a space: roles, removal, additions, requests and their answers."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import ShownTo, User
from app.core.db import transaction
from app.extensions import db
from app.spaces.models import Membership, Role
from app.spaces.operations import membership_in
from app.spaces.views.people import ADDRESSES
from tests.people import (
    ADMIN,
    ENTERED,
    FACILITATOR,
    FORMER,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
    Cast,
)
from tests.support import Browser, CountedStatements, loaded, space_called, work


def _role(app: Flask, slug: str, email: str) -> str | None:
    with app.app_context():
        found = membership_in(space_called(slug), loaded(email))
        return found.role if found else None


def _at(app: Flask, slug: str, email: str, action: str, what: str = "membres") -> str:
    with app.app_context():
        return f"/espaces/{slug}/{what}/{loaded(email).public_id}/{action}"


def _mails(app: Flask) -> list[EmailMessage]:
    work(app)
    found: list[EmailMessage] = app.extensions["mail_transport"].messages()
    return found


def test_facilitator_hands_the_running_over_then_leaves(app: Flask, cast: Cast) -> None:
    browser = Browser(app, FACILITATOR)
    assert browser.get(f"/espaces/{PRIVATE}/quitter").text.count("Confier l’animation") == 1
    assert browser.post(f"/espaces/{PRIVATE}/quitter").status_code == 409
    assert browser.post(_at(app, PRIVATE, MEMBER, "role"), {"role": "facilitator"}).status_code == 302
    assert _role(app, PRIVATE, MEMBER) == Role.FACILITATOR
    told = _mails(app)
    assert [(mail["To"], mail["Subject"]) for mail in told] == [(MEMBER, "Vous animez un espace")]
    body = told[0].get_body(("plain",))
    assert body is not None
    assert "Vous animez désormais l’espace «\u00a0Cercle fermé\u00a0»" in body.get_content()
    assert browser.post(f"/espaces/{PRIVATE}/quitter").status_code == 302
    assert _role(app, PRIVATE, FACILITATOR) is None


def test_last_facilitator_is_neither_demoted_nor_removed(app: Flask, cast: Cast) -> None:
    admin = Browser(app, ENTERED)
    for action, sent in (("role", {"role": "member"}), ("retirer", {})):
        answer = admin.post(_at(app, PRIVATE, FACILITATOR, action), sent, follow_redirects=True)
        assert "Confiez d’abord l’animation à un autre membre" in answer.text
    assert _role(app, PRIVATE, FACILITATOR) == Role.FACILITATOR


def test_guest_never_runs_a_space_and_odd_roles_are_unknown(app: Flask, cast: Cast) -> None:
    browser = Browser(app, FACILITATOR)
    answer = browser.post(_at(app, OPEN, GUEST, "role"), {"role": "facilitator"}, follow_redirects=True)
    assert "Un invité ne peut pas animer" in answer.text
    assert browser.post(_at(app, OPEN, MEMBER, "role"), {"role": "king"}).status_code == 404
    assert browser.post(_at(app, OPEN, OUTSIDER, "role"), {"role": "facilitator"}).status_code == 404


def test_changing_a_role_keeps_the_end_of_an_access(app: Flask, cast: Cast) -> None:
    Browser(app, FACILITATOR).post(_at(app, OPEN, GUEST, "role"), {"role": "member"})
    with app.app_context():
        found = membership_in(space_called(OPEN), loaded(GUEST))
        assert found is not None
        assert found.expires_at is not None


def test_removed_person_reads_no_more_and_what_they_wrote_stays(app: Flask, cast: Cast) -> None:
    browser, member = Browser(app, FACILITATOR), Browser(app, MEMBER)
    assert "Ce que cette personne a écrit" in browser.get(_at(app, PRIVATE, MEMBER, "retirer")).text
    assert member.get(f"/espaces/{PRIVATE}").status_code == 200
    assert browser.post(_at(app, PRIVATE, MEMBER, "retirer")).status_code == 302
    assert member.get(f"/espaces/{PRIVATE}").status_code == 404


def test_member_added_without_acceptance_is_told(app: Flask, cast: Cast) -> None:
    browser, page = Browser(app, FACILITATOR), f"/espaces/{PRIVATE}/membres/ajouter"
    with app.app_context():
        with transaction():
            loaded(OUTSIDER).in_directory, loaded(OUTSIDER).email_shown_to = True, ShownTo.NETWORK
        sent = {"person": loaded(OUTSIDER).public_id}
    assert "Odile Kervella" in browser.get(f"{page}?q={OUTSIDER}").text
    assert browser.post(page, sent).status_code == 302
    assert _role(app, PRIVATE, OUTSIDER) == Role.MEMBER
    (mail,) = _mails(app)
    assert (mail["To"], mail["Subject"]) == (OUTSIDER, "Vous participez maintenant à un nouvel espace")


@pytest.mark.slow
def test_facilitator_finds_by_name_only_people_they_may_know_of(app: Flask, cast: Cast) -> None:
    browser, page = Browser(app, FACILITATOR), f"/espaces/{REQUEST}/membres/ajouter?q="
    assert "Malik Benali" in browser.get(f"{page}malik").text  # they share a space
    assert "Malik Benali" in browser.get(f"{page}port elv").text
    for hidden in ("odile", "lanvallec", "gaspard", GUEST, FORMER, "felix", "%", "_", "o"):
        assert "person-row" not in browser.get(page + hidden).text, hidden
    with app.app_context(), transaction():
        loaded(OUTSIDER).in_directory = True
    assert "Odile Kervella" in browser.get(f"{page}odile").text
    assert "Rozenn Le Goff" in Browser(app, ENTERED).get(f"{page}rozenn").text  # administrators know everybody
    suggested = browser.get(f"/espaces/{REQUEST}/membres/suggestions?q=mal").text
    assert 'role="option"' in suggested
    assert "Malik Benali" in suggested


def test_person_one_may_not_know_of_is_not_added_by_their_id(app: Flask, cast: Cast) -> None:
    browser, page = Browser(app, FACILITATOR), f"/espaces/{REQUEST}/membres/ajouter"
    for email in (OUTSIDER, GUEST, FORMER, FACILITATOR):
        with app.app_context():
            public_id = db.session.scalars(select(User.public_id).where(User.email == email)).one()
        assert browser.post(page, {"person": public_id, "q": email}).status_code == 404, email


def test_whether_an_address_has_an_account_is_not_told_to_who_adds(app: Flask, cast: Cast) -> None:
    browser, page = Browser(app, FACILITATOR), f"/espaces/{REQUEST}/membres/ajouter?q="
    with app.app_context(), transaction():
        loaded(REFERENT).in_directory = True  # known to all, by name; her address is hers
        loaded(REFERENT).email_shown_to = ShownTo.NOBODY
    nobody = "personne@nulle-part.example"
    answers = set()
    for email in (nobody, OUTSIDER, REFERENT, GUEST, FORMER, FACILITATOR):
        answer = browser.get(page + email)
        assert f"adresse={email}" in answer.text.replace("%40", "@")
        main = answer.text.split("<main")[1].replace(email.replace("@", "%40"), "").replace(email, "")
        answers.add((answer.status_code, re.sub(r'name="csrf_token" value="[^"]+"', "", main)))
    assert len(answers) == 1
    assert browser.get(f"/espaces/{REQUEST}/membres/suggestions?q={OUTSIDER}").text.strip() == ""
    invite = browser.get(f"/espaces/{REQUEST}/invitations?adresse={OUTSIDER}").text
    assert f">\n{OUTSIDER}</textarea>" in invite.replace("\r", "")


def test_addresses_are_not_tried_without_end(app: Flask, cast: Cast) -> None:
    browser, page = Browser(app, FACILITATOR), f"/espaces/{REQUEST}/membres/ajouter?q="
    with app.app_context():
        for _ in range(ADDRESSES.free):
            ADDRESSES.count(str(cast.people[FACILITATOR]))
    refused = browser.get(f"{page}un@ville.example")
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert browser.get(f"{page}malik").status_code == 200


@pytest.mark.parametrize("action", ["role", "retirer", "accepter", "refuser", "annuler"])
def test_only_those_who_run_the_space_manage_its_people(app: Flask, cast: Cast, action: str) -> None:
    what = "demandes" if action in {"accepter", "refuser", "annuler"} else "membres"
    for slug in (OPEN, PRIVATE):
        for email in (MEMBER, OUTSIDER, GUEST, REFERENT):
            address = _at(app, slug, MEMBER, action, what)
            assert Browser(app, email).post(address, {"role": "facilitator"}).status_code in {403, 404}, email
    assert _role(app, PRIVATE, MEMBER) == Role.MEMBER


def test_administrator_names_who_runs_an_orphaned_space_but_not_themselves(app: Flask, cast: Cast) -> None:
    admin = Browser(app, ADMIN)
    with app.app_context():
        address = f"/administration/espaces/{space_called(PRIVATE).public_id}/animation"
    assert admin.post(address, {"who": MEMBER}).status_code == 422  # somebody runs it
    with app.app_context(), transaction() as session:
        session.delete(
            session.scalars(
                select(Membership).where(
                    Membership.role == Role.FACILITATOR, Membership.space_id == cast.spaces[PRIVATE]
                )
            ).one()
        )
    assert "1 espace n’est plus animé" in admin.get("/administration/espaces").text.replace("\xa0", " ")
    for wrong in (ADMIN, "personne", GUEST):
        assert admin.post(address, {"who": wrong}).status_code == 422, wrong
    assert admin.post(address, {"who": "Odile Kervella"}).status_code == 302
    assert _role(app, PRIVATE, OUTSIDER) == Role.FACILITATOR
    assert [(mail["To"], mail["Subject"]) for mail in _mails(app)] == [(OUTSIDER, "Vous animez un espace")]


def test_list_of_the_administration_costs_the_same_for_one_space_and_for_three(app: Flask, cast: Cast) -> None:
    admin = Browser(app, ADMIN)
    admin.get("/administration/espaces")
    with CountedStatements(app) as three:
        page = admin.get("/administration/espaces")
    with CountedStatements(app) as one:
        admin.get("/administration/espaces?q=cercle")
    assert "Cercle fermé" in page.text
    assert len(three) == len(one)
