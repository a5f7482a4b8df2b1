"""PDF: the text of each page, and for each word the place where it stands."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from app.library.reading.filetypes import recognise
from app.library.reading.inside.pdf import join_hyphens
from app.library.reading.pictures import render_pages
from app.library.reading.results import PageText
from tests.library.reading.samples import pdf_page, read, typeset, written

SOURCE = """
#set page(width: 400pt, height: 600pt, margin: 0pt)
#set text(size: 20pt, hyphenate: false)
#place(dx: 100pt, dy: 150pt)[prévention]
#place(dx: 240pt, dy: 450pt)[« réduction »]
#pagebreak()
#place(dx: 40pt, dy: 60pt)[élus locaux]
"""


def one_page(path: Path) -> PageText:
    reading = read(path)
    assert reading.status == "searchable"
    return reading.pages[0]


def test_each_word_has_its_box_where_it_stands(tmp_path: Path) -> None:
    reading = read(typeset(tmp_path, SOURCE))
    assert [page.text.split() for page in reading.pages] == [["prévention", "«", "réduction", "»"], ["élus", "locaux"]]
    assert reading.pages[0].boxes is not None
    x0, y0, x1, y1 = reading.pages[0].boxes[0]
    assert 0.24 < x0 < 0.26 < x1 < 0.55  # 100 of 400 points
    assert 0.24 < y0 < y1 < 0.29  # 150 of 600 points, 20 high
    x0, y0, _x1, _y1 = reading.pages[0].boxes[2]
    assert x0 > 0.6
    assert 0.74 < y0 < 0.79


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_box_holds_the_ink_of_its_word(rotate: int, tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", pdf_page(b"BT /F1 40 Tf 150 500 Td (Lormont) Tj ET", rotate=rotate))
    boxes = one_page(path).boxes
    assert boxes is not None
    picture = Image.open(io.BytesIO(render_pages(path, recognise(path, path.name), [1], 1000)[1]))
    ink = ImageOps.invert(picture.convert("L")).point(lambda level: 255 if level > 128 else 0).getbbox()
    assert ink is not None
    width, height = picture.size
    measured = (ink[0] / width, ink[1] / height, ink[2] / width, ink[3] / height)
    assert boxes[0] == pytest.approx(measured, abs=0.01)


def test_words_and_boxes_are_as_many_on_every_page(tmp_path: Path) -> None:
    words = '#set par(justify: true)\n#set text(lang: "fr", hyphenate: true)\n#set page(columns: 3)\n'
    text = (
        "L’intercommunalité expérimente vingt-et-une consommations : « prévention », réduction, ½ journée, n° 3. " * 80
    )
    reading = read(typeset(tmp_path, words + text))
    for page in reading.pages:
        assert page.boxes is not None
        assert len(page.boxes) == len(page.text.split())
        assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in page.boxes)


def test_words_cut_at_line_ends_are_joined(tmp_path: Path) -> None:
    page = "#set page(width: 130pt, height: auto, margin: 10pt)\n"
    settings = page + '#set par(justify: true)\n#set text(lang: "fr", hyphenate: true)\n'
    reading = read(typeset(tmp_path, settings + "intercommunalité expérimentation réglementation " * 30))
    words = {word for page in reading.pages for word in page.text.split()}
    assert words == {"intercommunalité", "expérimentation", "réglementation"}


@pytest.mark.parametrize(
    ("cut", "joined"),
    [
        ("préven\x02tion", "prévention"),
        ("Saint\x02Denis", "Saint-Denis"),
        ("2019\x022020", "2019-2020"),
        ("e\x02participation", "e-participation"),
        ("non\x02fumeur", "non-fumeur"),
        ("celui\x02ci,", "celui-ci,"),
        ("peut\x02elle", "peut-elle"),
        ("vingt\x02deux", "vingt-deux"),
        ("rendez\x02vous", "rendez-vous"),
        ("Saint-Aubin\x02des-Grèves", "Saint-Aubin-des-Grèves"),
        ("expli\x02quer", "expliquer"),
        ("inter\x02commu\x02nal", "intercommunal"),
        ("mot-\x02", "mot--"),
    ],
)
def test_hyphen_at_a_line_end_stays_where_it_belongs_to_the_word(cut: str, joined: str) -> None:
    assert join_hyphens(cut) == joined


def test_ligatures_and_wide_letters_are_folded(tmp_path: Path) -> None:
    page = one_page(typeset(tmp_path, "eﬃcace ﬁn m²"))
    assert page.text == "efficace fin m2"


def test_ligatures_that_their_font_names_in_its_own_way_are_letters(tmp_path: Path) -> None:
    encoding = "<< /BaseEncoding /WinAnsiEncoding /Differences [27 /f_f /f_i /f_l /f_f_i /f_f_l] >>"
    content = rb"BT /F1 12 Tf 100 700 Td (e\033ectif di\036cile \034n sou\037er) Tj 300 0 Td (3\0364 suite) Tj ET"
    page = one_page(written(tmp_path, "a.pdf", pdf_page(content, encoding=encoding)))
    assert page.text.split() == ["effectif", "difficile", "fin", "souffler", "3", "4", "suite"]
    assert page.boxes is not None
    assert len(page.boxes) == 7
    assert (page.boxes[0][0], page.boxes[4][0]) == pytest.approx((100 / 612, 400 / 612), abs=0.01)
    assert all(before[2] <= after[0] for before, after in itertools.pairwise(page.boxes))


@pytest.mark.parametrize(
    ("rotate", "corner"), [(0, (0.0, 1.0)), (90, (0.0, 0.0)), (180, (1.0, 0.0)), (270, (1.0, 1.0))]
)
def test_boxes_follow_the_page_as_it_is_shown(rotate: int, corner: tuple[float, float], tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 5 5 Td (Bas) Tj ET"  # in the bottom left corner before turning
    page = one_page(written(tmp_path, "a.pdf", pdf_page(content, rotate=rotate)))
    assert page.boxes is not None
    x0, y0, x1, y1 = page.boxes[0]
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx(corner, abs=0.06)


def test_page_whose_origin_is_elsewhere_is_measured_from_its_own_corner(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 1005 1005 Td (Bas) Tj ET"
    page = one_page(written(tmp_path, "a.pdf", pdf_page(content, box="1000 1000 1612 1792")))
    assert page.boxes is not None
    assert page.boxes[0][0] == pytest.approx(0.0, abs=0.03)
    assert page.boxes[0][3] == pytest.approx(1.0, abs=0.03)


def test_page_without_a_mark_is_empty_and_a_drawn_one_is_an_image(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.pdf", pdf_page(b""))).status == "empty"
    assert read(written(tmp_path, "b.pdf", pdf_page(b"10 10 50 50 re f"))).status == "image_only"


def test_title_author_and_language_come_from_the_file(tmp_path: Path) -> None:
    day = "datetime(year: 2024, month: 3, day: 5)"
    head = f'#set document(title: "Réduire les risques", author: "Ville de Lormont", date: {day})\n'
    text = "Les élus de la commune ont voté le budget de la prévention dans le cadre du plan. " * 5
    reading = read(typeset(tmp_path, head + text))
    assert (reading.title, reading.author, reading.lang) == ("Réduire les risques", "Ville de Lormont", "fr")
    assert str(reading.date) == "2024-03-05"


def test_printed_page_numbers_are_labels(tmp_path: Path) -> None:
    reading = read(typeset(tmp_path, '#set page(numbering: "i")\nun\n#pagebreak()\ndeux'))
    assert [(page.n, page.unit, page.label) for page in reading.pages] == [(1, "page", "i"), (2, "page", "ii")]
