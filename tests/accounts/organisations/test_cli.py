"""``flask organisations …``: what an administrator does from a terminal."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app.accounts.organisations.cli import organisation_named
from app.accounts.organisations.details import details_of
from tests.people import Cast


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["organisations", *arguments])
    return result.exit_code, result.output


def test_create_then_list_shows_the_organisation(app: Flask, cast: Cast) -> None:
    code, output = run(app, "create", "Gand", "--country", "be", "--domain", "@Gent.be")
    assert (code, output.startswith("Gand recorded (as published: population 2")) == (0, True)
    assert run(app, "list", "gand") == (0, "city             BE –         member      0 Gand\n")
    assert len(run(app, "list")[1].splitlines()) == 5


def test_create_completes_what_is_published_unless_it_is_given(app: Flask, cast: Cast) -> None:
    """As the page of the administration does, and never with the facts of a namesake."""
    run(app, "create", "Gand", "--population", "260000", "--region", "Flandre")
    run(app, "create", "Turin", "--country", "FR")
    run(app, "create", "Anvers", "--kind", "association")
    with app.app_context():
        gand, turin, anvers = (details_of(organisation_named(name)) for name in ("Gand", "Turin", "Anvers"))
        assert (gand.kind, gand.country, gand.population, gand.region) == ("city", "BE", 260_000, "Flandre")
        assert (gand.latitude, gand.longitude) != (None, None)
        assert (turin.country, turin.population, turin.latitude) == ("FR", None, None)
        assert (anvers.kind, anvers.country, anvers.population) == ("association", "FR", None)


def test_create_says_what_is_wrong(app: Flask, cast: Cast) -> None:
    code, output = run(app, "create", "Castelmaure", "--domain", "gmail.com")
    assert code == 1
    assert "name: This organisation already exists." in output
    assert "gmail.com" in output


def test_domains_are_shown_replaced_and_cleared(app: Flask, cast: Cast) -> None:
    assert run(app, "domains", "Lanvallec", "lanvallec.fr", "agglo.fr") == (0, "agglo.fr\nlanvallec.fr\n")
    assert run(app, "domains", "Lanvallec") == (0, "agglo.fr\nlanvallec.fr\n")
    assert run(app, "domains", "Castelmaure", "agglo.fr")[0] == 1
    assert run(app, "domains", "Lanvallec", "agglo.fr", "--clear")[0] == 2
    assert run(app, "domains", "Lanvallec", "--clear") == (0, "Lanvallec has no domain\n")
    assert run(app, "domains", "Nulle part")[0] == 1


def test_list_is_imported_after_a_rehearsal(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "villes.csv"
    file.write_bytes("Nom;Domaines\nÉtampes;etampes.fr\nPirate;gmail.com\nLanvallec;\n".encode("cp1252"))
    rehearsed = run(app, "import", str(file), "--dry-run")
    assert rehearsed[0] == 0
    assert rehearsed[1].startswith("line 3: Pirate: “gmail.com” is a mail service open to all")
    assert rehearsed[1].endswith("1 to be recorded, 1 already there, 1 refused\n")
    assert len(run(app, "list")[1].splitlines()) == 4
    assert run(app, "import", str(file)) == (0, rehearsed[1].replace("to be recorded", "recorded"))
    assert run(app, "import", str(file))[1].endswith("0 recorded, 2 already there, 1 refused\n")
    file.write_bytes(b"PK\x03\x04")
    assert run(app, "import", str(file))[0] == 1


def test_two_records_are_made_one(app: Flask, cast: Cast) -> None:
    assert run(app, "create", "Ville de Lanvallec", "--population", "19000", "--domain", "lanvallec.fr")[0] == 0
    merged = run(app, "merge", "Lanvallec", "Ville de Lanvallec", "--take", "population")
    assert merged == (0, "Ville de Lanvallec merged into Lanvallec\n")
    assert run(app, "domains", "Lanvallec") == (0, "lanvallec.fr\n")
    assert run(app, "merge", "Lanvallec", "Lanvallec")[0] == 1
