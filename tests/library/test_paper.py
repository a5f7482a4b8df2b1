"""Records that leave the library: as a PDF, an OpenDocument text, a table."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pypdfium2
import pytest
from flask import Flask

from tests.library.shelves import shared
from tests.library.test_comparing import FIRST, SECOND, practice
from tests.people import MEMBER, OUTSIDER, PRIVATE, Cast
from tests.support import Browser


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def give(reader: Browser, public_id: str, form: str) -> Any:
    return reader.post(f"/ressources/{public_id}/fiche", {"format": form})


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return (
        " ".join(page.get_textpage().get_text_bounded() for page in document).replace("\u00a0", " ").replace("’", "'")
    )


def odt_text(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("content.xml").decode().replace("\u00a0", " ").replace("’", "'")


def table_of(answer: Any) -> list[list[str]]:
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_one_record_leaves_with_its_fields(app: Flask, browser: Any) -> None:
    one = practice(app, "Permanence du soir", FIRST, summary="Un lieu.", body="Du **texte**.")
    member = browser(MEMBER)
    table = table_of(answer := give(member, one, "csv"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="permanence-du-soir.csv"'
    assert ["La pratique", "Résumé", "Un lieu."] in table
    assert ["Mise en œuvre", "Coût annuel", "Moins de 10 000 €"] in [
        [c.replace("\u00a0", " ") for c in r] for r in table
    ]
    for form, text_in in (("pdf", pdf_text), ("odt", odt_text)):
        text = text_in(give(member, one, form).get_data())
        for words in ("Permanence du soir", "deux soirs par semaine", "Évaluation avec les partenaires", "Un lieu."):
            assert words in text, (form, words)


def test_comparison_leaves_as_it_is_seen(app: Flask, browser: Any) -> None:
    one, two = practice(app, "Permanence", FIRST), practice(app, "Médiation", {**SECOND, "staff": "2 agents"})
    member, asked = browser(MEMBER), f"id={two}&id={one}"
    table = table_of(member.post(f"/ressources/comparer/emporter?{asked}", {"format": "csv"}))
    assert table[0] == ["Rubrique", "Champ", "Montrevel", "Port-Elvain"]
    assert ["Mise en œuvre", "Moyens humains", "2 agents", ""] in table
    for form, text_in in (("pdf", pdf_text), ("odt", odt_text)):
        text = text_in(member.post(f"/ressources/comparer/emporter?{asked}", {"format": form}).get_data())
        for words in ("Montrevel", "Port-Elvain", "2 agents", "non renseigné", "Diffère"):
            assert words in text, (form, words)


def test_nothing_written_is_run(app: Flask, browser: Any) -> None:
    trap = {**FIRST, "place": "=1+1", "need": '#panic("x") *a* $b$ \\ "c"', "staff": "@SUM(A1)", "actions": "😀 привет"}
    one = practice(app, "#panic() 😀", trap)
    member = browser(MEMBER)
    table = table_of(give(member, one, "csv"))
    assert table[0][2] == "'=1+1"
    assert "'@SUM(A1)" in [cell for row in table for cell in row]
    assert '#panic("x") *a* $b$ \\ "c"' in pdf_text(give(member, one, "pdf").get_data())
    assert give(member, one, "odt").status_code == 200


def test_what_one_may_not_read_does_not_leave(app: Flask, browser: Any) -> None:
    seen = practice(app, "Permanence", FIRST)
    hidden = practice(app, "Cachée", SECOND, space=PRIVATE, audience="space", by=MEMBER)
    outsider = browser(OUTSIDER)
    for form in ("pdf", "odt", "csv"):
        assert give(outsider, hidden, form).status_code == 404
        answer = outsider.post(f"/ressources/comparer/emporter?id={seen}&id={hidden}", {"format": form})
        assert answer.location == f"/ressources/comparer?id={seen}"


def test_other_kinds_leave_too(app: Flask, browser: Any) -> None:
    report, _id = shared(app, "Rapport", audience="network", fields={"period": "2018 à 2020"})
    table = table_of(give(browser(MEMBER), report, "csv"))
    assert "2018 à 2020" in [row[2] for row in table]
