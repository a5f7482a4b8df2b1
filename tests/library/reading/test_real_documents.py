"""One real document of each sort; all of them, and the odd ones, are read in `tests/journeys`."""

from __future__ import annotations

import pytest

from tests.library.reading.samples import read, real


@pytest.mark.parametrize(
    ("name", "unit", "words"),
    [
        ("fr_chemere_conseil_pdf/CM 13 mai 2014.pdf", "page", "CONSEIL MUNICIPAL"),
        ("fr_chemere_conseil_doc/CM 29 juin 2004.doc", "passage", "secrétaire de séance"),
        ("fr_chemere_conseil_html/CM 13 mai 2014.html", "passage", "Présents"),
        ("fr_insee_utilitr/mes_donnees.ods", "sheet", "Population"),
        ("fr_insee_utilitr/mes_donnees.xls", "sheet", "Population"),
        ("fr_insee_utilitr/source_schema_rmd.pptx", "slide", "pandoc"),
        ("fr_etalab_guides/qualite__1-preparer-le-jeu-de-donnees.md", "passage", "jeu de données"),
    ],
)
def test_one_document_of_each_sort_is_cut_as_it_should(name: str, unit: str, words: str) -> None:
    reading = read(real("A_documents/" + name))
    assert {page.unit for page in reading.pages} == {unit}
    assert words in "\n".join(page.text for page in reading.pages)
