"""Places found by the beginning of a name, from what is published; and without the French data."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.organisations.operations import record_by_name
from app.accounts.places import sources
from app.accounts.places.finding import FOLDER, compile_places, place_of, place_without_doubt, places_called
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.extensions import db

COMMUNES = [
    {
        "code": "35238",
        "nom": "Rennes",
        "type": "commune-actuelle",
        "departement": "35",
        "region": "53",
        "population": 225081,
    },
    {
        "code": "52031",
        "nom": "Autreville-sur-la-Renne",
        "type": "commune-actuelle",
        "departement": "35",
        "region": "53",
        "population": 380,
    },
    {
        "code": "93066",
        "nom": "Saint-Denis",
        "type": "commune-actuelle",
        "departement": "93",
        "region": "11",
        "population": 149077,
    },
    {
        "code": "30247",
        "nom": "Saint-Denis",
        "type": "commune-actuelle",
        "departement": "30",
        "region": "76",
        "population": 320,
    },
    {"code": "14001", "nom": "Ablon", "type": "commune-deleguee", "departement": "14", "region": "28"},
    {
        "code": "29001",
        "nom": "Jumelle",
        "type": "commune-actuelle",
        "departement": "29",
        "region": "53",
        "population": 6000,
    },
    {
        "code": "22001",
        "nom": "Jumelle",
        "type": "commune-actuelle",
        "departement": "22",
        "region": "53",
        "population": 6100,
    },
    {
        "code": "29019",
        "nom": "Brest",
        "type": "commune-actuelle",
        "departement": "35",
        "region": "53",
        "population": 142346,
    },
]
GENEVA = {
    "geonameid": 2660646,
    "name": "Geneva",
    "countrycode": "CH",
    "admin1code": "GE",
    "population": 201741,
    "latitude": 46.20222,
    "longitude": 6.14569,
    "alternatenames": ["Geneva", "Geneve", "Genf", "Genève"],
}
GRAD = {**GENEVA, "geonameid": 2, "name": "Grad", "population": 1_000_000, "alternatenames": ["Rengrad"]}
GROUPINGS = [
    {"code": "243500139", "nom": "Rennes Métropole", "populationMunicipale": 469320, "membres": [{"code": "35238"}]}
]
DEPARTMENTS = [
    {"code": "35", "nom": "Ille-et-Vilaine", "region": "53", "typeLiaison": 1},
    {"code": "30", "nom": "Gard", "region": "76", "typeLiaison": 2},
]
REGIONS = [
    {"code": "53", "nom": "Bretagne"},
    {"code": "11", "nom": "Île-de-France"},
    {"code": "76", "nom": "Occitanie"},
]


def french_data(folder: Path, version: str = "test") -> None:
    """Write a few communes as the French package holds them; the version tells apart what is compiled from them."""
    (folder / "data").mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"version": version}))
    data = {"communes": COMMUNES, "epci": GROUPINGS, "departements": DEPARTMENTS, "regions": REGIONS}
    for name, rows in data.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(rows), "utf-8")


@pytest.fixture
def places(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An application that has a few French communes beside the cities of Europe."""
    french_data(tmp_path / "french")
    monkeypatch.setattr(sources, "FRENCH_DATA", tmp_path / "french")
    with app.app_context():
        yield app


