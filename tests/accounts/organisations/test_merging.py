"""Two records of one organisation made one: nothing that pointed to either is lost."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Table, func, insert, select

from app.accounts.models import AccessRequest, Organisation, OrganisationDomain, User
from app.accounts.organisations.details import Details, details_of
from app.accounts.organisations.merging import bare_name, doubles, links_to_organisations, merge
from app.accounts.organisations.operations import record_organisation
from app.accounts.queries import organisation_by_name
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError
from app.extensions import db
from app.spaces.models import Invitation
from tests.library.shelves import share
from tests.people import ADMIN, MEMBER, OUTSIDER, REFERENT, Cast
from tests.support import loaded


def named(name: str) -> Organisation:
    place = organisation_by_name(name)
    assert place is not None
    return place


def test_every_column_that_points_to_an_organisation_is_known() -> None:
    pointing = {
        f"{table.name}.{key.parent.name}"
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "organisation.id"
    }
    assert {f"{column.table.name}.{column.name}" for column in links_to_organisations()} == pointing
    assert pointing >= {
        "user.organisation_id",
        "organisation_domain.organisation_id",
        "access_request.organisation_id",
        "invitation.organisation_id",
    }


def value_for(column: Column[Any], place: int, resource: int, cast: Cast) -> Any:
    """Return something a column that must be filled accepts."""
    for key in column.foreign_keys:
        known = {
            "organisation.id": place,
            "user.id": cast.people[OUTSIDER],
            "space.id": next(iter(cast.spaces.values())),
            "resource.id": resource,
        }
        return known[key.target_fullname]
    kinds = {str: "x", int: 1, bool: False, dict: {}, list: []}
    wanted = column.type.python_type
    return kinds[wanted] if wanted in kinds else now()


def test_whatever_points_to_the_other_points_to_the_one_kept(context: Flask, cast: Cast) -> None:
    resource = share(by=MEMBER).id
    with transaction():
        other = record_organisation(Details("Ville de Lanvallec", domains=("lanvallec.fr",))).id
        tables: set[Table] = {column.table for column in links_to_organisations()}
        for table in tables - {User.__table__, OrganisationDomain.__table__}:
            pointing = {column.name for column in links_to_organisations() if column.table is table}
            filled = {
                column.name: value_for(column, other, resource, cast)
                for column in table.columns
                if column.name in pointing
                or not (column.nullable or (column.primary_key and column.autoincrement is True) or column.name == "id")
            }
            db.session.execute(insert(table).values(filled))
        loaded(REFERENT).organisation_id = other
    kept = named("Lanvallec")
    with transaction():
        merge(kept, named("Ville de Lanvallec"), [], loaded(ADMIN))
    for column in links_to_organisations():
        assert db.session.scalar(select(func.count()).select_from(column.table).where(column == other)) == 0, column
    for model in (AccessRequest, Invitation, OrganisationDomain):
        assert db.session.scalar(select(func.count()).select_from(model).where(model.organisation_id == kept.id)) == 1
    assert loaded(REFERENT).organisation_id == kept.id
    assert organisation_by_name("Ville de Lanvallec") is None


def test_facts_are_taken_from_either_and_domains_from_both(context: Flask, cast: Cast) -> None:
    with transaction():
        record_organisation(Details("Gand", country="BE", population=1, domains=("gand.be",)))
        record_organisation(
            Details("Gent", country="BE", population=260_000, latitude=51.0, longitude=3.7, domains=("gent.be",))
        )
    with transaction():
        merge(named("Gand"), named("Gent"), ["name", "population", "latitude"], loaded(ADMIN))
    assert details_of(named("Gent")) == Details(
        "Gent", country="BE", population=260_000, latitude=51.0, longitude=3.7, domains=("gand.be", "gent.be")
    )
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.detail["names"]) == ("organisation.merged", ["Gand", "Gent"])
    assert entry.detail["moved"] == {"organisation_domain": 1}


def test_records_that_moved_or_are_one_are_not_merged(context: Flask, cast: Cast) -> None:
    kept, other = named("Lanvallec"), named("Castelmaure")
    with pytest.raises(EditConflictError), transaction():
        merge(kept, other, versions=(1, 2))
    with pytest.raises(DomainError), transaction():
        merge(kept, kept)
    assert organisation_by_name("Castelmaure") is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ville de Lyon", "Lyon"),
        ("Mairie de l'Étang", "Etang"),
        ("St-Étienne", "Saint Etienne"),
        ("Ste Foy", "Sainte-Foy"),
    ],
)
def test_names_written_differently_are_one(one: str, other: str) -> None:
    assert bare_name(one) == bare_name(other)


def test_doubles_are_noticed_by_name_code_and_domain(context: Flask, cast: Cast) -> None:
    with transaction():
        for details in (
            Details("Ville de Castelmaure"),
            Details("Villeneuve", insee_code="11111"),
            Details("Villeneuve-le-Lac"),
            Details("Gand", domains=("gent.be",)),
            Details("Politie Gent", domains=("politie.gent.be",)),
            Details("A", domains=("a.gouv.fr",)),
            Details("B", domains=("b.gouv.fr",)),
        ):
            record_organisation(details)
        lake = organisation_by_name("Villeneuve-le-Lac")
        assert lake is not None
        lake.insee_code = "11111"  # as an archive of a space may bring it
    found = {frozenset((pair.one.name, pair.other.name)): str(pair.reason) for pair in doubles()}
    assert found == {
        frozenset(("Castelmaure", "Ville de Castelmaure")): "Même nom",
        frozenset(("Villeneuve", "Villeneuve-le-Lac")): "Même code INSEE",
        frozenset(("Gand", "Politie Gent")): "Domaine commun",
    }


def test_two_codes_that_differ_make_no_double(context: Flask, cast: Cast) -> None:
    with transaction():
        for details in (
            Details("Saint-Denis", insee_code="93066", domains=("saint-denis.fr",)),
            Details("SAINT-DENIS", insee_code="97411", domains=("re.saint-denis.fr",)),
        ):
            record_organisation(details)
    assert doubles() == []
