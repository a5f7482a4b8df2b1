"""The dates of bibliographies, brought to ISO 8601 as far as they are known."""

from __future__ import annotations

import re

from app.library.kinds.moments import parts_of

_PARTS = re.compile(r"(\d{4})(?:([/-])(\d{1,2})(?:\2(\d{1,2}))?)?(?!\d)")
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_FR = ("janv", "fév", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")


def iso_of(text: str) -> str:
    """Return « 1948-07 » for « 1948/07// », « 1996-03 » for « Mar 1996 », a year where nothing else is told.

    Empty when no date is there. Of a period, its beginning.
    """
    text = text.strip().strip("~?")
    said = parts_of(text) or parts_of(" ".join(reversed(text.split())))
    if said:
        return "-".join(f"{one:02}" for one in said)
    if found := _PARTS.match(text):
        known = [f"{int(one):02}" for one in found.group(1, 3, 4) if one]
        joined = ("-".join(known[:most]) for most in range(len(known), 0, -1))
        return next((one for one in joined if parts_of(one)), "")
    year = _YEAR.search(text)
    return year[1] if year else ""


def is_partial(text: str, iso: str) -> bool:
    """Tell whether a date holds a number that its reading left out: « 32/13/2020 », of which only the year is one."""
    kept = {int(one) for one in iso.split("-")}
    return any(int(one) not in kept for one in re.findall(r"\d+", text.partition("T")[0]))


def month_of(text: str) -> str:
    """Return the number of a month named or numbered, empty when there is none."""
    word = text.strip().strip("{}.").lower()
    if word.isdecimal():
        return f"{int(word):02}" if 1 <= int(word) <= len(_MONTHS) else ""
    for names in (_MONTHS, _MONTHS_FR):
        for number, name in enumerate(names, 1):
            if word.startswith(name):
                return f"{number:02}"
    return ""


def slashed(iso: str) -> str:
    """Return a date as RIS writes it: YYYY/MM/DD/, each part empty where it is not known."""
    parts = [*iso.split("-"), "", ""][:3]
    return "/".join(parts) + "/"
