"""Recording, changing and deleting organisations; what their facts must be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Organisation
from app.accounts.organisations.details import Details, details_of, problems_with
from app.accounts.organisations.domains import organisation_of_address, split_domains
from app.accounts.organisations.operations import (
    BadDetailsError,
    change_organisation,
    delete_organisation,
    record_organisation,
    set_referent,
)
from app.accounts.organisations.queries import BY_AGE, BY_PEOPLE, BY_SIZE, Wanted, organisations_wanted
from app.accounts.queries import organisation_by_name
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError
from app.extensions import db
from tests.people import ADMIN, CLOSED_GUEST, FORMER, OUTSIDER, REFERENT, Cast
from tests.support import loaded


def named(name: str) -> Organisation:
    place = organisation_by_name(name)
    assert place is not None
    return place


def test_organisation_keeps_every_fact(context: Flask, cast: Cast) -> None:
    details = Details("Saint-Aubin", "city", domains=("aubin.fr", "mairie-aubin.fr"), population=12_000, latitude=48.1)
    with transaction():
        place = record_organisation(
            Details(**{**details.__dict__, "longitude": -1.6, "insee_code": "35238"}), loaded(ADMIN)
        )
    assert details_of(place) == Details(**{**details.__dict__, "longitude": -1.6, "insee_code": "35238"})
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.detail) == ("organisation.created", {"name": "Saint-Aubin"})


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Castelmaure"}, "name"),
        ({"kind": "village"}, "kind"),
        ({"country": "France"}, "country"),
        ({"insee_code": "35-238"}, "insee_code"),
        ({"population": -1}, "population"),
        ({"population": 10**12}, "population"),
        ({"latitude": 91.0, "longitude": 0.0}, "latitude"),
        ({"latitude": float("nan"), "longitude": 0.0}, "latitude"),
        ({"latitude": 45.0}, "longitude"),
        ({"joined_on": datetime(2999, 1, 1, tzinfo=UTC).date()}, "joined_on"),
        ({"joined_on": datetime(1789, 7, 14, tzinfo=UTC).date()}, "joined_on"),
        ({"domains": ("gmail.com",)}, "domains"),
        ({"domains": ("lanvallec.co.uk", "co.uk")}, "domains"),
        ({"domains": ("gouv.fr",)}, "domains"),
        ({"domains": ("orange.fr",)}, "domains"),
        ({"domains": ("pas un domaine",)}, "domains"),
        ({"domains": ("localhost",)}, "domains"),
        ({"domains": tuple(f"ville{n}.fr" for n in range(21))}, "domains"),
    ],
)
def test_impossible_facts_are_refused_by_name(context: Flask, cast: Cast, given: dict[str, Any], fact: str) -> None:
    assert list(problems_with(Details(**{"name": "Une ville", **given}))) == [fact]


def test_name_that_differs_by_accents_and_case_is_another_only_with_what_tells_them_apart(
    context: Flask, cast: Cast
) -> None:
    with transaction():
        place = record_organisation(Details("Étampes", insee_code="91223"))
    assert list(problems_with(Details("etampes"))) == ["name"]
    agglo, abroad = Details("ETAMPES", kind="intercommunality"), Details("ETAMPES", country="BE")
    for other in (Details("ETAMPES", insee_code="91224"), agglo, abroad):
        assert problems_with(other) == {}
    assert problems_with(Details("ÉTAMPES", insee_code="91223"), place) == {}


def test_namesake_with_another_code_is_said_with_what_to_do(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(Details("Saint-Denis", insee_code="93066"))
    said = [str(problems_with(Details("Saint-Denis", insee_code=code))["name"]) for code in ("97411", None)]
    assert ["93066" in one and "département" in one for one in said] == [True, False]


def test_domain_belongs_to_one_organisation(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(Details("Une ville", domains=("ville.fr",)))
    with pytest.raises(BadDetailsError) as refused, transaction():
        record_organisation(Details("Une autre", domains=("ville.fr",)))
    assert "Une ville" in str(refused.value.problems["domains"])
    assert organisation_by_name("Une autre") is None


def test_domains_are_read_as_people_write_them() -> None:
    assert split_domains("Ville.FR\n@mairie.fr, maire@agglo.fr; ville.fr  été.example") == [
        "ville.fr",
        "mairie.fr",
        "agglo.fr",
        "xn--t-9fab.example",
    ]


def test_address_is_recognised_by_its_domain_and_those_above(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(Details("Ville", domains=("ville.fr",)))
        record_organisation(Details("Police", domains=("police.ville.fr",)))
    found = [organisation_of_address(f"a@{domain}") for domain in ("ville.fr", "sport.ville.fr", "x.police.ville.fr")]
    assert [place.name if place else None for place in found] == ["Ville", "Ville", "Police"]
    assert [organisation_of_address(one) for one in ("a@maville.fr", "a@ville.fr.evil.example", "a", "")] == [None] * 4


def test_change_since_the_page_was_opened_is_a_conflict(context: Flask, cast: Cast) -> None:
    place = named("Lanvallec")
    seen = place.edit_version
    with transaction():
        assert change_organisation(place, Details("Lanvallec", population=19_000), seen) == ["population"]
    with pytest.raises(EditConflictError), transaction():
        change_organisation(named("Lanvallec"), Details("Lanvallec", population=1), seen)
    assert named("Lanvallec").population == 19_000


def test_domain_typed_as_a_web_site_is_that_of_its_addresses(context: Flask) -> None:
    assert split_domains("www.ville.fr WWW.Ville.FR ville.fr @www.agglo.fr www.fr wwwville.fr") == [
        *("ville.fr", "agglo.fr", "www.fr", "wwwville.fr")
    ]


def test_change_replaces_the_domains_and_nothing_else(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(Details("Ville", domains=("a.fr", "b.fr")))
    place = named("Ville")
    with transaction():
        assert change_organisation(place, Details("Ville", domains=("c.fr", "b.fr")), place.edit_version) == ["domains"]
    assert [one.domain for one in named("Ville").domains] == ["b.fr", "c.fr"]
    with transaction():
        assert change_organisation(named("Ville"), Details("Ville", domains=("b.fr", "c.fr")), 2) == []


def test_organisation_with_people_is_not_deleted(context: Flask, cast: Cast) -> None:
    with pytest.raises(DomainError) as refused, transaction():
        delete_organisation(named("Lanvallec"), loaded(ADMIN))
    assert "a encore des comptes (3)" in str(refused.value.message)
    assert loaded(OUTSIDER).organisation is not None


def test_empty_organisation_is_deleted_and_named_in_the_journal(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(Details("Vide", domains=("vide.fr",)))
    with transaction():
        delete_organisation(named("Vide"), loaded(ADMIN))
    assert (organisation_by_name("Vide"), organisation_of_address("a@vide.fr")) == (None, None)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.detail["name"]) == ("organisation.deleted", "Vide")


def test_only_a_member_with_an_open_account_becomes_referent(context: Flask, cast: Cast) -> None:
    with transaction():
        assert set_referent(loaded(OUTSIDER), loaded(ADMIN), given=True)
        assert not set_referent(loaded(REFERENT), loaded(ADMIN), given=True)
    for who in (CLOSED_GUEST, FORMER):
        with pytest.raises(DomainError), transaction():
            set_referent(loaded(who), loaded(ADMIN), given=True)
    with transaction():
        assert set_referent(loaded(REFERENT), loaded(ADMIN), given=False)
    assert (loaded(OUTSIDER).is_referent, loaded(REFERENT).is_referent) == (True, False)


def names(**asked: str) -> list[str]:
    return [one.name for one in db.session.scalars(organisations_wanted(Wanted(**asked)))]


def test_list_is_searched_filtered_and_ordered(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(
            Details(
                "Gand",
                country="BE",
                population=260_000,
                domains=("gent.be",),
                joined_on=datetime(2020, 1, 1, tzinfo=UTC).date(),
            )
        )
        record_organisation(Details("Étampes", region="Île-de-France", insee_code="91223", kind="intercommunality"))
    assert names() == ["Castelmaure", "Étampes", "Gand", "Lanvallec", "Port-Elvain", "Ville-Invitée"]
    assert names(words="etampes") == names(words="91223") == names(region="Île-de-France") == ["Étampes"]
    assert names(words="gent.be") == names(words="a@gent.be") == names(country="be") == ["Gand"]
    assert names(words="elvain") == ["Port-Elvain"]
    assert names(words="%") == names(words="nulle part") == names(kind="village") == []
    assert names(member="non") == ["Ville-Invitée"]
    assert names(kind="intercommunality") == ["Étampes"]
    assert names(order=BY_SIZE)[0] == names(order=BY_AGE)[0] == "Gand"
    assert names(order=BY_PEOPLE)[0] == "Castelmaure"
    assert names(order="nonsense")[0] == "Castelmaure"
