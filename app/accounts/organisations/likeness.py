"""Cities like mine: what another authority has in common with one's own, for the lists that may be seen through it.

``size`` means the same kind of authority in the same band of inhabitants, ``region`` the same region of the same
country. One's own authority is not like itself; what is not known of it makes no likeness.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, or_

from app.accounts.models import Organisation, OrganisationKind
from app.accounts.organisations.kinds import kind_name
from app.accounts.organisations.sizes import band_column, band_of, band_words
from app.core.i18n import gettext as _

#: The name of the lens in the address of a list, and its values.
LENS = "comme"
SIZE, REGION = "size", "region"


class Place(Protocol):
    """What two authorities are compared by."""

    public_id: str
    kind: str
    country: str
    population: int | None

    @property
    def region(self) -> str | None:
        """The region, if it is known."""


def lenses_of(mine: Organisation | None) -> list[str]:
    """Return the lenses a person of this authority may look through: none for who belongs to none."""
    if mine is None:
        return []
    known = {SIZE: band_of(mine.population), REGION: mine.region}
    return [lens for lens, value in known.items() if value]


def lens_title(mine: Organisation) -> str:
    """Return how the lenses together are called."""
    return _("Villes comme la mienne") if mine.kind == OrganisationKind.CITY else _("Comme ma collectivité")


def lens_words(lens: str, mine: Organisation) -> str:
    """Return how a lens is called for a person of this authority: « Ville de 10 000 à 50 000 habitants »."""
    if lens == REGION:
        return _("De ma région : %(region)s", region=mine.region)
    words = band_words(band_of(mine.population))
    return _("%(kind)s, %(size)s", kind=kind_name(mine.kind), size=words[:1].lower() + words[1:])


def likenesses(mine: Organisation | None, other: Place) -> list[str]:
    """Return the lenses through which another authority is seen from this one."""
    if mine is None or mine.public_id == other.public_id:
        return []
    seen = {
        SIZE: (mine.kind, band_of(mine.population)) == (other.kind, band_of(other.population)),
        REGION: (mine.country, mine.region) == (other.country, other.region),
    }
    return [lens for lens in lenses_of(mine) if seen[lens]]


def is_like(mine: Organisation | None, lenses: Iterable[str]) -> ColumnElement[bool]:
    """Return the same for the organisations of a query: true for those seen through one of these lenses."""
    known = [lens for lens in lenses_of(mine) if lens in set(lenses)]
    if mine is None or not known:
        return false()
    seen = {
        SIZE: and_(Organisation.kind == mine.kind, band_column() == band_of(mine.population)),
        REGION: and_(Organisation.country == mine.country, Organisation.region == mine.region),
    }
    return and_(Organisation.id != mine.id, or_(*(seen[lens] for lens in known)))
