"""Reading a pasted list of addresses: any separators, « Name <address> », each address once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.accounts.queries import LONGEST_EMAIL, is_address, normal_email
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask_babel.speaklater import LazyString

MOST = 500
_NAMED = re.compile(r"(?:\"([^\"\n]{0,120})\"|'([^'\n]{0,120})'|([^<>,;\n]{0,120}))\s{0,9}<([^<>\n]{0,300})>")
_SEPARATORS = re.compile(r"[\s,;]+")
_EDGES = "<>()[]\"',;:. \t"


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to; the name may be empty."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Pasted:
    """What a pasted list holds: those one can write to, and what cannot be an address, each with the reason."""

    recipients: list[Recipient] = field(default_factory=list)
    refused: list[tuple[str, LazyString]] = field(default_factory=list)

    @property
    def is_too_long(self) -> bool:
        """Whether there are more addresses than one sends at once."""
        return len(self.recipients) > MOST


def read_pasted(text: str) -> Pasted:
    """Return what a pasted list holds, in its order, each address once."""
    people: dict[str, Recipient] = {}
    refused: dict[str, LazyString] = {}
    for email, name in (pair for line in text.splitlines() for pair in _pairs(line)):
        if is_address(email):
            people.setdefault(normal_email(email), Recipient(normal_email(email), one_line(name)[:120]))
        else:
            refused.setdefault(email[:80], _reason(email))
    return Pasted(list(people.values()), list(refused.items()))


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a line, with the name written beside each."""
    for found in _NAMED.finditer(line):
        quoted, single, bare, email = found.groups()
        yield email.strip(_EDGES).removeprefix("mailto:"), (quoted or single or bare or "").strip(_EDGES)
    words = [word.strip(_EDGES).removeprefix("mailto:") for word in _SEPARATORS.split(_NAMED.sub(" ", line))]
    words = [word for word in words if word]
    addresses = [word for word in words if "@" in word]
    if len(addresses) == 1 and is_address(addresses[0]):  # a row of a table: the other cells are the name
        yield addresses[0], " ".join(word for word in words if "@" not in word)
    else:
        yield from ((word, "") for word in words)


def _reason(text: str) -> LazyString:
    """Return the first thing that is wrong with what stands where an address should."""
    wrong = (
        ("@" not in text, _l("il manque le signe @")),
        (text.startswith("@"), _l("il manque ce qui vient avant le signe @")),
        ("@@" in text, _l("le signe @ est doublé")),
        (text.count("@") > 1, _l("deux adresses se touchent")),
        (len(text) > LONGEST_EMAIL, _l("l'adresse est trop longue")),
        ("." not in text.rpartition("@")[2], _l("il manque la fin de l'adresse, par exemple « .fr »")),
    )
    return next((reason for is_so, reason in wrong if is_so), _l("un caractère ne va pas dans une adresse"))
