"""Tables given away as CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from app.core.tables import as_csv, csv_answer, inert


@pytest.mark.parametrize("typed", ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "\x00=1", "＝1"])
def test_nothing_typed_is_a_formula(typed: str) -> None:
    assert inert(typed).startswith("'")


def test_cells_are_plain_words(app: Flask) -> None:
    with app.app_context():
        moment = datetime(2026, 1, 2, 8, 30, tzinfo=UTC)
        assert [inert(one) for one in (None, 3, date(2026, 1, 2), moment, "Élu ; \n maire")] == [
            "",
            "3",
            "2026-01-02",
            "2026-01-02 09:30",
            "Élu ; maire",
        ]


def test_table_opens_in_a_french_spreadsheet() -> None:
    assert as_csv(["Nom", "Ville"], [["Léa", 'dite "la";1']]) == '\ufeffNom;Ville\r\nLéa;"dite ""la"";1"\r\n'


def test_table_is_a_file_to_keep(app: Flask) -> None:
    with app.test_request_context():
        answer = csv_answer("personnes", ["Nom"], [])
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="personnes-2')
