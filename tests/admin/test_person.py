"""The page of one person in the administration: what it says, what is done there, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.managing import set_administrator
from app.accounts.models import Organisation, UserKind
from app.accounts.operations import ACCOUNT_ATTEMPTS
from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.sessions import UserSession
from app.extensions import db
from app.spaces.models import Membership, Role
from tests.people import ADMIN, ENTERED, FACILITATOR, FORMER, GUEST, MEMBER, OUTSIDER, PASSWORD, REFERENT, Cast
from tests.support import Browser, loaded, work

PEOPLE = "/administration/personnes"


def page_of(app: Flask, email: str) -> str:
    with app.app_context():
        return f"{PEOPLE}/{loaded(email).public_id}"


def version_of(app: Flask, email: str) -> str:
    with app.app_context():
        return str(loaded(email).edit_version)


def act(app: Flask, browser: Browser, email: str, slug: str, **more: str) -> int:
    sent = {"edit_version": version_of(app, email), **more}
    return browser.post(f"{page_of(app, email)}/{slug}", sent).status_code


def journal(app: Flask, action: str) -> list[dict[str, object]]:
    with app.app_context():
        return [one.detail for one in db.session.scalars(select(AuditEntry).where(AuditEntry.action == action))]


def test_page_says_who_the_person_is_and_where_they_take_part(app: Flask, cast: Cast) -> None:
    page = Browser(app, ADMIN).get(page_of(app, MEMBER)).get_data(as_text=True)
    for words in ("Malik Benali", MEMBER, "Coordonnateur du CLSPD", "Port-Elvain", "Cercle fermé", "Atelier ouvert"):
        assert words in page


def test_unknown_and_erased_people_do_not_exist(app: Flask, cast: Cast) -> None:
    address = page_of(app, FORMER)
    with app.app_context(), transaction():
        loaded(FORMER).erased_at = now()
    browser = Browser(app, ADMIN)
    assert [browser.get(one).status_code for one in (address, f"{PEOPLE}/aaaaaaaaaa", f"{PEOPLE}/%ff")] == [404] * 3


def test_facts_are_corrected_and_the_journal_keeps_no_name(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    sent = {"name": "Odile K.", "function": "Maire", "organisation": "castelmaure", "language": "fr"}
    answer = browser.post(f"{page_of(app, OUTSIDER)}/modifier", {**sent, "edit_version": version_of(app, OUTSIDER)})
    assert answer.status_code == 302
    with app.app_context():
        assert loaded(OUTSIDER).organisation.name == "Castelmaure"  # type: ignore[union-attr]
    assert journal(app, "user.changed") == [{"fields": ["name"], "organisation": ["Lanvallec", "Castelmaure"]}]


def test_referent_who_changes_city_is_a_referent_no_more(app: Flask, cast: Cast) -> None:
    sent = {"name": "Rozenn Le Goff", "organisation": "Castelmaure", "language": "fr"}
    answer = Browser(app, ADMIN).post(
        f"{page_of(app, REFERENT)}/modifier", {**sent, "edit_version": version_of(app, REFERENT)}
    )
    assert answer.status_code == 302
    with app.app_context():
        assert not loaded(REFERENT).is_referent


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Indiquez le nom"),
        ("name", "x" * 121, "au-delà"),
        ("organisation", "Ville inconnue", "n’est pas enregistrée"),
        ("language", "xx", ""),
    ],
)
def test_bad_facts_are_said_beside_the_field(app: Flask, cast: Cast, field: str, typed: str, words: str) -> None:
    sent = {"name": "Odile", "function": "Maire de tous", "organisation": "", "language": "fr", field: typed}
    answer = Browser(app, ADMIN).post(f"{page_of(app, OUTSIDER)}/modifier", {**sent, "edit_version": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page or field == "name"
    assert "Maire de tous" in page


def test_second_of_two_editors_is_told_and_keeps_the_text(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    sent = {"name": "Odile Un", "organisation": "", "language": "fr", "edit_version": version_of(app, OUTSIDER)}
    assert browser.post(f"{page_of(app, OUTSIDER)}/modifier", sent).status_code == 302
    answer = browser.post(f"{page_of(app, OUTSIDER)}/modifier", {**sent, "name": "Odile Deux"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Odile Deux" in page
    assert "Odile Un" in page


def test_member_made_guest_keeps_present_spaces_for_a_time(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    assert "espaces actuels" in browser.get(f"{page_of(app, MEMBER)}/invite").get_data(as_text=True)
    assert act(app, browser, MEMBER, "invite") == 302
    with app.app_context():
        user = loaded(MEMBER)
        assert user.kind == UserKind.GUEST
        places = db.session.scalars(select(Membership).where(Membership.user_id == user.id)).all()
        assert len(places) == 2
        for one in places:
            assert one.expires_at is not None
            assert timedelta(days=89) < one.expires_at - now() <= timedelta(days=90)
            assert one.sponsor_id == loaded(ADMIN).id
    assert Browser(app, MEMBER).get("/espaces/atelier-ouvert").status_code == 200


def test_referent_is_named_and_taken_back_on_the_page_of_the_person(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    assert "Nommer référent de sa collectivité" in browser.get(page_of(app, MEMBER)).text
    assert "Port-Elvain" in browser.get(f"{page_of(app, MEMBER)}/referent").text
    for slug, is_referent in (("referent", True), ("retirer-referent", False)):
        assert act(app, browser, MEMBER, slug) == 302
        with app.app_context():
            assert loaded(MEMBER).is_referent is is_referent
    assert len(journal(app, "organisation.referent_named")) == len(journal(app, "organisation.referent_removed")) == 1


def test_guest_and_who_has_no_city_are_not_made_referents(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        loaded(OUTSIDER).organisation = None
    browser = Browser(app, ADMIN)
    for email in (GUEST, OUTSIDER):
        assert "/referent" not in browser.get(page_of(app, email)).text
        assert act(app, browser, email, "referent") == 302
        with app.app_context():
            assert not loaded(email).is_referent
    assert journal(app, "organisation.referent_named") == []


def test_guest_no_longer_runs_a_space(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        member = select(Membership).where(Membership.user_id == loaded(MEMBER).id)
        for one in db.session.scalars(member):
            one.role = Role.FACILITATOR
    assert act(app, Browser(app, ADMIN), MEMBER, "invite") == 302
    with app.app_context():
        roles = db.session.scalars(select(Membership.role).where(Membership.user_id == loaded(MEMBER).id)).all()
        assert set(roles) == {Role.MEMBER}


def test_who_runs_a_space_alone_is_not_made_a_guest(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    answer = browser.post(f"{page_of(app, FACILITATOR)}/invite", {"edit_version": version_of(app, FACILITATOR)})
    assert answer.status_code == 409
    assert "Cercle fermé" in answer.get_data(as_text=True)
    with app.app_context():
        assert loaded(FACILITATOR).kind == UserKind.MEMBER


def test_closing_who_runs_spaces_alone_is_said_and_must_be_accepted(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    page = browser.get(f"{page_of(app, FACILITATOR)}/fermer").get_data(as_text=True)
    assert "Atelier ouvert" in page
    assert 'name="accepted"' in page
    assert act(app, browser, FACILITATOR, "fermer") == 409
    assert act(app, browser, FACILITATOR, "fermer", accepted="1") == 302
    with app.app_context():
        assert loaded(FACILITATOR).disabled_at is not None


def test_closed_account_is_out_at_once_and_opens_again(app: Flask, cast: Cast) -> None:
    theirs, browser = Browser(app, MEMBER), Browser(app, ADMIN)
    assert theirs.get("/").status_code == 200
    assert act(app, browser, MEMBER, "fermer") == 302
    assert theirs.get("/").status_code == 302
    assert "est fermé depuis" in browser.get(page_of(app, MEMBER)).get_data(as_text=True)
    assert act(app, browser, MEMBER, "rouvrir") == 302
    assert Browser(app, MEMBER).get("/espaces/cercle-ferme").status_code == 200
    assert len(journal(app, "user.reopened")) == 1


def test_act_that_makes_no_sense_any_more_changes_nothing(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    assert act(app, browser, GUEST, "invite") == 302
    assert act(app, browser, MEMBER, "rouvrir") == 302
    assert journal(app, "user.became_guest") == journal(app, "user.reopened") == []


def test_old_page_of_an_act_is_refused(app: Flask, cast: Cast) -> None:
    answer = Browser(app, ADMIN).post(f"{page_of(app, MEMBER)}/fermer", {"edit_version": "999"})
    assert answer.status_code == 409
    assert "entre-temps" in answer.get_data(as_text=True)
    with app.app_context():
        assert loaded(MEMBER).disabled_at is None


def test_sessions_waits_and_links(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    Browser(app, MEMBER).get("/")
    with app.app_context():
        for _ in range(9):
            ACCOUNT_ATTEMPTS.count(MEMBER)
    assert [act(app, browser, MEMBER, slug) for slug in ("essais", "sessions", "lien")] == [302] * 3
    work(app)
    with app.app_context():
        assert ACCOUNT_ATTEMPTS.wait(MEMBER) == timedelta(0)
        assert db.session.scalars(select(UserSession).where(UserSession.user_id == loaded(MEMBER).id)).all() == []
    for action in ("user.waits_lifted", "user.sessions_ended", "user.password_link_sent"):
        assert len(journal(app, action)) == 1


def test_administration_is_entrusted_and_taken_back_but_never_from_the_last(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with transaction():
            set_administrator(loaded(MEMBER), is_admin=True, by=loaded(ADMIN))
        for email in (MEMBER, ENTERED):
            with transaction():
                set_administrator(loaded(email), is_admin=False, by=loaded(ADMIN))
        with pytest.raises(DomainError), transaction():
            set_administrator(loaded(ADMIN), is_admin=False, by=loaded(ADMIN))
        with pytest.raises(DomainError), transaction():
            set_administrator(loaded(GUEST), is_admin=True, by=loaded(ADMIN))
        with pytest.raises(DomainError), transaction():
            set_administrator(loaded(FORMER), is_admin=True, by=loaded(ADMIN))
        assert loaded(ADMIN).is_admin
    assert len(journal(app, "user.administrator_removed")) == 2


def test_last_administrator_is_not_closed(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        set_administrator(loaded(ENTERED), is_admin=False, by=None)
    assert act(app, Browser(app, ADMIN), ADMIN, "fermer") == 409


def test_others_do_nothing(app: Flask, cast: Cast) -> None:
    browser = Browser(app, FACILITATOR)
    for slug in ("modifier", "fermer", "invite", "administration", "lien"):
        assert act(app, browser, MEMBER, slug) == 404


def test_names_that_hold_code_are_shown_as_words(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        loaded(MEMBER).name = "<script>x</script>"
        db.session.scalars(select(Organisation).where(Organisation.name == "Port-Elvain")).one().name = "<b>P</b>"
    page = Browser(app, ADMIN).get(page_of(app, MEMBER)).get_data(as_text=True)
    assert "<script>x" not in page
    assert "<b>P" not in page


def test_entrusting_the_administration_asks_for_the_password_again(app: Flask, cast: Cast) -> None:
    browser = Browser(app, ADMIN)
    address, sent = f"{page_of(app, MEMBER)}/administration", {"edit_version": version_of(app, MEMBER)}
    later = clock.now() + timedelta(minutes=20)
    clock.set_clock(lambda: later)
    assert browser.post(address, sent).status_code == 401
    with app.app_context():
        assert not loaded(MEMBER).is_admin
    assert browser.post(address, {**sent, "confirmation_password": PASSWORD}).status_code == 302
    with app.app_context():
        assert loaded(MEMBER).is_admin
