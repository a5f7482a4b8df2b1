"""Pictures of pages, and pictures made fit to be shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from app.library.reading.filetypes import recognise
from app.library.reading.limits import Limits
from app.library.reading.pictures import has_pictures, picture_name, render_pages
from tests.library.reading.samples import pdf_page, png, read, real, typeset, written

DIGEST = "ab" * 32


def drawn(path: Path, pages: list[int], width: int = 200) -> dict[int, Image.Image]:
    """Draw pages and open what came out."""
    pictures = render_pages(path, recognise(path, path.name), pages, width)
    return {page: Image.open(io.BytesIO(content)) for page, content in pictures.items()}


@pytest.mark.slow
def test_pages_are_drawn_at_the_asked_width(tmp_path: Path) -> None:
    path = typeset(tmp_path, "#set page(width: 200pt, height: 300pt)\nUn\n#pagebreak()\nDeux")
    pictures = drawn(path, [1, 2, 3, 0], width=1000)
    assert {page: (image.format, image.size) for page, image in pictures.items()} == {
        1: ("WEBP", (1000, 1500)), 2: ("WEBP", (1000, 1500)),
    }  # fmt: skip
    assert drawn(path, [1], width=160)[1].size == (160, 240)


def test_turned_page_is_drawn_as_it_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", pdf_page(b"10 10 50 50 re f", rotate=90))
    width, height = drawn(path, [1])[1].size
    assert width > height


@pytest.mark.parametrize("box", ["0 0 999999999 999999999", "0 0 1 14400", "0 0 14400 1", "0 0 0 0"])
def test_page_of_any_size_costs_no_more_pixels_than_another(box: str, tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", pdf_page(b"10 10 50 50 re f", box=box))
    for image in drawn(path, [1]).values():
        assert image.width <= 201
        assert image.height <= 1001


def photograph(form: str, orientation: int) -> bytes:
    """A picture 60 wide and 40 high, its left half red, with a place and a camera in its EXIF."""
    image = Image.new("RGB", (60, 40), "white")
    image.paste("red", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "MARQUEDAPPAREIL"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    image.save(buffer, form, exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize(("form", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_picture_is_turned_upright_and_says_nothing_of_its_maker(form: str, name: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, photograph(form, orientation=6))
    content = render_pages(path, recognise(path, name), [1], 1000)[1]
    image = Image.open(io.BytesIO(content))
    assert image.size == (40, 60)
    assert not image.getexif()
    assert b"MARQUE" not in content
    assert b"EXIF" not in content
    assert image.convert("RGB").getpixel((20, 5)) == pytest.approx((255, 0, 0), abs=30)


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(buffer, "PNG")
    path = written(tmp_path, "a.png", buffer.getvalue())
    assert drawn(path, [1])[1].convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_each_image_of_a_tiff_is_a_page() -> None:
    path = real("B_edge_cases/scanned_ocr/testTIFF_multipage.tif")
    assert read(path).page_count == 2
    assert sorted(drawn(path, [1, 2, 3])) == [1, 2]


def test_picture_file_has_no_text_until_it_is_recognised(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.png", png(30, 20)))
    assert (reading.status, reading.page_count, reading.pages) == ("image_only", 1, [])


def test_damaged_and_locked_files_give_no_picture(tmp_path: Path) -> None:
    assert drawn(written(tmp_path, "a.png", png(300, 300)[:-60]), [1]) == {}
    assert drawn(written(tmp_path, "a.pdf", b"%PDF-1.4 nothing"), [1]) == {}
    assert drawn(real("B_edge_cases/encrypted/aes-256-r6.pdf"), [1]) == {}


def test_drawing_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", pdf_page(b"10 10 50 50 re f"))
    assert render_pages(path, recognise(path, path.name), [1], 200, limits=Limits(wall=0.01)) == {}


def test_only_pdf_and_pictures_have_pictures(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "texte")
    assert not has_pictures(recognise(path, path.name))
    assert render_pages(path, recognise(path, path.name), [1]) == {}


def test_name_of_a_picture_tells_file_page_and_width() -> None:
    assert picture_name(DIGEST, 3, 1000) == f"ab/{DIGEST}-p3-w1000.webp"


@pytest.mark.parametrize(
    ("digest", "page", "width"), [("../x", 1, 1), (DIGEST, 0, 1), (DIGEST, 1, 0), ("A" * 64, 1, 1)]
)
def test_name_of_a_picture_holds_nothing_else(digest: str, page: int, width: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        picture_name(digest, page, width)
