"""Word processing, sheets, presentations and books."""

from __future__ import annotations

from pathlib import Path

import docx as word
import odfdo
import pytest

from tests.library.reading.samples import docx, paragraph, pptx, read, real, written, xlsx, zipped


def test_word_document_is_read_in_passages(tmp_path: Path) -> None:
    document = word.Document()
    document.add_heading("Le plan local", 1)
    for number in range(12):
        document.add_paragraph(f"Paragraphe {number} : " + "les élus de la ville ont voté dans la salle " * 8)
    document.core_properties.title = "Plan local de prévention"
    document.core_properties.author = "Ville de Grigny"
    document.save(str(tmp_path / "plan.docx"))
    reading = read(tmp_path / "plan.docx")
    assert reading.status == "searchable"
    assert {page.unit for page in reading.pages} == {"passage"}
    assert reading.pages[0].text.startswith("Le plan local\n\nParagraphe 0")
    assert (reading.title, reading.author, reading.lang) == ("Plan local de prévention", "Ville de Grigny", "fr")
    assert len(reading.pages) > 1


def test_open_document_text_and_table_are_read(tmp_path: Path) -> None:
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Header(1, "Titre de l’étude"))
    table = odfdo.Table("T", width=2, height=1)
    table.set_value("A1", "cellule une")
    document.body.append(table)
    document.save(str(tmp_path / "a.odt"))
    text = read(tmp_path / "a.odt").pages[0].text
    assert "Titre de l’étude" in text
    assert "cellule une" in text


def test_slides_come_in_the_order_they_are_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "a.pptx", pptx([3, 1, 2], {1: "Un", 2: "Deux", 3: "Trois"}))
    assert [(page.n, page.unit, page.text) for page in read(path).pages] == [
        (1, "slide", "Trois"), (2, "slide", "Un"), (3, "slide", "Deux"),
    ]  # fmt: skip


def test_notes_stand_with_their_own_slide(tmp_path: Path) -> None:
    path = written(tmp_path, "a.pptx", pptx([1, 2], {1: "Un", 2: "Deux"}, notes={2: "à dire"}))
    assert [page.text for page in read(path).pages] == ["Un", "Deux\n\nà dire"]


def test_slide_without_text_keeps_its_number(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.pptx", pptx([1, 2], {1: "", 2: "Deux"})))
    assert reading.page_count == 2
    assert [page.n for page in reading.pages] == [2]


def test_open_document_presentation_is_read_by_slide(tmp_path: Path) -> None:
    document = odfdo.Document("presentation")
    document.body.clear()
    for number in (1, 2):
        page = odfdo.DrawPage(f"page{number}", name=f"Diapo {number}")
        page.append(odfdo.Frame.text_frame(f"Diapositive {number}", size=("7cm", "5cm"), position=("1cm", "1cm")))
        document.body.append(page)
    document.save(str(tmp_path / "a.odp"))
    assert [(page.n, page.text) for page in read(tmp_path / "a.odp").pages] == [
        (1, "Diapositive 1"),
        (2, "Diapositive 2"),
    ]


def test_sheets_keep_their_names(tmp_path: Path) -> None:
    reading = read(real("A_documents/fr_eig/Exemple-KUMU-BulloterieEIG.xlsx"))
    assert [(page.unit, page.label) for page in reading.pages] == [("sheet", "Elements"), ("sheet", "Connections")]
    assert "Gabriel\tPerson" in reading.pages[0].text


def test_password_on_an_open_document_is_told(tmp_path: Path) -> None:
    locked = zipped({
        "mimetype": "application/vnd.oasis.opendocument.text",
        "META-INF/manifest.xml": "<manifest:manifest><manifest:encryption-data/></manifest:manifest>",
        "content.xml": "secret",
    })  # fmt: skip
    assert read(written(tmp_path, "a.odt", locked)).status == "protected"


def test_cells_of_a_sheet_stand_under_each_other(tmp_path: Path) -> None:
    table = {3: {"C": "Bilan  de\nl'année"}, 4: {"C": "Ville", "D": "Année", "G": "Coût"}, 6: {"C": "Lens", "G": "12"}}
    reading = read(written(tmp_path, "a.xlsx", xlsx(table, merged="C3:G3")))
    said = [(page.label, page.text) for page in reading.pages]
    assert said == [("Budget", "Bilan de l'année\nVille\tAnnée\t\tCoût\n\nLens\t\t\t12")]


def test_sheet_as_large_as_any_keeps_its_words_and_costs_no_more_than_they_do(tmp_path: Path) -> None:
    corners = read(
        written(tmp_path, "a.xlsx", xlsx({1: {"A": "un"}, 1048576: {"XFD": "deux"}}, merged="B1:XFC1048576"))
    )
    assert [page.text.split() for page in corners.pages] == [["un", "deux"]]
    steps = {n: {_letters(n): f"v{n}"} for n in range(1, 1500)}
    diagonal = read(written(tmp_path, "b.xlsx", xlsx(steps)))
    assert "".join(page.text for page in diagonal.pages).split() == [f"v{n}" for n in steps]
    assert sum(len(page.text) for page in diagonal.pages) < 10_000


def _letters(n: int) -> str:
    return _letters((n - 1) // 26) + chr(65 + (n - 1) % 26) if n else ""


@pytest.mark.parametrize(
    "name", ["protect.xlsx", "testWORD_protected_passtika.doc", "testWORD_protected_passtika.docx"]
)
def test_real_files_with_a_password_are_protected(name: str) -> None:
    assert read(real("B_edge_cases/encrypted/" + name)).status == "protected"


def test_broken_package_is_unreadable(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.docx", docx("<w:p><w:oops"))).status == "unreadable"
    broken = pptx([1], {1: "<unclosed"})
    assert read(written(tmp_path, "a.pptx", broken)).status == "unreadable"


def test_picture_marks_are_not_text(tmp_path: Path) -> None:
    reading = read(real("B_edge_cases/scanned_ocr/testOCR.docx"))
    assert reading.pages[0].text == "This is some text.\n\nHere is an embedded image:"


def test_old_presentation_is_read_without_the_words_of_its_master() -> None:
    reading = read(real("B_edge_cases/corrupt_truncated/testPPT_skipBadCompressedObject.ppt"))
    assert reading.pages[0].text.startswith("An Evaluation of CDTI Dynamic Predictor")


def test_document_with_one_empty_paragraph_is_empty(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.docx", docx(paragraph(" ")))).status == "empty"
