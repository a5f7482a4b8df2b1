"""Fields that tell when: a day, a year, or as much of a date as people remember."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from app.core.clock import now
from app.core.db import sort_key
from app.core.i18n import format_day_number, format_month
from app.core.i18n import lazy_gettext as _l
from app.library.kinds.values import DAY, FieldType, UnreadableError

FIRST_YEAR, YEARS_AHEAD = 1000, 30
#: The months as they begin, accents aside, in the two languages of the site: « sept. 2020 », « August 2020 ».
_MONTHS = (
    ("janv", "jan"),
    ("fevr", "feb", "fev"),
    ("mars", "mar"),
    ("avril", "apr", "avr"),
    ("mai", "may"),
    ("juin", "jun"),
    ("juil", "jul"),
    ("aout", "aug"),
    ("sept", "sep"),
    ("octo", "oct"),
    ("nove", "nov"),
    ("dece", "dec"),
)
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]\d.*)?")
_NUMBERS = re.compile(r"(?:(\d{1,2})[/.])?(\d{1,2})[/.](\d{4})")
_WORDS = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]{3,10}) (\d{4})")
_PARTS_OF_A_DAY = 3


def parts_of(text: str) -> tuple[int, ...] | None:
    """Return (year,), (year, month) or (year, month, day) as written in one of the usual ways, None otherwise."""
    folded = sort_key(text.replace(".", " ")) if any(map(str.isalpha, text)) else text.strip()
    if found := _ISO.fullmatch(text.strip()):
        pieces: tuple[str | int | None, ...] = found[1], found[2], found[3]
    elif found := _NUMBERS.fullmatch(folded):
        pieces = found[3], found[2], found[1]
    elif found := _WORDS.fullmatch(folded):
        pieces = found[3], _month_named(found[2]), found[1]
    else:
        return None
    parts = tuple(int(piece) for piece in pieces if piece)
    return parts if _is_possible(parts, len([piece for piece in pieces if piece is not None])) else None


def _month_named(word: str) -> int:
    for number, beginnings in enumerate(_MONTHS, 1):
        if word.startswith(beginnings):
            return number
    return 0


def _is_possible(parts: tuple[int, ...], named: int) -> bool:
    if len(parts) != named or not FIRST_YEAR <= parts[0] <= now().year + YEARS_AHEAD:
        return False
    try:
        date(*(*parts, 1, 1)[:_PARTS_OF_A_DAY])
    except ValueError:
        return False
    return True


def moment_of(text: str) -> str | None:
    """Return as much of a date as a text says, in ISO 8601 cut where knowledge ends; None when it says none."""
    parts = parts_of(text)
    return "-".join((f"{parts[0]:04}", *(f"{one:02}" for one in parts[1:]))) if parts else None


@dataclass(frozen=True)
class Year(FieldType):
    """A year."""

    def read(self, typed: str) -> int:
        """Read « 2021 », or the year of a whole date."""
        parts = parts_of(typed)
        if parts is None:
            raise UnreadableError(_l("Écrivez l'année en quatre chiffres, par exemple 2021."))
        return parts[0]


@dataclass(frozen=True)
class Moment(FieldType):
    """As much of a date as is known: a year, a month or a day. Kept as ISO 8601, cut where knowledge ends."""

    def read(self, typed: str) -> str:
        """Read « 2020 », « septembre 2020 », « 09/2020 », « 14/09/2020 », « 2020-09 »."""
        read = moment_of(typed)
        if read is None:
            raise UnreadableError(_l("Écrivez le mois et l'année, par exemple septembre 2020 ou 09/2020."))
        return read

    def written(self, value: Any) -> str:
        """Return « 14/09/2020 », « 09/2020 » or « 2020 »."""
        return "/".join(reversed(str(value).split("-")))

    def shown(self, value: Any) -> str:
        """Return « 14 septembre 2020 », « septembre 2020 » or « 2020 »."""
        parts = parts_of(str(value)) or ()
        if len(parts) == _PARTS_OF_A_DAY:
            return format_day_number(date(*parts))
        return format_month(date(parts[0], parts[1], 1)) if len(parts) > 1 else str(value)

    def keys(self, value: Any) -> list[str]:
        """Filter by year."""
        return [str(value)[:4]]


@dataclass(frozen=True)
class Day(Moment):
    """A calendar day."""

    control: ClassVar[str] = DAY

    def read(self, typed: str) -> str:
        """Read « 05/07/2021 », « 5 juillet 2021 » or « 2021-07-05 »."""
        parts = parts_of(typed)
        if parts is None or len(parts) != _PARTS_OF_A_DAY:
            raise UnreadableError(_l("Écrivez la date comme ceci : 05/07/2021."))
        return date(*parts).isoformat()

    def written(self, value: Any) -> str:
        """Return it as the browser's own field for days takes it."""
        return str(value)
