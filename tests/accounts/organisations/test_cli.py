"""``flask organisations …``: what an administrator does from a terminal."""

from __future__ import annotations

from flask import Flask

from tests.people import Cast


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["organisations", *arguments])
    return result.exit_code, result.output


def test_create_then_list_shows_the_organisation(app: Flask, cast: Cast) -> None:
    assert run(app, "create", "Gand", "--country", "be", "--domain", "@Gent.be") == (0, "Gand recorded\n")
    assert run(app, "list", "gand") == (0, "city             BE member      0 Gand\n")
    assert len(run(app, "list")[1].splitlines()) == 5


def test_create_says_what_is_wrong(app: Flask, cast: Cast) -> None:
    code, output = run(app, "create", "Castelmaure", "--domain", "gmail.com")
    assert code == 1
    assert "name: Cette collectivité existe déjà." in output
    assert "gmail.com" in output


def test_domains_are_shown_replaced_and_cleared(app: Flask, cast: Cast) -> None:
    assert run(app, "domains", "Lanvallec", "lanvallec.fr", "agglo.fr") == (0, "agglo.fr\nlanvallec.fr\n")
    assert run(app, "domains", "Lanvallec") == (0, "agglo.fr\nlanvallec.fr\n")
    assert run(app, "domains", "Castelmaure", "agglo.fr")[0] == 1
    assert run(app, "domains", "Lanvallec", "--clear") == (0, "")
    assert run(app, "domains", "Nulle part")[0] == 1
