"""One row as a person: address, name, role, end, each cleaned, or the reason why it cannot be understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr

from app.accounts.models import UserKind
from app.accounts.queries import normal_email
from app.core.sheets import folded
from app.core.text import one_line
from app.spaces.importing.columns import Meaning
from app.spaces.models import Role

_SPACES = re.compile(r"[;|\n/]")
_DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d %H:%M:%S")
_LANGUAGES = {
    "fr": ("fr", "francais", "francaise", "french", "fra"),
    "en": ("en", "anglais", "anglaise", "english", "eng"),
}
_ROLES = {
    "membre": (UserKind.MEMBER, Role.MEMBER),
    "member": (UserKind.MEMBER, Role.MEMBER),
    "participant": (UserKind.MEMBER, Role.MEMBER),
    "participante": (UserKind.MEMBER, Role.MEMBER),
    "invite": (UserKind.GUEST, Role.MEMBER),
    "invitee": (UserKind.GUEST, Role.MEMBER),
    "guest": (UserKind.GUEST, Role.MEMBER),
    "animateur": (UserKind.MEMBER, Role.FACILITATOR),
    "animatrice": (UserKind.MEMBER, Role.FACILITATOR),
    "animation": (UserKind.MEMBER, Role.FACILITATOR),
    "facilitator": (UserKind.MEMBER, Role.FACILITATOR),
}


@dataclass(frozen=True)
class Named:
    """A person as a row names them.

    ``kind`` and ``role`` are None when the row does not say; ``odd`` is a cell that cannot be understood, with its
    meaning.
    """

    email: str
    name: str
    function: str
    organisation: str
    insee: str
    spaces: tuple[str, ...]
    kind: UserKind | None
    role: Role | None
    until: date | None
    language: str
    odd: tuple[Meaning, str] | None = None


def named_in(said: Mapping[str, str]) -> Named:
    """Return the person a row names."""
    email, name = _address(said.get(Meaning.EMAIL, ""))
    first, last = said.get(Meaning.FIRST_NAME, ""), said.get(Meaning.LAST_NAME, "")
    role_said, until_said = said.get(Meaning.ROLE, ""), said.get(Meaning.UNTIL, "")
    kind, role = _ROLES.get(folded(role_said), (None, None))
    until = day_in(until_said)
    odd = None
    if role_said and kind is None:
        odd = Meaning.ROLE, role_said
    elif until_said and until is None:
        odd = Meaning.UNTIL, until_said
    return Named(
        email=email,
        name=(one_line(said.get(Meaning.NAME, "") or f"{first} {last}") or name)[:120],
        function=one_line(said.get(Meaning.FUNCTION, ""))[:160],
        organisation=one_line(said.get(Meaning.ORGANISATION, ""))[:200],
        insee=_code(said.get(Meaning.INSEE, "")),
        spaces=tuple(cell for cell in map(one_line, _SPACES.split(said.get(Meaning.SPACES, ""))) if cell),
        kind=kind,
        role=role,
        until=until,
        language=_language(said.get(Meaning.LANGUAGE, "")),
        odd=odd,
    )


def _address(cell: str) -> tuple[str, str]:
    """Return the address of a cell such as « Léa Roy <lea@ville.fr> » or « mailto:lea@ville.fr », and the name."""
    name, address = parseaddr(cell) if "<" in cell else ("", cell)
    return normal_email(address.removeprefix("mailto:").strip(" ;,'\"")), one_line(name)


def _code(cell: str) -> str:
    """Return an INSEE code; spreadsheets drop the zero it begins with."""
    code = one_line(cell).replace(" ", "").upper()
    return code.zfill(5) if code.isdigit() and len(code) == 4 else code[:9]  # noqa: PLR2004 - 01004 read as a number


def _language(cell: str) -> str:
    return next((code for code, words in _LANGUAGES.items() if folded(cell) in words), "")


def day_in(cell: str) -> date | None:
    """Return the day written in a cell, None when there is none."""
    written = cell.strip()
    for form in _DAY_FORMATS if written else ():  # most lists leave it empty: thousands of rows are judged at once
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
