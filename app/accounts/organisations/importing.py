"""Bringing in a list of organisations: what each row says, and what became of it."""

from __future__ import annotations

import enum
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from app.accounts.models import Organisation, OrganisationDomain, OrganisationKind, User
from app.accounts.organisations.details import Details, codes_differ, form_problems, namesake_problem
from app.accounts.organisations.domains import split_domains
from app.accounts.organisations.kinds import country_code
from app.accounts.organisations.numbers import decimal_number, whole_number
from app.core.audit import record
from app.core.db import sort_key
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.sheets import Sheet
from app.extensions import db

#: What a column is called, in the words of our own export and of those who keep such lists; compared folded.
HEADS = {
    "name": ("nom", "name", "collectivite", "organisation", "ville", "commune", "libelle"),
    "kind": ("nature", "type", "kind"),
    "country": ("pays", "country"),
    "insee_code": ("code insee", "insee", "code", "siren"),
    "region": ("region",),
    "population": ("population", "habitants"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
    "is_member": ("membre", "adherent", "adherente", "member"),
    "joined_on": ("membre depuis", "adhesion", "depuis", "member since", "since"),
    "domains": ("domaines", "domaine", "domains", "domain"),
}
KIND_WORDS = {
    OrganisationKind.CITY: "city ville commune mairie municipalite",
    OrganisationKind.INTERCOMMUNALITY: (
        "intercommunality intercommunalite agglomeration metropole epci communaute cc ca cu ept me"
    ),
    OrganisationKind.DEPARTMENT: "department departement",
    OrganisationKind.REGION: "region land",
    OrganisationKind.ASSOCIATION: "association ong ngo",
    OrganisationKind.UNIVERSITY: "university universite ecole",
    OrganisationKind.OTHER: "other autre organisme",
}
YES = frozenset({"oui", "yes", "x", "1", "true", "vrai", "o", "y", "membre", "member"})
NO = frozenset({"non", "no", "0", "false", "faux", "n", "hors"})
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y")


class Outcome(enum.StrEnum):
    """What became of a row."""

    RECORDED = "recorded"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"


def said_of(outcome: str, number: int = 1, *, done: bool) -> str:
    """Return the words for so many rows of one outcome: of the future before the deed, of the past after it."""
    if outcome == Outcome.RECORDED and not done:
        return ngettext("sera enregistrée", "seront enregistrées", number)
    if outcome == Outcome.RECORDED:
        return ngettext("enregistrée", "enregistrées", number)
    if outcome == Outcome.ALREADY_THERE:
        return ngettext("déjà là, laissée telle quelle", "déjà là, laissées telles quelles", number)
    return ngettext("refusée", "refusées", number)


@dataclass(frozen=True)
class Fate:
    """What became of one row: its line in the file, the name it gives, and why it was refused."""

    line: int
    name: str
    outcome: Outcome
    reason: Any = ""


@dataclass
class Register:
    """The names, codes and domains taken, by organisations recorded (line 0) or by rows above.

    A code counts within its kind; a name but for accents and case, within its kind and country.
    """

    names: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    alike: dict[tuple[str, str, str], list[tuple[str | None, int]]] = field(default_factory=lambda: defaultdict(list))
    domains: dict[str, str] = field(default_factory=dict)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def as_recorded(cls) -> Register:
        """Return the register as the database has it, in two statements."""
        register = cls()
        facts = Organisation.name, Organisation.kind, Organisation.country, Organisation.insee_code
        for row in db.session.execute(select(*facts).order_by(Organisation.id.desc())):
            register._take(0, *row)
        query = select(OrganisationDomain.domain, Organisation.name).join(Organisation)
        register.domains.update(db.session.execute(query).all())
        return register

    def enter(self, line: int, details: Details) -> Fate:
        """Take the facts of a row in, or say why not."""
        _line, code = self.names.get(details.name, (0, None))
        if namesake := namesake_problem(details.insee_code, code):
            return Fate(line, details.name, Outcome.REFUSED, namesake)
        above = self._line_of(details)
        if above == 0:
            return Fate(line, details.name, Outcome.ALREADY_THERE)
        if above:
            again = _l("Ce nom est déjà à la ligne %(line)s.", line=above)
            return Fate(line, details.name, Outcome.REFUSED, again)
        problems = form_problems(details) or self._taken(details)
        if problems:
            return Fate(line, details.name, Outcome.REFUSED, next(iter(problems.values())))
        self._take(line, details.name, details.kind, details.country, details.insee_code)
        self.domains |= dict.fromkeys(details.domains, details.name)
        return Fate(line, details.name, Outcome.RECORDED)

    def _take(self, line: int, name: str, kind: str, country: str, code: str | None) -> None:
        self.names[name] = line, code
        self.alike[sort_key(name), kind, country].append((code, line))
        if code:
            self.codes[kind, code] = name

    def _line_of(self, details: Details) -> int | None:
        """Return where the organisation of a row is named already, by the rule of the form of an organisation."""
        if details.name in self.names:
            return self.names[details.name][0]
        alike = self.alike.get((sort_key(details.name), details.kind, details.country), [])
        return next((line for code, line in alike if not codes_differ(details.insee_code, code)), None)

    def _taken(self, details: Details) -> dict[str, Any]:
        """Return what another holds already, as the form of an organisation says it."""
        code, found = details.insee_code, {}
        if code and (details.kind, code) in self.codes:
            holder = self.codes[details.kind, code]
            found["insee_code"] = _l("« %(code)s » est déjà le code de %(holder)s.", code=code, holder=holder)
        domain = next((domain for domain in details.domains if domain in self.domains), None)
        if domain is not None:
            holder = self.domains[domain]
            found["domains"] = _l("« %(domain)s » est déjà le domaine de %(holder)s.", domain=domain, holder=holder)
        return found


class RowError(ValueError):
    """A cell that cannot be read; the message is a sentence."""


def import_organisations(sheet: Sheet, by: User | None = None, *, rehearse: bool = False) -> list[Fate]:
    """Record the organisations of a list, and return what became of each row; ``rehearse``: write nothing.

    Those already recorded are left as they are, so that the same list may come twice. Raises DomainError when no
    column is a name.
    """
    columns = _columns(sheet)
    register = Register.as_recorded()
    fates: list[Fate] = []
    recorded: list[Details] = []
    for row in sheet.rows:
        line, cells = row.n, row.cells
        try:
            details = _details(dict(_facts(columns, cells)))
        except RowError as error:
            fates.append(
                Fate(
                    line,
                    cells[columns["name"]][:200] if columns["name"] < len(cells) else "",
                    Outcome.REFUSED,
                    error.args[0],
                )
            )
            continue
        fates.append(register.enter(line, details))
        if fates[-1].outcome == Outcome.RECORDED and not rehearse:
            recorded.append(details)
    if recorded:
        _write(recorded)
        record("organisation.imported", by, None, number=len(recorded))
    return fates


def _write(recorded: list[Details]) -> None:
    """Write organisations with their domains in three statements, however many they are."""
    rows = [{**details.columns, "sort_key": sort_key(details.name)} for details in recorded]
    db.session.execute(insert(Organisation), rows)
    ids = {name: number for number, name in db.session.execute(select(Organisation.id, Organisation.name))}
    domains = [
        {"organisation_id": ids[details.name], "domain": domain} for details in recorded for domain in details.domains
    ]
    if domains:
        db.session.execute(insert(OrganisationDomain), domains)


def numbers_of(fates: list[Fate]) -> dict[Outcome, int]:
    """Return how many rows had each outcome."""
    counted = Counter(fate.outcome for fate in fates)
    return {outcome: counted[outcome] for outcome in Outcome}


def _columns(sheet: Sheet) -> dict[str, int]:
    """Return where each fact stands in the rows. Raises DomainError."""
    folded = [sort_key(name) for name in sheet.columns]
    found = {}
    for fact, words in HEADS.items():
        place = next((folded.index(word) for word in words if word in folded), None)
        if place is not None:
            found[fact] = place
    if "name" not in found:
        raise DomainError(_l("La première ligne doit nommer les colonnes, dont « nom »."))
    return found


def _facts(columns: dict[str, int], cells: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the facts of a row; the apostrophe our export puts before what looks like a formula is taken away."""
    for fact, place in columns.items():
        if place < len(cells) and cells[place]:
            yield fact, re.sub(r"^'(?=[=+\-@])", "", cells[place])


def _details(given: dict[str, str]) -> Details:
    """Return the facts of a row. Raises RowError."""
    return Details(
        name=given.get("name", ""),
        kind=_kind(given.get("kind", "")),
        is_member=_truth(given.get("is_member", "")),
        joined_on=_day(given.get("joined_on", "")),
        country=_country(given.get("country", "")),
        region=given.get("region") or None,
        insee_code=_code(given.get("insee_code", "")),
        population=_number(given.get("population", ""), whole_number),
        latitude=_number(given.get("latitude", ""), decimal_number),
        longitude=_number(given.get("longitude", ""), decimal_number),
        domains=tuple(split_domains(given.get("domains", ""))),
    )


def _kind(text: str) -> str:
    words = sort_key(text).split()
    if not words:
        return OrganisationKind.CITY
    for kind, known in KIND_WORDS.items():
        if words[0] in known.split():
            return kind
    raise RowError(_l("« %(text)s » n'est pas une nature connue.", text=text[:80]))


def _country(text: str) -> str:
    code = country_code(text) if text else "FR"
    if code is None:
        raise RowError(
            _l("« %(text)s » n'est pas un pays : écrivez son nom ou son code, Belgique ou BE.", text=text[:80])
        )
    return code


def _truth(text: str) -> bool:
    word = sort_key(text).partition(" ")[0]
    if not word or word in YES:
        return True
    if word in NO:
        return False
    raise RowError(_l("« %(text)s » : répondez par oui ou non.", text=text[:80]))


def _day(text: str) -> date | None:
    if not text:
        return None
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise RowError(_l("« %(text)s » n'est pas une date comme 05/07/2021.", text=text[:80]))


def _code(text: str) -> str | None:
    """Return a code; a spreadsheet may have eaten its leading zero."""
    bare = "".join(text.split()).upper()
    return (bare.zfill(5) if bare.isdigit() and len(bare) == 4 else bare) or None  # noqa: PLR2004 - a commune has 5


def _number(text: str, read: Any) -> Any:
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise RowError(_l("« %(text)s » n'est pas un nombre.", text=text[:80])) from error
