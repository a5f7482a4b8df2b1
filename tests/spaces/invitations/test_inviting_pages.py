"""The pages from which one invites."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Organisation, UserKind
from app.accounts.organisations.details import Details
from app.accounts.organisations.operations import record_organisation
from app.accounts.queries import organisation_by_name
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.spaces.invitations import operations
from app.spaces.models import Invitation, Role
from app.spaces.operations import add_member
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, PRIVATE, REFERENT, REQUEST, Cast
from tests.spaces.invitations.post import NEW, declare_domain, invitation, invited, secret_for, space, written_to
from tests.support import Browser, CountedStatements, loaded

PAGE = f"/espaces/{PRIVATE}/invitations"


def form(**more: Any) -> dict[str, Any]:
    day = f"{now() + timedelta(days=30):%Y-%m-%d}"
    kept = {"addresses": NEW, "kind": "guest", "until": day, "purpose": "Une visite", "language": "fr"}
    return kept | more


def written(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Invitation)) or 0


def test_facilitator_invites_a_guest_into_several_spaces(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    assert "Il ne verra pas l’annuaire" in page.get(PAGE).text
    sent = form(spaces=[OPEN, REQUEST], organisation="Fontarel", words="Bienvenue.")
    assert page.post(PAGE, sent).headers["Location"] == PAGE
    with app.app_context():
        one = written_to()
        assert {place.space.slug for place in one.places} == {PRIVATE, OPEN, REQUEST}
        assert (one.purpose, one.sponsor, one.kind) == ("Une visite", loaded(FACILITATOR), UserKind.GUEST)
        assert one.organisation is not None
        assert (one.organisation.name, one.organisation.is_member) == ("Fontarel", False)
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "organisation.created")).one()
        assert (line.person_id, line.subject_id) == (loaded(FACILITATOR).id, one.organisation.id)
    assert NEW in page.get(PAGE).text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"addresses": " "}, "Indiquez une adresse"),
        ({"addresses": "lea@ville, zoe@ville.fr"}, "ne se lit pas"),
        ({"until": "2020-01-01"}, "La date de fin est passée"),
        ({"until": "2090-01-01"}, "un an au plus"),
        ({"until": "bientôt"}, "Écrivez la date"),
        ({"until": ""}, "Indiquez jusqu’à quand"),
        ({"purpose": ""}, "pourquoi cette personne vient"),
        ({"words": "x" * 3000}, "trop long"),
        ({"addresses": ", ".join(f"a{n}@ville.fr" for n in range(501))}, "500 adresses au plus"),
        ({"spaces": ["nulle-part"]}, ""),
        ({"kind": "admin"}, ""),
        ({"sponsor": "inconnu"}, ""),
        ({"language": "tlh"}, ""),
    ],
)
def test_what_is_badly_said_sends_nothing_and_stays_typed(
    app: Flask, cast: Cast, more: dict[str, Any], words: str
) -> None:
    answer = Browser(app, FACILITATOR).post(PAGE, form(**more))
    assert answer.status_code == 422
    assert words in answer.text
    assert more.get("addresses", NEW).split(",")[0] in answer.text
    assert written(app) == 0


def test_readable_part_of_a_list_is_sent_when_asked(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    page.post(PAGE, form(addresses="lea@ville, zoe@ville.fr; max@ville.fr", ignore="1"))
    assert written(app) == 2


def test_space_the_author_does_not_run_is_not_offered(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        add_member(space(PRIVATE), loaded(MEMBER), role=Role.FACILITATOR)
    answer = Browser(app, MEMBER).post(PAGE, form(spaces=[REQUEST]))
    assert answer.status_code in {302, 422}
    with app.app_context():
        assert all(
            place.space.slug == PRIVATE for one in db.session.scalars(select(Invitation)) for place in one.places
        )


def test_too_many_says_so_and_keeps_the_list(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "DAILY", 2)
    answer = Browser(app, FACILITATOR).post(PAGE, form(addresses="a@ville.fr b@ville.fr c@ville.fr"))
    assert answer.status_code == 429
    assert "a@ville.fr b@ville.fr c@ville.fr" in answer.text
    assert written(app) == 0


def test_members_page_leads_to_invitations_for_those_who_run_the_space(app: Flask, cast: Cast) -> None:
    assert PAGE in Browser(app, FACILITATOR).get(f"/espaces/{PRIVATE}/membres").text
    assert PAGE not in Browser(app, MEMBER).get(f"/espaces/{PRIVATE}/membres").text


def test_new_member_of_no_declared_city_is_announced_as_waiting(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    answer = page.post(PAGE, form(kind="member"), follow_redirects=True)
    assert "n’est pas d’une collectivité membre" in answer.text
    known = Browser(app, FACILITATOR).post(PAGE, form(kind="member", addresses=MEMBER), follow_redirects=True)
    assert "n’est pas d’une collectivité membre" in known.text


def test_administrator_invites_into_the_network_and_sees_what_was_sent(app: Flask, cast: Cast) -> None:
    page, url = Browser(app, ADMIN), "/administration/personnes/inviter"
    text = page.get(url).text
    assert "Atelier ouvert" in text
    assert "Cercle" not in text
    assert "Vie nocturne" not in text
    unknown = page.post(url, form(kind="member", organisation="Nulle-Part"))
    assert unknown.status_code == 409
    assert "créez-la" in unknown.text.split('id="organisation-error"')[1].split("</p>")[0]
    assert 'id="addresses-error"' not in unknown.text
    assert page.post(url, form(kind="member", organisation="Lanvallec", spaces=[OPEN])).status_code == 302
    with app.app_context():
        one = written_to()
        assert one.organisation == organisation_by_name("Lanvallec")
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 4
    assert NEW in page.get(url).text


@pytest.mark.slow
def test_sent_invitations_are_searched_and_administrators_find_those_of_others_into_the_network(
    app: Flask, cast: Cast
) -> None:
    here = "/administration/personnes/inviter"
    with app.app_context():
        declare_domain(loaded(REFERENT).organisation_id)
        invited(REFERENT, NEW, name="Léa Martin", organisation=loaded(REFERENT).organisation)
        invited(FACILITATOR, "secret@ville.example", PRIVATE)
        invited(ADMIN, "anne@ville.example")
        invited(ADMIN, "eric@ville.example", name="Éric Noël")
    page = Browser(app, ADMIN)
    everything = page.get(here).text
    assert (NEW in everything, "anne@ville" in everything, "secret@ville" in everything) == (True, True, False)
    found = page.get(f"{here}?q=martin+LEA@").text
    assert (NEW in found, "anne@ville" in found) == (True, False)
    for words in ("éric", "ERIC", "Noël éric", "noel"):
        assert "eric@ville" in page.get(here, query_string={"q": words}).text, words
    assert "ne répond à cette recherche" in page.get(f"{here}?q=%25").text
    assert "anne@ville" not in Browser(app, REFERENT).get("/moi/collegues?q=ville").text


def test_referent_invites_colleagues_from_their_own_page(app: Flask, cast: Cast) -> None:
    page, url = Browser(app, REFERENT), "/moi/collegues"
    text = page.get("/moi").text
    assert url in text
    assert url not in Browser(app, MEMBER).get("/moi").text
    assert "annuaire" not in page.get(url).text.split('id="inviter"')[1].split("</form>")[0]
    sent = form(kind="guest", organisation="Castelmaure", spaces=[OPEN])
    assert page.post(url, sent).status_code == 302
    with app.app_context():
        one = written_to()
        assert (one.kind, one.guest_until, one.organisation) == (UserKind.MEMBER, None, loaded(REFERENT).organisation)
    assert "devra d’abord faire entrer ces personnes" in page.get(url).text
    assert page.post(url, form(spaces=[PRIVATE])).status_code == 422


def test_refusal_of_a_list_names_the_address_and_sends_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        declare_domain(loaded(REFERENT).organisation_id)
    page = Browser(app, REFERENT)
    answer = page.post("/moi/collegues", {"addresses": f"{NEW}, autre@ailleurs.example", "language": "fr"})
    assert "autre@ailleurs.example : Vous n’invitez que" in answer.text.replace("\u00a0", " ")
    assert written(app) == 0


def test_referent_reads_which_addresses_come_in(app: Flask, cast: Cast) -> None:
    page, url = Browser(app, REFERENT), "/moi/collegues"
    assert "aucun domaine de courriel" in page.get(url).text
    with app.app_context():
        declare_domain(loaded(REFERENT).organisation_id, "lanvallec.example")
    assert "@lanvallec.example" in page.get(url).text
    refused = page.post(url, form(addresses="lea@gmail.com"))
    assert refused.status_code == 403
    assert "@lanvallec.example" in refused.text.split('id="inviter"')[1].split("<textarea")[0]


def test_invitation_is_sent_again_and_withdrawn_from_the_page(app: Flask, cast: Cast) -> None:
    with app.app_context():
        key = invited(FACILITATOR, NEW, PRIVATE)
        first, public_id = secret_for(app), invitation(key).public_id
    page = Browser(app, FACILITATOR)
    answer = page.post(f"/invitations/{public_id}/renvoyer", {"next": PAGE})
    assert answer.headers["Location"] == PAGE
    assert app.test_client().get(f"/invitation/{first}").status_code == 404
    for who in (MEMBER, ADMIN, REFERENT):
        assert Browser(app, who).post(f"/invitations/{public_id}/annuler").status_code == 404
    page.post(f"/invitations/{public_id}/annuler", {"next": "//ailleurs.example"})
    with app.app_context():
        assert not invitation(key).is_open


def test_who_runs_one_of_the_spaces_takes_it_out_and_leaves_the_rest(app: Flask, cast: Cast) -> None:
    with app.app_context():
        key = invited(FACILITATOR, NEW, OPEN, PRIVATE)
        public_id = invitation(key).public_id
        with transaction():
            add_member(space(PRIVATE), loaded(MEMBER), role=Role.FACILITATOR)
    Browser(app, MEMBER).post(f"/invitations/{public_id}/annuler", {"next": PAGE})
    with app.app_context():
        assert invitation(key).is_open
        assert [place.space.slug for place in invitation(key).places] == [OPEN]


def test_page_asks_as_much_for_many_invitations_as_for_few(app: Flask, cast: Cast) -> None:
    def asked() -> int:
        page = Browser(app, FACILITATOR)
        with CountedStatements(app) as counted:
            assert page.get(PAGE).status_code == 200
        return len(counted)

    with app.app_context():
        invited(FACILITATOR, NEW, PRIVATE)
    few = asked()
    with app.app_context():
        for n in range(12):
            invited(FACILITATOR, f"a{n}@ville.example", PRIVATE)
    assert asked() <= few


def test_archived_space_says_that_nobody_enters_and_sends_nothing(app: Flask, cast: Cast) -> None:
    page = Browser(app, FACILITATOR)
    with app.app_context():
        key = invited(FACILITATOR, NEW, PRIVATE, kind=UserKind.GUEST, guest_until=now() + timedelta(days=30))
        public_id = invitation(key).public_id
        with transaction():
            space(PRIVATE).archived_at = now()
    shown = page.get(PAGE)
    assert "personne n’y entre plus" in shown.text
    assert not any(words in shown.text for words in ("Envoyer l’invitation", "Renvoyer", ">Prolonger<"))
    sent = page.post(PAGE, form(addresses="autre@ville.example"))
    assert (sent.status_code, "est archivé" in sent.text) == (409, True)
    page.post(f"/invitations/{public_id}/renvoyer", {"next": PAGE})
    assert "Rouvrez-le d’abord" in page.get("/").text
    assert written(app) == 1


@pytest.mark.parametrize("typed", ["castelmaure", "CASTÉLMAURE", "Castelmaure"])
def test_city_of_guests_is_found_whatever_its_accents_and_letter_case(app: Flask, cast: Cast, typed: str) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Organisation))
    assert Browser(app, FACILITATOR).post(PAGE, form(organisation=typed)).status_code == 302
    with app.app_context():
        place = written_to().organisation
        assert place is not None
        assert place.name == "Castelmaure"
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == before


def test_city_that_several_names_may_mean_is_said_beside_its_field(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        record_organisation(Details("Villeneuve", insee_code="11111"))
        record_organisation(Details("VILLENEUVE", insee_code="22222"))
    answer = Browser(app, FACILITATOR).post(PAGE, form(organisation="villeneuve"))
    assert answer.status_code == 422
    assert "Plusieurs collectivités portent ce nom" in answer.text
    assert written(app) == 0
