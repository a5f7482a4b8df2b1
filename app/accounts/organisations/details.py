"""The facts of an organisation as somebody gives them, by form, by file or by command, and what must hold of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.accounts.models import Organisation, OrganisationKind
from app.accounts.organisations.domains import MOST_DOMAINS, holders_of, is_domain, is_public_mail, is_public_suffix
from app.accounts.queries import organisation_by_name
from app.core.clock import now
from app.core.db import sort_key
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import local
from app.extensions import db

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

LONGEST_NAME = 200
LONGEST_REGION = 100
MOST_PEOPLE = 1_000_000_000
OLDEST_YEAR = 1900
_COUNTRY = re.compile(r"[A-Z]{2}")
_CODE = re.compile(r"[0-9AB]{2,9}")


@dataclass(frozen=True)
class Details:
    """Every fact an administrator may give."""

    name: str
    kind: str = OrganisationKind.CITY
    is_member: bool = True
    joined_on: date | None = None
    country: str = "FR"
    region: str | None = None
    insee_code: str | None = None
    population: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    domains: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """The facts that are columns of the organisation itself."""
        return {name: value for name, value in asdict(self).items() if name != "domains"}


COLUMNS = tuple(one.name for one in fields(Details) if one.name != "domains")


def details_of(place: Organisation) -> Details:
    """Return the facts recorded of an organisation."""
    known = {name: getattr(place, name) for name in COLUMNS}
    return Details(**known, domains=tuple(one.domain for one in place.domains))


def problems_with(details: Details, place: Organisation | None = None) -> dict[str, LazyString]:
    """Return what is wrong with the facts given, a sentence for each name of a fact; ``place``: the one being changed.

    Asks the database who holds the name and the domains.
    """
    return {**_taken(details, place), **form_problems(details)}


def form_problems(details: Details) -> dict[str, LazyString]:
    """Return what is wrong with the facts in themselves, whoever else is recorded."""
    return {**_name_problem(details), **_plain_problems(details), **_domain_problem(details.domains)}


def _name_problem(details: Details) -> dict[str, LazyString]:
    if not details.name:
        return {"name": _l("Indiquez le nom de la collectivité.")}
    if len(details.name) > LONGEST_NAME:
        return {"name": _l("Ce nom dépasse 200 caractères.")}
    return {}


def _plain_problems(details: Details) -> dict[str, LazyString]:
    wrong = {
        "kind": (details.kind not in set(OrganisationKind), _l("Choisissez une nature dans la liste.")),
        "country": (not _COUNTRY.fullmatch(details.country), _l("Indiquez un pays par son code de deux lettres.")),
        "insee_code": (
            bool(details.insee_code) and not _CODE.fullmatch(details.insee_code or ""),
            _l("Un code INSEE compte de 2 à 9 chiffres (lettres A et B en Corse), par exemple 35238."),
        ),
        "region": (len(details.region or "") > LONGEST_REGION, _l("Ce nom dépasse 100 caractères.")),
        "population": (
            not 0 <= (details.population or 0) <= MOST_PEOPLE,
            _l("Indiquez un nombre d'habitants entre 0 et un milliard."),
        ),
        "joined_on": (not _may_have_joined(details.joined_on), _l("Indiquez une date entre 1900 et aujourd'hui.")),
        "latitude": (not _is_within(details.latitude, 90), _l("Une latitude va de -90 à 90 degrés.")),
        "longitude": (not _is_within(details.longitude, 180), _l("Une longitude va de -180 à 180 degrés.")),
    }
    found = {name: sentence for name, (is_wrong, sentence) in wrong.items() if is_wrong}
    if not found and (details.latitude is None) != (details.longitude is None):
        missing = "latitude" if details.latitude is None else "longitude"
        found[missing] = _l("Donnez la latitude et la longitude, ou aucune des deux.")
    return found


def _may_have_joined(day: date | None) -> bool:
    return day is None or (day.year >= OLDEST_YEAR and day <= local(now()).date())


def _is_within(degrees: float | None, most: int) -> bool:
    return degrees is None or -most <= degrees <= most  # NaN compares with nothing: refused


def _domain_problem(domains: Iterable[str]) -> dict[str, LazyString]:
    """Return what is wrong with a list of domains: the first trouble, under « domains »."""
    given = list(domains)
    if len(given) > MOST_DOMAINS:
        return {"domains": _l("Une collectivité a au plus %(most)s domaines.", most=MOST_DOMAINS)}
    for domain in given:
        if not is_domain(domain):
            return {"domains": _l("« %(domain)s » n'est pas un domaine, par exemple ville.fr.", domain=domain[:80])}
        if is_public_suffix(domain):
            return {
                "domains": _l(
                    "« %(domain)s » n'est à personne : chacun y enregistre le sien. Écrivez celui de la collectivité.",
                    domain=domain,
                )
            }
        if is_public_mail(domain):
            return {
                "domains": _l(
                    "« %(domain)s » est une messagerie ouverte à tous : n'importe qui serait reconnu.", domain=domain
                )
            }
    return {}


def _taken(details: Details, place: Organisation | None) -> dict[str, LazyString]:
    """Return what somebody else holds already."""
    found = {}
    if _same_name(details, place):
        holder = organisation_by_name(details.name)
        code = holder.insee_code if holder is not None else None
        found["name"] = namesake_problem(details.insee_code, code) or _l("Cette collectivité existe déjà.")
    namesake = _same_code(details, place)
    if namesake is not None:
        found["insee_code"] = _l(
            "« %(code)s » est déjà le code de %(holder)s.", code=details.insee_code, holder=namesake.name
        )
    for domain, other in holders_of(details.domains).items():
        if place is None or other.id != place.id:
            found["domains"] = _l("« %(domain)s » est déjà le domaine de %(holder)s.", domain=domain, holder=other.name)
    return found


def _same_name(details: Details, place: Organisation | None) -> bool:
    """Tell whether another has the name, or the same but for accents and case where nothing else tells them apart.

    Kind, country and two codes that differ do; a name that was there before may stay.
    """
    holder = organisation_by_name(details.name)
    if holder is not None:
        return place is None or holder.id != place.id
    key = sort_key(details.name)
    if place is not None and place.sort_key == key:
        return False
    alike = Organisation.sort_key == key, Organisation.kind == details.kind, Organisation.country == details.country
    codes = db.session.scalars(select(Organisation.insee_code).where(*alike))
    return any(not codes_differ(details.insee_code, code) for code in codes)


def namesake_problem(code: str | None, other: str | None) -> LazyString | None:
    """Return what to do about the very name of another place, told apart by its code; None when it may be the same."""
    if not codes_differ(code, other):
        return None
    return _l(
        "Une autre collectivité porte déjà ce nom (code %(code)s) : ajoutez un département, par exemple « Saint-Denis "
        "(Réunion) ».",
        code=other,
    )


def codes_differ(code: str | None, other: str | None) -> bool:
    """Tell whether two codes, both known, tell apart two organisations whose names differ by accents and case alone."""
    return bool(code and other and code != other)


def _same_code(details: Details, place: Organisation | None) -> Organisation | None:
    """Return what holds the code given and is of the same kind; a code that was there before may stay."""
    if not details.insee_code or (place is not None and place.insee_code == details.insee_code):
        return None
    same = Organisation.insee_code == details.insee_code, Organisation.kind == details.kind
    return db.session.scalars(select(Organisation).where(*same).order_by(Organisation.id)).first()
