"""What the columns of a table mean: guessed from their headings, corrected by the person."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from app.core.i18n import lazy_gettext as _l
from app.core.sheets import folded


class Meaning(enum.StrEnum):
    """What one column says of a person."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FUNCTION = "function"
    ORGANISATION = "organisation"
    INSEE = "insee"
    SPACES = "spaces"
    ROLE = "role"
    UNTIL = "until"
    LANGUAGE = "language"


MEANINGS = {
    Meaning.EMAIL: _l("Adresse de courriel"),
    Meaning.NAME: _l("Prénom et nom"),
    Meaning.FIRST_NAME: _l("Prénom"),
    Meaning.LAST_NAME: _l("Nom"),
    Meaning.FUNCTION: _l("Fonction"),
    Meaning.ORGANISATION: _l("Collectivité"),
    Meaning.INSEE: _l("Code INSEE"),
    Meaning.SPACES: _l("Espaces"),
    Meaning.ROLE: _l("Rôle"),
    Meaning.UNTIL: _l("Invité jusqu'au"),
    Meaning.LANGUAGE: _l("Langue"),
}

#: Headings as they are met, without accents nor punctuation.
HEADINGS = {
    Meaning.EMAIL: "courriel|mail|email|e mail|mel|adresse|adresse mail|adresse email|adresse e mail|adresse courriel|"
    "adresse de courriel|adresse electronique|courrier electronique|email address|e mail address|mail professionnel|"
    "email professionnel|courriel professionnel",
    Meaning.NAME: "nom complet|nom et prenom|nom prenom|prenom nom|prenom et nom|noms et prenoms|name|full name",
    Meaning.FIRST_NAME: "prenom|prenoms|first name|firstname|given name|forename",
    Meaning.LAST_NAME: "nom|nom de famille|nom d usage|last name|lastname|surname|family name",
    Meaning.FUNCTION: "fonction|fonctions|poste|titre|qualite|mandat|function|job|job title|title|position",
    Meaning.ORGANISATION: "collectivite|ville|commune|mairie|organisme|organisation|structure|institution|organization|"
    "city|town|municipality|nom de la collectivite|nom de la commune",
    Meaning.INSEE: "insee|code insee|code commune|code officiel geographique|cog|siren|insee code",
    Meaning.SPACES: "espace|espaces|groupe|groupes|groupe de travail|groupes de travail|space|spaces|group|groups",
    Meaning.ROLE: "role|roles|statut|status",
    Meaning.UNTIL: "invite jusqu au|jusqu au|jusqu a|date de fin|fin|fin d acces|echeance|guest until|until|end date",
    Meaning.LANGUAGE: "langue|language|lang",
}
_BY_HEADING = {heading: meaning for meaning, headings in HEADINGS.items() for heading in headings.split("|")}


def guess(columns: Sequence[str], first_rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return what each column seems to mean, by its index as text; each meaning is given once.

    « Nom » without a column of first names is the whole name. Without headings, addresses are recognised by their sign.
    """
    found: dict[str, str] = {}
    for index, heading in enumerate(columns):
        meaning = _BY_HEADING.get(folded(heading))
        if meaning is not None and meaning not in found.values():
            found[str(index)] = meaning.value
    if Meaning.EMAIL not in found.values():
        found |= _column_of_addresses(first_rows, found)
    meanings = set(found.values())
    if Meaning.LAST_NAME in meanings and not meanings & {Meaning.FIRST_NAME, Meaning.NAME}:
        found = {index: Meaning.NAME if one == Meaning.LAST_NAME else one for index, one in found.items()}
    return found


def _column_of_addresses(rows: Sequence[Sequence[str]], taken: Mapping[str, str]) -> dict[str, str]:
    width = len(rows[0]) if rows else 0
    counts = {i: sum("@" in row[i] for row in rows) for i in range(width) if str(i) not in taken}
    best = max(counts, key=lambda i: counts[i], default=None)
    return {str(best): Meaning.EMAIL.value} if best is not None and counts[best] else {}


def said_in(cells: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return what a row says, by meaning."""
    return {meaning: cells[int(index)] for index, meaning in mapping.items() if int(index) < len(cells)}
