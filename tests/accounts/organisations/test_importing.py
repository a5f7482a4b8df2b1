"""Lists of organisations as spreadsheets write them: each row is recorded whole, or refused with a reason."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from app.accounts.organisations.details import details_of
from app.accounts.organisations.importing import Fate, Outcome, import_organisations
from app.accounts.organisations.queries import how_many
from app.accounts.queries import organisation_by_name
from app.core.db import transaction
from app.core.errors import DomainError, TooLargeError
from app.core.sheets import read_sheet
from tests.people import ADMIN, Cast
from tests.support import loaded

LIST = """Nom;Nature;Pays;Code INSEE;Région;Population;Latitude;Longitude;Membre;Membre depuis;Domaines
Étampes;Commune;fr;91223;Île-de-France;24 000;48,434;2,161;oui;05/07/2021;etampes.fr, agglo.fr
Castelmaure;;;;;;;;;;

Gand;ville;BE;;;260000;;;non;;gent.be
Gand;ville;BE;;;;;;;;
Pirate;ville;FR;;;;;;;;gmail.com
Copieur;ville;FR;;;;;;;;gent.be
;ville;FR;;;;;;;;
Vague;village;FR;;;;;;;;
Floue;ville;FR;;;beaucoup;;;;;
Court
"""


def brought_in(content: bytes, *, rehearse: bool = False) -> list[Fate]:
    with transaction():
        return import_organisations(read_sheet(content), loaded(ADMIN), rehearse=rehearse)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_list_is_read_as_the_spreadsheet_wrote_it(context: Flask, cast: Cast, encoding: str) -> None:
    fates = brought_in(LIST.replace("\n", "\r\n").encode(encoding))
    assert [(fate.line, fate.name, fate.outcome) for fate in fates] == [
        (2, "Étampes", Outcome.RECORDED),
        (3, "Castelmaure", Outcome.ALREADY_THERE),
        (5, "Gand", Outcome.RECORDED),
        (6, "Gand", Outcome.REFUSED),
        (7, "Pirate", Outcome.REFUSED),
        (8, "Copieur", Outcome.REFUSED),
        (9, "", Outcome.REFUSED),
        (10, "Vague", Outcome.REFUSED),
        (11, "Floue", Outcome.REFUSED),
        (12, "Court", Outcome.RECORDED),
    ]
    reasons = " ".join(str(fate.reason) for fate in fates).replace("\xa0", " ")
    for said in ("à la ligne 5", "messagerie ouverte", "déjà le domaine de Gand", "« village »", "« beaucoup »"):
        assert said in reasons
    place = organisation_by_name("Étampes")
    assert place is not None
    details = details_of(place)
    assert (details.population, details.latitude, str(details.joined_on)) == (24_000, 48.434, "2021-07-05")
    assert (details.country, details.domains) == ("FR", ("agglo.fr", "etampes.fr"))


def test_rehearsal_writes_nothing_and_a_second_time_changes_nothing(context: Flask, cast: Cast) -> None:
    before = how_many()
    assert [fate.outcome for fate in brought_in(LIST.encode(), rehearse=True)].count(Outcome.RECORDED) == 3
    assert how_many() == before
    brought_in(LIST.encode())
    assert [fate.outcome for fate in brought_in(LIST.encode())].count(Outcome.RECORDED) == 0
    assert how_many() == before + 3


def test_code_of_another_of_its_kind_is_refused(context: Flask, cast: Cast) -> None:
    brought_in("Nom;Nature;Code INSEE\nÉtampes;ville;91223\n".encode())
    rows = "Mairie d'Étampes;ville;91223", "Agglo;intercommunalité;91223", "Lac;ville;11111", "Lac 2;ville;11111"
    fates = brought_in("\n".join(("Nom;Nature;Code INSEE", *rows)).encode())
    assert [fate.outcome for fate in fates] == [Outcome.REFUSED, Outcome.RECORDED, Outcome.RECORDED, Outcome.REFUSED]
    assert [str(fate.reason).replace("\xa0", " ") for fate in fates if fate.reason] == [
        "« 91223 » est déjà le code d’Étampes.",
        "« 11111 » est déjà le code de Lac.",
    ]


def test_name_that_differs_by_accents_and_case_is_another_only_with_what_tells_them_apart(
    context: Flask, cast: Cast
) -> None:
    """The rule is that of the form of an organisation (test_operations)."""
    brought_in("Nom;Nature;Pays;Code INSEE\nTrégueux;ville;FR;22360\nÉtampes;ville;FR;\n".encode())
    rows = {
        "TREGUEUX;ville;FR;": Outcome.ALREADY_THERE,
        "Tregueux;ville;FR;22360": Outcome.ALREADY_THERE,
        "etampes;ville;FR;91223": Outcome.ALREADY_THERE,
        "tregueux;ville;FR;22361": Outcome.RECORDED,
        "TRÉGUEUX;ville;BE;": Outcome.RECORDED,
        "trégueux;université;FR;": Outcome.RECORDED,
        "Évry;ville;FR;": Outcome.RECORDED,
        "EVRY;ville;FR;": Outcome.REFUSED,
    }
    fates = brought_in("\n".join(("Nom;Nature;Pays;Code INSEE", *rows)).encode())
    assert [fate.outcome for fate in fates] == list(rows.values())
    assert "à la ligne 8" in str(fates[-1].reason).replace("\xa0", " ")


def test_country_is_read_by_its_name_or_its_code(context: Flask, cast: Cast) -> None:
    rows = "Gand;Belgique\nBâle;suisse\nFlorence;Italy\nÉtampes;France\nPorto;pt\nAtlantis;Atlantide\n"
    fates = brought_in(f"Nom;Pays\n{rows}".encode())
    there = {name: organisation_by_name(name) for name in ("Gand", "Bâle", "Florence", "Étampes", "Porto")}
    assert [one and one.country for one in there.values()] == ["BE", "CH", "IT", "FR", "PT"]
    assert "« Atlantide » n'est pas un pays" in str(fates[-1].reason).replace("\xa0", " ").replace("’", "'")


def test_namesake_with_another_code_is_never_taken_for_the_one_recorded(context: Flask, cast: Cast) -> None:
    brought_in(b"Nom;Code INSEE\nSaint-Denis;93066\n")
    fates = brought_in("Nom;Code INSEE\nSaint-Denis;97411\nSaint-Denis;93066\nSaint-Denis (Réunion);97411\n".encode())
    assert [fate.outcome for fate in fates] == [Outcome.REFUSED, Outcome.ALREADY_THERE, Outcome.RECORDED]
    assert "code 93066" in str(fates[0].reason)


@pytest.mark.parametrize(
    "content", [b"", b"\r\n;;\r\n", b"a;b\r\n1;2", b"PK\x03\x04\x00\x00", b"\xff\xfe", b'nom\n"' + b"x" * 200_000]
)
def test_what_is_no_list_is_said(context: Flask, cast: Cast, content: bytes) -> None:
    with pytest.raises(DomainError):
        brought_in(content)


@pytest.mark.thorough
def test_five_thousand_rows_are_quick_and_more_are_refused(context: Flask, cast: Cast) -> None:
    rows = ["nom;domaines", *(f"Ville {number};ville{number}.fr" for number in range(5000))]
    begun = time.process_time()
    fates = brought_in("\n".join(rows).encode())
    assert time.process_time() - begun < 10
    assert {fate.outcome for fate in fates} == {Outcome.RECORDED}
    with pytest.raises(DomainError):
        brought_in("\n".join([*rows, "Une de trop"]).encode())
    with pytest.raises(TooLargeError):
        brought_in(b"nom\n" + b"x" * (6 * 1024 * 1024))


def test_row_that_was_refused_takes_no_name(context: Flask, cast: Cast) -> None:
    rows = b"nom;domaines;population\nNeuville;gmail.com;\nNeuville;;beaucoup\nNeuville;;\nNeuville;;\n"
    assert [fate.outcome for fate in brought_in(rows)] == [
        *(Outcome.REFUSED, Outcome.REFUSED, Outcome.RECORDED, Outcome.REFUSED)
    ]
