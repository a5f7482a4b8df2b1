"""The pages that complete, import and merge organisations."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.accounts.organisations.details import Details
from app.accounts.organisations.operations import record_organisation
from app.accounts.organisations.queries import how_many
from app.accounts.places import sources
from app.accounts.queries import organisation_by_name
from app.core.db import transaction
from tests.accounts.organisations.test_places import french_data
from tests.people import ADMIN, OUTSIDER, Cast
from tests.support import loaded

HERE = "/administration/collectivites"


def page_of(app: Flask, name: str) -> str:
    with app.app_context():
        place = organisation_by_name(name)
        assert place is not None
        return place.public_id


def number(app: Flask) -> int:
    with app.app_context():
        return how_many()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_list_is_shown_before_it_is_written(app: Flask, cast: Cast, browser: Any, encoding: str) -> None:
    here, before = browser(ADMIN), number(app)
    content = "Nom;Pays;Domaines\nÉtampes;FR;etampes.fr\nCastelmaure;;\nPirate;FR;gmail.com\n".encode(encoding)
    shown = here.post(f"{HERE}/importer", {"fichier": (io.BytesIO(content), "villes.csv")})
    for said in ("Étampes", "Déjà là, laissée telle quelle", "messagerie ouverte à tous", "Importer ces collectivités"):
        assert said in shown.text
    assert number(app) == before
    kept = re.search(r'<textarea name="liste" hidden>(.*?)</textarea>', shown.text, re.DOTALL)
    assert kept is not None
    assert "\x00" not in kept.group(1)  # a browser would lose it
    done = here.post(f"{HERE}/importer", {"liste": kept.group(1)})
    assert "Voir les collectivités" in done.text
    assert number(app) == before + 1
    with app.app_context():
        assert organisation_by_name("Étampes") is not None


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("fr", ["Sera enregistrée", "seront enregistrées"], ["Enregistrée", "enregistrées"]),
        ("en", ["Will be recorded", "will be recorded"], ["Recorded", "recorded"]),
    ],
)
def test_list_speaks_of_the_future_before_it_is_written_and_of_the_past_after(
    app: Flask, cast: Cast, browser: Any, language: str, before: list[str], after: list[str]
) -> None:
    here = browser(ADMIN)
    here.post("/langue", {"lang": language})
    content = b"Nom;Pays\nZorglub;FR\nZorglubville;FR\nCastelmaure;\n"
    shown = here.post(f"{HERE}/importer", {"fichier": (io.BytesIO(content), "villes.csv")})
    done = here.post(f"{HERE}/importer", {"liste": content.decode()})
    for page, (of_one, of_two) in ((shown.text, before), (done.text, after)):
        said = {words.strip() for words in re.findall(r">([^<>]+)<", page)}
        assert ({of_one, of_two} <= said, said.isdisjoint({*before, *after} - {of_one, of_two})) == (True, True)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a;b\n1;2", b"\x00\x01\x02" * 100])
def test_what_is_no_list_is_said_on_the_page(app: Flask, cast: Cast, browser: Any, content: bytes) -> None:
    answer = browser(ADMIN).post(f"{HERE}/importer", {"fichier": (io.BytesIO(content), "x.csv")})
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_file_is_asked_for_when_none_was_chosen(cast: Cast, browser: Any) -> None:
    answer = browser(ADMIN).post(f"{HERE}/importer")
    assert (answer.status_code, "Choisissez le fichier de la liste." in answer.text) == (422, True)


def test_two_records_are_compared_and_made_one(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context(), transaction():
        record_organisation(Details("Ville de Lanvallec", population=19_000, domains=("lanvallec.fr",)))
    here, kept, other = browser(ADMIN), page_of(app, "Lanvallec"), page_of(app, "Ville de Lanvallec")
    assert f"/{kept}/fusionner/{other}" in here.get(f"{HERE}/doublons").text
    assert f"/{kept}/fusionner/{other}" in here.get(f"{HERE}/{kept}/fusionner?q=lanvallec").text
    page = here.get(f"{HERE}/{kept}/fusionner/{other}").text
    assert re.search(r'name="population" value="autre" checked', page)
    sent = {"version": "1", "autre_version": "1", "population": "autre", "name": "garde"}
    late = here.post(f"{HERE}/{kept}/fusionner/{other}", {**sent, "version": "7"})
    assert (late.status_code, "a été modifiée entre-temps" in late.text.replace("’", "'")) == (409, True)
    assert here.post(f"{HERE}/{kept}/fusionner/{other}", sent).status_code == 302
    assert here.get(f"{HERE}/{other}").status_code == 404
    with app.app_context():
        place = organisation_by_name("Lanvallec")
        assert place is not None
        assert (place.population, [one.domain for one in place.domains]) == (19_000, ["lanvallec.fr"])
        assert loaded(OUTSIDER).organisation_id == place.id


def test_record_is_not_merged_with_itself(app: Flask, cast: Cast, browser: Any) -> None:
    kept = page_of(app, "Lanvallec")
    for answer in (
        browser(ADMIN).get(f"{HERE}/{kept}/fusionner/{kept}"),
        browser(ADMIN).post(f"{HERE}/{kept}/fusionner/{kept}", {"version": "1", "autre_version": "1"}),
    ):
        assert answer.headers["Location"] == f"{HERE}/{kept}/fusionner"
    assert number(app) == 4


@pytest.mark.slow
def test_known_place_fills_the_form_without_javascript(
    app: Flask, cast: Cast, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    french_data(tmp_path / "french")
    monkeypatch.setattr(sources, "FRENCH_DATA", tmp_path / "french")
    here = browser(ADMIN)
    typed = {"name": "Renn", "domains": "rennes.example", "is_member": "", "joined_on": "2020-02-01"}
    found = here.post(f"{HERE}/nouvelle", {**typed, "cherche": "renn", "chercher": "1"})
    assert found.status_code == 200
    assert 'name="lieu" value="c35238"' in found.text
    filled = here.post(f"{HERE}/nouvelle", {**typed, "cherche": "renn", "lieu": "c35238"}).text
    for value in ("Rennes", "35238", "2020-02-01"):
        assert f'value="{value}"' in filled
    assert "rennes.example</textarea>" in filled
    assert "checked" not in filled.partition('name="is_member"')[2].partition(">")[0]
    assert number(app) == 4, "nothing is saved by looking for a place"
    filled = here.get(f"{HERE}/nouvelle?lieu=c35238").text
    for value in ("Rennes", "35238", "225081", "Bretagne"):
        assert f'value="{value}"' in filled
    address = f"{HERE}/{page_of(app, 'Lanvallec')}/modifier"
    changed = here.post(address, {**typed, "edit_version": "1", "lieu": "e243500139"}).text
    assert ('value="Rennes Métropole"' in changed, "Sa position n’est pas publiée" in changed) == (True, True)
    rennes = {"name": "Rennes", "region": "Bretagne", "insee_code": "35238", "latitude": "48.1", "longitude": "-1.7"}
    other = here.post(f"{HERE}/nouvelle", {**typed, **rennes, "lieu": "e243500139"}).text
    assert 'value="48.1"' not in other, "a place has nothing of the one chosen before it"
    same = here.post(f"{HERE}/nouvelle", {**typed, **rennes, "name": "rennes métropole", "lieu": "e243500139"}).text
    assert 'value="48.1"' in same, "what is not published stays as typed"
    options = here.get(f"{HERE}/lieux?q=renn")
    assert options.text.count('role="option"') > 1
    assert "lieux proposés" in options.text
    for words in ("", "%00", "é" * 500, "'; DROP TABLE place"):
        assert here.get(f"{HERE}/lieux", query_string={"q": words}).status_code == 200
    assert "Aucun lieu publié" in here.get(f"{HERE}/nouvelle?cherche=zzzzzz").text
    assert here.get(f"{HERE}/nouvelle?lieu=nonsense").status_code == 200
