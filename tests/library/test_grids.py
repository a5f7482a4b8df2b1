"""A spreadsheet on the page of its resource: a table one can read, whose words are found and marked in their cells."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.library.reading.samples import xlsx
from tests.library.shelves import shared
from tests.people import MEMBER, Cast
from tests.support import work

BUDGET = {
    1: {"A": "Budget de la prévention"},
    3: {"A": "Ville", "B": "Année", "D": "Coût"},
    4: {"A": "Lens", "B": "2021", "D": "12 000 €"},
    5: {"A": "Évry &lt;b&gt;", "D": "médiation sociale"},
}


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def page_of(app: Flask, browser: Any, content: bytes, name: str, asked: str = "") -> str:
    public_id, _id = shared(app, files=[(content, name)])
    work(app)
    shown: str = browser(MEMBER).get(f"/ressources/{public_id}-diagnostic-local?{asked}").get_data(as_text=True)
    return shown


def table_in(page: str) -> str:
    found = re.search(r'<div class="paper paper--grid".*?</div>', page, re.DOTALL)
    assert found is not None
    return found[0].replace("\n", "")


def test_sheet_is_a_table_with_its_name_its_title_and_its_headings(app: Flask, browser: Any) -> None:
    table = table_in(page_of(app, browser, xlsx(BUDGET), "budget.xlsx"))
    assert '<h2 id="sheet-name">Budget</h2><p>Budget de la prévention</p>' in table
    heads = (
        '<thead><tr><th scope="col">Ville</th><th scope="col">Année</th><td></td><th scope="col">Coût</th></tr></thead>'
    )
    assert heads in table
    lens = '<tr><th scope="row">Lens</th><td class="number">2021</td><td></td><td class="number">12 000 €</td></tr>'
    evry = '<tr><th scope="row">Évry &lt;b&gt;</th><td></td><td></td><td>médiation sociale</td></tr>'
    assert f"<tbody>{lens}{evry}</tbody>" in table


def test_words_looked_for_are_marked_in_their_cells_even_from_one_to_the_next(app: Flask, browser: Any) -> None:
    page = page_of(app, browser, "nom;rôle\nLéa;médiation\nAli;police\n".encode(), "a.csv", 'q="Léa médiation"')
    assert '<th scope="row"><mark>Léa</mark></th><td><mark>médiation</mark></td>' in table_in(page)


def test_sheet_that_goes_on_keeps_its_headings(app: Flask, browser: Any) -> None:
    rows = "ville;habitants\n" + "".join(f"Ville-{n};{n}\n" for n in range(3000))
    page = page_of(app, browser, rows.encode(), "villes.csv", "q=Ville-2999")
    table = table_in(page)
    assert '<thead><tr><th scope="col">ville</th><th scope="col">habitants</th></tr></thead>' in table
    assert ("2999</mark></th>" in table, "Ville-0<" in table) == (True, False)


def test_numbers_alone_have_no_headings_and_one_column_is_a_text(app: Flask, browser: Any) -> None:
    table = table_in(page_of(app, browser, b"1;2\n3;4\n", "nombres.csv"))
    assert '<tbody><tr><td class="number">1</td><td class="number">2</td></tr>' in table
    assert "<th" not in table
    assert "paper--grid" not in page_of(app, browser, b"un\ndeux\n", "liste.csv")
