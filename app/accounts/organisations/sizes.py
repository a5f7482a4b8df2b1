"""Bands of inhabitants, by which cities find those they can compare themselves with."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case

from app.accounts.models import Organisation
from app.core.i18n import gettext as _

#: Under 10 000, to 50 000, to 200 000, beyond: as they stand in an address, smallest first.
BANDS = ("-10000", "10000-50000", "50000-200000", "200000-")
_BOUNDS = (10_000, 50_000, 200_001)


def band_of(population: int | None) -> str:
    """Return the band of a number of inhabitants, an empty string where none is known."""
    return BANDS[sum(population >= bound for bound in _BOUNDS)] if population else ""


def band_column() -> ColumnElement[str]:
    """Return the same for the organisations of a query."""
    sizes = [(Organisation.population < bound, band) for bound, band in zip(_BOUNDS, BANDS, strict=False)]
    nothing = Organisation.population.is_(None) | (Organisation.population == 0)
    return case((nothing, ""), *sizes, else_=BANDS[-1])


def band_words(band: str) -> str:
    """Return how a band is called; one unknown to this version is called by its key."""
    words = (
        _("Moins de 10 000 habitants"),
        _("De 10 000 à 50 000 habitants"),
        _("De 50 000 à 200 000 habitants"),
        _("Plus de 200 000 habitants"),
    )
    return words[BANDS.index(band)] if band in BANDS else band
