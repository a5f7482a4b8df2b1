"""Organisations as a list for a spreadsheet, with the columns an import reads back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from app.accounts.models import Organisation
from app.accounts.organisations.queries import people_numbers
from app.extensions import db

#: Head of each column, in the order of the file. The words are those an import looks for (``importing.HEADS``).
COLUMNS = (
    "nom",
    "nature",
    "pays",
    "code_insee",
    "region",
    "population",
    "latitude",
    "longitude",
    "membre",
    "membre_depuis",
    "domaines",
    "personnes",
)


def rows_of(query: Select[Any]) -> Iterator[list[object]]:
    """Yield a row for each organisation of a query."""
    places = db.session.scalars(query.options(selectinload(Organisation.domains))).all()
    numbers = people_numbers(places)
    for one in places:
        yield [
            one.name,
            one.kind,
            one.country,
            one.insee_code,
            one.region,
            one.population,
            one.latitude,
            one.longitude,
            "oui" if one.is_member else "non",
            one.joined_on,
            " ".join(domain.domain for domain in one.domains),
            numbers.get(one.id, 0),
        ]
