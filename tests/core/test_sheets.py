"""Tables as town halls send them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from app.core.errors import TooLargeError
from app.core.sheets import LARGEST_SHEET, MOST_ROWS, SheetRefusedError, read_sheet, read_text
from app.core.text import one_line

SPECTRUM = Path(__file__).parents[2].parent / "shared" / "data" / "G_standard" / "csv_spectrum"
TEXT = "Prénom;Nom;Courriel\nÉlise;Noël;elise@example.org\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode("cp1252"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode(),
        f"sep=;\n{TEXT}".encode(),
        f"\n;;\n{TEXT}\n;;\n".encode(),
        TEXT.replace("Noël", '"Noël"').encode(),
        TEXT.replace("Noël", "No\x00ël").encode(),
    ],
)
def test_every_spreadsheet_is_read_alike(data: bytes) -> None:
    sheet = read_sheet(data)
    assert sheet.columns == ["Prénom", "Nom", "Courriel"]
    assert [row.cells for row in sheet.rows] == [["Élise", "Noël", "elise@example.org"]]


def test_quotes_separators_and_line_ends_inside_cells() -> None:
    sheet = read_text('Nom;Fonction\n"Le Goff; Rozenn";"Dite ""la patronne""\nadjointe"\nMalik;\n')
    assert [(row.n, row.cells) for row in sheet.rows] == [
        (2, ["Le Goff; Rozenn", 'Dite "la patronne" adjointe']),
        (3, ["Malik", ""]),
    ]


def test_list_of_addresses_needs_no_headings() -> None:
    sheet = read_text("a@example.org\n\nb@example.org")
    assert sheet.columns == [""]
    assert [(row.n, row.cells) for row in sheet.rows] == [(1, ["a@example.org"]), (3, ["b@example.org"])]


def test_rows_have_as_many_cells_as_headings() -> None:
    assert [row.cells for row in read_text("A;B\n1\n1;2;3\n").rows] == [["1", ""], ["1", "2"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "vide"),
        (b"\n;;\n", "vide"),
        (b"Nom;Courriel\n", "rien en dessous"),
        (b"PK\x03\x04rest", "classeur"),
        (b"\xd0\xcf\x11\xe0rest", "classeur"),
        (bytes(range(256)) * 40, "tableau en texte"),
        (b"Nom;Courriel\n" + b"a;b\n" * (MOST_ROWS + 1), "lignes"),
        (b";".join([b"x"] * 10_000) + b"\na;b", "colonnes"),
        (b'Nom;Courriel\n"a;b\n' + b"c;d\n" * 2000, "guillemet"),
        (b"Nom;Courriel\n" + b"a" * 200_000 + b";b", "ligne 2"),
    ],
)
def test_what_is_no_table_is_said(app: Flask, data: bytes, words: str) -> None:
    with app.app_context(), pytest.raises(SheetRefusedError) as refused:
        read_sheet(data)
    with app.app_context():
        assert words in str(refused.value.message)


def test_wide_row_in_a_narrow_table_loses_its_rest() -> None:
    assert read_sheet(b"Nom;Courriel\n" + b";".join([b"x"] * 10_000)).rows[0].cells == ["x", "x"]


def test_large_file_is_refused() -> None:
    with pytest.raises(TooLargeError):
        read_sheet(b"a" * (LARGEST_SHEET + 1))


@pytest.mark.skipif(not SPECTRUM.is_dir(), reason="the collection of odd files is not on this machine")
def test_odd_files_are_read_as_their_authors_meant() -> None:
    wrong = []
    for path in sorted(SPECTRUM.glob("csvs/*.csv")):
        sheet = read_sheet(path.read_bytes())
        meant = json.loads((SPECTRUM / "json" / f"{path.stem}.json").read_bytes().decode(errors="replace"))
        rows = meant if isinstance(meant, list) else [meant]
        expected = [[one_line(cell) for cell in row.values()] for row in rows]
        if [row.cells for row in sheet.rows] != expected and path.stem != "location_coordinates":
            wrong.append(path.name)
    assert wrong == []
