"""The pages of the organisations: searching, recording, changing, deleting, naming referents."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask

from app.accounts.models import Organisation, UserKind
from app.accounts.organisations.details import Details
from app.accounts.organisations.operations import record_organisation
from app.accounts.queries import organisation_by_name
from app.core.clock import now
from app.core.db import transaction
from app.spaces.invitations.accepting import Newcomer, accept
from tests.people import ADMIN, ENTERED, FACILITATOR, OPEN, OUTSIDER, PRIVATE, Cast
from tests.spaces.invitations.post import invited, secret_for
from tests.support import CountedStatements, loaded

HERE = "/administration/collectivites"
FILLED = {"name": "Étampes", "kind": "city", "country": "FR", "is_member": "y", "edit_version": ""}


def page_of(app: Flask, name: str) -> str:
    with app.app_context():
        place = organisation_by_name(name)
        assert place is not None
        return f"{HERE}/{place.public_id}"


def recorded(app: Flask, name: str) -> Organisation | None:
    with app.app_context():
        return organisation_by_name(name)


def test_list_names_each_organisation_with_its_people(app: Flask, cast: Cast, browser: Any) -> None:
    page = browser(ADMIN).get(HERE).text
    assert "4 collectivités" in page
    assert page.index("Castelmaure") < page.index("Lanvallec") < page.index("Port-Elvain")
    nothing = browser(ADMIN).get(f"{HERE}?q=zzz&tri=%00&page=999999999999&pays=%ff").text
    assert "Aucune collectivité ne répond à cette recherche" in nothing


def test_list_asks_the_same_of_the_database_for_one_and_for_twenty(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(ADMIN)
    here.get(HERE)
    with CountedStatements(app) as few:
        here.get(f"{HERE}?q=Castelmaure")
    with app.app_context(), transaction():
        for number in range(30):
            record_organisation(Details(f"Ville {number}", domains=(f"ville{number}.fr",)))
    with CountedStatements(app) as many:
        page = here.get(f"{HERE}?tri=personnes").text
    assert len(many) == len(few)
    assert 'href="/administration/collectivites?tri=personnes&amp;page=2"' in page


def test_organisation_is_recorded_from_the_form(app: Flask, cast: Cast, browser: Any) -> None:
    sent = {**FILLED, "population": "24 000", "latitude": "48,434", "longitude": "2,161", "insee_code": " 91 223 "}
    sent |= {"joined_on": "01/02/2020", "domains": "Etampes.fr\n@agglo-etampes.fr", "region": "Île-de-France"}
    answer = browser(ADMIN).post(f"{HERE}/nouvelle", sent)
    assert answer.status_code == 302
    with app.app_context():
        place = organisation_by_name("Étampes")
        assert place is not None
        assert (place.population, place.latitude, place.insee_code) == (24_000, 48.434, "91223")
        assert [one.domain for one in place.domains] == ["agglo-etampes.fr", "etampes.fr"]
        assert str(place.joined_on) == "2020-02-01"


def test_what_is_wrong_is_said_beside_its_field_and_kept(app: Flask, cast: Cast, browser: Any) -> None:
    sent = {**FILLED, "population": "beaucoup", "latitude": "nan", "joined_on": "hier", "domains": "gmail.com"}
    answer = browser(ADMIN).post(f"{HERE}/nouvelle", sent)
    assert answer.status_code == 422
    for typed in ("beaucoup", "hier", "gmail.com"):
        assert typed in answer.text
    assert "Indiquez un nombre d’habitants" in answer.text.replace("'", "’").replace("&#39;", "’")
    again = browser(ADMIN).post(f"{HERE}/nouvelle", {**FILLED, "domains": "gmail.com"})
    assert (again.status_code, "messagerie ouverte à tous" in again.text) == (422, True)
    assert recorded(app, "Étampes") is None


def test_all_that_is_wrong_is_said_at_once(cast: Cast, browser: Any) -> None:
    sent = {**FILLED, "name": "", "insee_code": "99Z", "population": "beaucoup", "latitude": "200", "domains": "x y"}
    said = browser(ADMIN).post(f"{HERE}/nouvelle", {**sent, "joined_on": "01/01/2090"}).text
    for name in ("name", "insee_code", "population", "latitude", "joined_on", "domains"):
        assert f'id="{name}-error"' in said, name


def test_code_of_another_organisation_of_the_kind_is_refused(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(ADMIN)
    assert here.post(f"{HERE}/nouvelle", {**FILLED, "insee_code": "91223"}).status_code == 302
    again = here.post(f"{HERE}/nouvelle", {**FILLED, "name": "Ville d'Étampes", "insee_code": "91223"})
    assert (again.status_code, "est déjà le code d’Étampes" in again.text) == (422, True)
    kept = here.post(f"{page_of(app, 'Étampes')}/modifier", {**FILLED, "insee_code": "91223", "edit_version": "1"})
    assert kept.status_code == 302
    other = {**FILLED, "name": "Agglo", "insee_code": "91223", "kind": "intercommunality"}
    assert here.post(f"{HERE}/nouvelle", other).status_code == 302


def test_change_made_by_somebody_else_is_shown_and_nothing_is_lost(app: Flask, cast: Cast, browser: Any) -> None:
    here, address = browser(ADMIN), page_of(app, "Lanvallec")
    filled = {**FILLED, "name": "Lanvallec", "population": "", "edit_version": "1"}
    assert here.post(f"{address}/modifier", {**filled, "population": "19000"}).status_code == 302
    late = here.post(f"{address}/modifier", {**filled, "region": "Bretagne"})
    assert late.status_code == 409
    assert "Version plus récente" in late.text
    assert 'value="Bretagne"' in late.text
    assert 'name="edit_version" type="hidden" value="2"' in late.text
    assert here.post(f"{address}/modifier", {**filled, "region": "Bretagne", "edit_version": "2"}).status_code == 302
    place = recorded(app, "Lanvallec")
    assert place is not None
    assert (place.region, place.population) == ("Bretagne", None)


def test_organisation_with_people_says_why_it_stays(app: Flask, cast: Cast, browser: Any) -> None:
    here, address = browser(ADMIN), page_of(app, "Lanvallec")
    assert "a encore des comptes (3)" in here.get(f"{address}/supprimer").text
    answer = here.post(f"{address}/supprimer")
    assert (answer.status_code, "a encore des comptes (3)" in answer.text) == (409, True)
    with app.app_context(), transaction():
        record_organisation(Details("Vide"))
    assert here.post(f"{page_of(app, 'Vide')}/supprimer").status_code == 302
    assert recorded(app, "Vide") is None


def test_organisation_waits_for_the_invitations_that_name_it(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context():
        with transaction():
            vide = record_organisation(Details("Vide"))
        until = now() + timedelta(days=30)
        invited(ENTERED, "lea@vide.example", organisation=vide)
        guest = {"kind": UserKind.GUEST, "guest_until": until, "organisation": vide}
        invited(FACILITATOR, "noe@vide.example", OPEN, name="Noé", **guest)
        invited(FACILITATOR, "zoe@vide.example", PRIVATE, **guest)
    here, address = browser(ADMIN), page_of(app, "Vide")
    for page in (here.get(address).text, here.get(f"{address}/supprimer").text):
        assert "2 invitations au nom de cette collectivité attendent une réponse." in page.replace("\xa0", " ")
        assert "zoe@" not in page
    page = here.get(f"{address}/supprimer").text
    assert page.count("@vide.example</") == 2
    links = re.findall(r'<a class="as-typed" href="([^"]+)"', page)
    for link, email in zip(links, ("lea@vide.example", "noe@vide.example"), strict=True):
        assert email in here.get(link.replace("&amp;", "&")).text
    assert (here.post(f"{address}/supprimer").status_code, recorded(app, "Vide") is None) == (409, False)


def test_invitation_into_a_private_space_is_not_told_and_opens_it_without_the_organisation(
    app: Flask, cast: Cast, browser: Any
) -> None:
    with app.app_context():
        with transaction():
            vide = record_organisation(Details("Vide"))
        guest = {"kind": UserKind.GUEST, "guest_until": now() + timedelta(days=30)}
        invited(FACILITATOR, "zoe@vide.example", PRIVATE, organisation=vide, **guest)
        secret = secret_for(app, "zoe@vide.example")
    here, address = browser(ADMIN), page_of(app, "Vide")
    assert "invitation venant" not in here.get(address).text
    assert "Personne n’y a de compte." in here.get(f"{address}/supprimer").text
    assert here.post(f"{address}/supprimer").status_code == 302
    with app.app_context():
        with transaction():
            welcome = accept(secret, Newcomer("Zoé Roy", "Adjointe", "x", "fr"))
        assert [one.slug for one in welcome.spaces] == [PRIVATE]
        assert (welcome.user.is_guest, welcome.user.organisation) == (True, None)
    assert "zoe@vide.example" in here.get("/administration/personnes?q=zoe").text


def test_referent_is_named_and_removed_from_the_page_of_the_organisation(app: Flask, cast: Cast, browser: Any) -> None:
    here, address = browser(ADMIN), page_of(app, "Lanvallec")
    with app.app_context():
        who = loaded(OUTSIDER).public_id
    assert here.post(f"{address}/referents/{who}", {"referent": "oui"}).status_code == 302
    with app.app_context():
        assert loaded(OUTSIDER).is_referent
    here.post(f"{address}/referents/{who}", {"referent": "non"})
    with app.app_context():
        assert not loaded(OUTSIDER).is_referent
    assert here.post(f"{page_of(app, 'Castelmaure')}/referents/{who}", {"referent": "oui"}).status_code == 404


def test_export_opens_in_a_french_spreadsheet_and_runs_nothing(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context(), transaction():
        record_organisation(Details("=1+1", domains=("b.fr", "a.fr"), population=5, latitude=-1.5, longitude=2.0))
    answer = browser(ADMIN).get(f"{HERE}/export.csv?q=1")
    lines = answer.data.decode("utf-8").split("\r\n")
    assert lines[0].startswith("\ufeffnom;nature;pays;code_insee")
    assert lines[1] == "'=1+1;city;FR;;;5;-1.5;2.0;oui;;a.fr b.fr;0"
    assert lines[2:] == [""]