@pytest.fixture
def few_places(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application that knows a few French places and no other: compiled at once."""
    only_french(tmp_path / "french", monkeypatch)
    return app


def only_french(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    french_data(folder, "test without Europe")
    monkeypatch.setattr(sources, "FRENCH_DATA", folder)
    monkeypatch.setattr(sources, "_cities", list)


def test_place_is_without_doubt_by_its_code_or_when_no_other_bears_its_name(few_places: Flask) -> None:
    def code(*asked: str) -> str | None:
        place = place_without_doubt(*asked)
        return place.code if place else None

    with few_places.app_context():
        assert (code("rennes"), code("Renn"), code("Saint-Denis")) == ("35238", None, None)
        assert (code("Saint Denis", "93066"), code("Saint-Denis", "00000")) == ("93066", None)


def test_city_abroad_is_given_under_the_name_it_was_asked_by(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    french_data(tmp_path / "french", "test with Geneva")
    monkeypatch.setattr(sources, "FRENCH_DATA", tmp_path / "french")
    monkeypatch.setattr(sources, "_cities", lambda: [GENEVA, GRAD])
    with app.app_context():
        assert [one.name for asked in ("Genève", "geneve", "gen", "genf") for one in places_called(asked)] == [
            "Genève",
            "Geneve",
            "Geneva",
            "Genf",
        ]
        found = place_of(places_called("Genève")[0].ref)
        assert found is not None
        assert (found.name, found.country, found.population) == ("Genève", "CH", 201741)
        known = [place_of(ref) for ref in ("g2660646", "g2660646:Rome", "g1:Genève")]
        assert [one.name if one else None for one in known] == ["Geneva", "Geneva", None]
        assert place_without_doubt("Genève") is not None
        assert [one.name for one in places_called("ren")][:2] == ["Rennes Métropole", "Rennes"]  # then by other names


def test_organisation_recorded_by_name_is_completed_and_journaled(few_places: Flask) -> None:
    with few_places.app_context():
        with transaction():
            rennes = record_by_name("RENNES", is_member=True, by=None)
            unknown = record_by_name("Saint-Denis", is_member=False, by=None)
        assert (rennes.name, rennes.population, rennes.region, rennes.insee_code) == (
            "RENNES",
            225081,
            "Bretagne",
            "35238",
        )
        assert (unknown.population, unknown.is_member) == (None, False)
        told = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "organisation.created"))
        assert [one["name"] for one in told] == ["RENNES", "Saint-Denis"]


@pytest.mark.slow
def test_place_is_found_by_name_word_code_or_name_in_another_language(places: Flask) -> None:
    def first(words: str) -> str:
        return places_called(words)[0].name

    assert (first("rennes"), first("RENNES mét"), first("métropole")[:7]) == ("Rennes", "Rennes Métropole", "Rennes ")
    assert [one.name for one in places_called("renne")[:2]] == ["Rennes Métropole", "Rennes"]
    assert (first("35238"), first("243500139"), first("ille et vil")) == (
        "Rennes",
        "Rennes Métropole",
        "Département d'Ille-et-Vilaine",
    )
    assert (first("gard"), first("bretagne"), first("Londres")) == (
        "Département du Gard",
        "Région Bretagne",
        "Londres",
    )
    assert [one.country for one in places_called("Brest")[:2]] == ["FR", "BY"]
    assert [one.code for one in places_called("Saint-Denis")] == ["93066", "30247"]
    assert places_called("Ablon") == places_called("é") == places_called("") == []


@pytest.mark.slow
def test_place_carries_every_published_fact_and_a_position_only_without_doubt(places: Flask) -> None:
    rennes = place_of("c35238")
    assert rennes is not None
    assert (rennes.kind, rennes.country, rennes.department, rennes.region) == (
        "city",
        "FR",
        "Ille-et-Vilaine",
        "Bretagne",
    )
    assert (rennes.population, round(rennes.latitude or 0, 1), round(rennes.longitude or 0, 1)) == (225081, 48.1, -1.7)
    region = place_of("r53")
    assert (region.population if region else 0) == 225081 + 380 + 6000 + 6100 + 142346
    assert [one.latitude for one in places_called("Jumelle")] == [None, None]
    assert place_of("c00000") is place_of("") is None


@pytest.mark.slow
def test_without_the_french_package_french_cities_come_from_geonames(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "FRENCH_DATA", tmp_path / "nowhere")
    with app.app_context():
        found = places_called("Rennes")[0]
        assert (found.name, found.country, found.code) == ("Rennes", "FR", None)


@pytest.mark.slow
def test_file_is_compiled_once_and_the_older_one_goes(places: Flask, tmp_path: Path) -> None:
    first = compile_places()
    assert compile_places() == first
    (tmp_path / "french" / "package.json").write_text('{"version": "next"}')
    second = compile_places()
    assert second != first
    assert [one.name for one in second.parent.glob("*.sqlite3")] == [second.name]
    assert second.parent.name == FOLDER


@pytest.mark.slow
def test_finding_is_quick(places: Flask) -> None:
    places_called("re")
    begun = time.process_time()
    for words in ("sa", "saint", "ma", "pari", "l", "la", "zz"):
        places_called(words)
    assert (time.process_time() - begun) / 7 < 0.03
