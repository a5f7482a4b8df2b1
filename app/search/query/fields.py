"""The names of the fields, in French and in English, and how their values are written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.search.analysis import fold
from app.search.query.asked import MAX_VALUE, QUOTES, Field

NAMES: Mapping[Field, tuple[str, ...]] = {
    Field.KIND: ("type", "kind", "genre"),
    Field.SPACE: ("espace", "space"),
    Field.TAG: ("mot-cle", "tag", "mots-cles", "motcle", "keyword"),
    Field.CITY: ("ville", "city", "collectivite", "organisme", "organisation"),
    Field.AUTHOR: ("auteur", "author", "auteure", "autrice"),
    Field.YEAR: ("annee", "year", "an"),
    Field.LANG: ("langue", "language", "lang"),
}
"""The first name is the French one we write, the second the English one; all are read, accents or not."""

NAME = re.compile(r"([^\W\d_](?:[\w-]*\w)?)\s?:\s?")
LOOKS_LIKE_A_FIELD = re.compile(r"[^\W\d_][\w-]{2,}:(?!//)\w")
_PLAIN = re.compile(r"[\w.'’-]+")
_YEARS = re.compile(r"(\d{4})?\s*(\.{2,3}|…|-|–)\s*(\d{4})?")
_YEAR = re.compile(r"\d{4}")
_BY_NAME = {name: field for field, names in NAMES.items() for name in names}


def field_named(name: str) -> Field | None:
    """Give the field of a name, in either language, whatever its accents and case."""
    return _BY_NAME.get(fold(name))


def name_of(field: Field, lang: str = "fr") -> str:
    """Give the name of a field in a language."""
    return NAMES[field][lang == "en"]


def value_of(field: Field, written: str) -> str:
    """Give a value cleaned ("2021…2019" is "2019..2021"); empty when it cannot be one."""
    kept = "".join(" " if sign in QUOTES else sign for sign in written)
    value = " ".join(kept.split())[:MAX_VALUE].strip()
    return _years(value) if field is Field.YEAR else value


def _years(value: str) -> str:
    if _YEAR.fullmatch(value):
        return value
    span = _YEARS.fullmatch(value)
    if span is None or not (span[1] or span[3]):
        return ""
    if span[1] and span[3]:
        first, last = sorted((span[1], span[3]))
        return first if first == last else f"{first}..{last}"
    return f"{span[1] or ''}..{span[3] or ''}"


def years_in(value: str) -> tuple[int, int]:
    """Give the first and the last year of a cleaned value: `years_in("2019..") == (2019, 9999)`."""
    first, between, last = value.partition("..")
    return int(first or 0), int((last or 9999) if between else first)


def written(field: Field, value: str, lang: str = "fr") -> str:
    """Give a filter as it is typed: `espace:"Vie nocturne"`."""
    plain = _PLAIN.fullmatch(value) or field is Field.YEAR
    return f"{name_of(field, lang)}:{value}" if plain else f'{name_of(field, lang)}:"{value}"'
