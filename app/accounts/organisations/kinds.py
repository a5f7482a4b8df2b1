"""How kinds of organisations and countries are called."""

from __future__ import annotations

from functools import cache

from babel import Locale

from app.accounts.models import OrganisationKind
from app.core.db import sort_key
from app.core.i18n import current_language
from app.core.i18n import lazy_gettext as _l

KIND_NAMES = {
    OrganisationKind.CITY: _l("Ville"),
    OrganisationKind.INTERCOMMUNALITY: _l("Intercommunalité"),
    OrganisationKind.DEPARTMENT: _l("Département"),
    OrganisationKind.REGION: _l("Région"),
    OrganisationKind.ASSOCIATION: _l("Association"),
    OrganisationKind.UNIVERSITY: _l("Université"),
    OrganisationKind.OTHER: _l("Autre organisme"),
}


def kind_name(kind: str) -> str:
    """Return what a kind is called; a kind unknown to this version is called by its code."""
    return str(KIND_NAMES.get(OrganisationKind(kind), kind)) if kind in OrganisationKind.__members__.values() else kind


def country_name(code: str, language: str = "") -> str:
    """Return what a country is called in the reader's language; its code when it has no name."""
    return str(Locale(language or current_language()).territories.get(code.upper(), code))


def country_code(words: str) -> str | None:
    """Return the code of a country written as its code or its name, in French or in English; None for another word."""
    code = words.strip().upper()
    return code if len(code) == 2 and code.isalpha() else _codes_by_name().get(sort_key(words))  # noqa: PLR2004 - ISO 3166-1 alpha-2


@cache
def _codes_by_name() -> dict[str, str]:
    return {sort_key(name): code for language in ("en", "fr") for code, name in _names_of_countries(language)}


def countries() -> list[tuple[str, str]]:
    """Return the countries as (code, name) in the order of their names, France first."""
    return sorted(_names_of_countries(current_language()), key=lambda one: (one[0] != "FR", sort_key(one[1])))


def _names_of_countries(language: str) -> list[tuple[str, str]]:
    names = Locale(language).territories
    return [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in NOT_ONES]  # noqa: PLR2004 - ISO 3166-1 alpha-2


# Codes that Unicode adds to those of ISO 3166-1: unions, tests, unknown.
NOT_ONES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
