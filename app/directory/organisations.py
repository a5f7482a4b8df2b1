"""The cities and organisations of the directory: rows to filter and count, and what each has shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import func, select

from app.accounts.models import Organisation, OrganisationKind, User
from app.accounts.organisations.likeness import LENS, lens_title, lens_words, lenses_of, likenesses
from app.accounts.organisations.sizes import BANDS, band_of, band_words
from app.core.db import sort_key
from app.core.i18n import format_number
from app.core.i18n import gettext as _
from app.directory.facets import Facet, has_words
from app.directory.permissions import can_see_organisation
from app.directory.words import country_name, kind_words, membership_words
from app.extensions import db
from app.library.counting import count_by_organisation
from app.library.holdings import Holdings
from app.search.beginnings import Begun
from app.spaces.people import can_find_person

PRACTICE = "practice"  # the kind of resource by which cities compare themselves
HOME = "FR"  # the country that need not be said


@dataclass(frozen=True)
class OrganisationRow:
    """One organisation as the list shows it; ``people`` and ``practices`` count those this reader finds and reads."""

    public_id: str
    name: str
    folded: str
    kind: str
    is_member: bool
    joined_on: date | None
    country: str
    region: str
    population: int | None
    people: int
    practices: int

    @property
    def membership(self) -> str:
        """The value of the filter « member or not »."""
        return "oui" if self.is_member else "non"

    @property
    def facts(self) -> list[str]:
        """What stands under the name: « Ville », « 118 000 hab. », « Bretagne », the country when it is another."""
        inhabitants = _("%(number)s hab.", number=format_number(self.population)) if self.population else ""
        country = country_name(self.country) if self.country != HOME else ""
        return [fact for fact in (kind_words(self.kind), inhabitants, self.region, country) if fact]


def organisations_seen_by(reader: User) -> list[OrganisationRow]:
    """Return the organisations this reader may know of: three statements, however many they are."""
    practices = count_by_organisation(Holdings.of(reader), PRACTICE)
    counted = select(User.organisation_id, func.count()).where(can_find_person.where(reader))
    people = {id_: count for id_, count in db.session.execute(counted.group_by(User.organisation_id))}  # noqa: C416 - rows are named tuples
    query = select(Organisation).where(can_see_organisation.where(reader))
    return [
        OrganisationRow(
            one.public_id,
            one.name,
            one.sort_key,
            one.kind,
            one.is_member,
            one.joined_on,
            one.country,
            one.region or "",
            one.population,
            people.get(one.id, 0),
            practices.get(one.id, 0),
        )
        for one in db.session.scalars(query)
    ]


def named(rows: list[OrganisationRow], words: Sequence[Begun]) -> list[OrganisationRow]:
    """Return those whose name, region or country hold each word."""
    return [row for row in rows if has_words(words, row.folded, sort_key(f"{row.region} {country_name(row.country)}"))]


def _bands_of(row: OrganisationRow) -> list[str]:
    return [band for band in (band_of(row.population),) if band]


def facets(reader: User) -> list[Facet[OrganisationRow]]:
    """Return the filters of organisations, « cities like mine » first for who belongs to one."""
    mine = reader.organisation
    lens = (
        Facet(LENS, lens_title(mine), partial(likenesses, mine), lambda one: lens_words(one, mine), lenses_of(mine))
        if mine
        else None
    )
    return [
        *([lens] if lens else []),
        Facet("genre", _("Nature"), lambda row: [row.kind], kind_words, [one.value for one in OrganisationKind]),
        Facet("region", _("Région"), lambda row: [row.region] if row.region else [], str),
        Facet("pays", _("Pays"), lambda row: [row.country], country_name),
        Facet(
            "taille", _("Habitants"), lambda row: [band_of(row.population)] if row.population else [], band_words, BANDS
        ),
        Facet("adherente", _("Adhésion"), lambda row: [row.membership], membership_words, ("oui", "non")),
    ]


def in_order(rows: list[OrganisationRow], sort: str) -> list[OrganisationRow]:
    """Return rows by name, the largest first, or the latest come first."""
    if sort == "population":
        return sorted(rows, key=lambda row: (-(row.population or 0), row.folded))
    if sort == "arrivee":
        return sorted(rows, key=lambda row: (-(row.joined_on or date.min).toordinal(), row.folded))
    return sorted(rows, key=lambda row: row.folded)
