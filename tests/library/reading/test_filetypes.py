"""The list of types: content and extension must agree, bombs are seen from outside."""

from __future__ import annotations

import io
import secrets
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from app.library.reading.filetypes import ACCEPTED, accepted_extensions, recognise
from app.library.reading.limits import Bounds
from app.library.reading.refusals import REASONS, NotAccepted
from tests.library.reading.samples import CONTENT_TYPES, docx, paragraph, pdf_page, png, pptx, real, zipped


def refusal(content: bytes, name: str, bounds: Bounds | None = None) -> str:
    with pytest.raises(NotAccepted) as caught:
        recognise(io.BytesIO(content), name, bounds or Bounds())
    assert caught.value.reason in REASONS
    return caught.value.reason


def code(content: bytes, name: str) -> str:
    return recognise(io.BytesIO(content), name).code


PDF = pdf_page(b"")
ODT = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"})
EPUB = zipped({"mimetype": "application/epub+zip"})
XLSX = zipped({"[Content_Types].xml": CONTENT_TYPES.format(part="xl/workbook.xml", kind="spreadsheetml.sheet.main")})


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (PDF, "rapport.PDF", "pdf"),
        (b"\xef\xbb\xbf" + PDF, "rapport.pdf", "pdf"),
        (docx(paragraph("a")), "a.docx", "docx"),
        (XLSX, "a.xlsx", "xlsx"),
        (pptx([1], {1: "a"}), "a.pptx", "pptx"),
        (ODT, "a.odt", "odt"),
        (EPUB, "a.epub", "epub"),
        (b"{\\rtf1 a}", "a.rtf", "rtf"),
        ("Les élus".encode("cp1252"), "a.txt", "txt"),
        ("Les élus".encode("utf-16"), "a.txt", "txt"),
        (b"a;b\n1;2", "a.csv", "csv"),
        (b"# Titre", "a.markdown", "md"),
        (b"<!doctype html><p>a", "a.htm", "html"),
        (b"BM est un sigle", "a.txt", "txt"),
        (png(2, 2), "a.png", "png"),
    ],
)
def test_content_and_name_that_agree_are_accepted(content: bytes, name: str, expected: str) -> None:
    assert code(content, name) == expected


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "vide.pdf", "empty"),
        (PDF, "sans extension", "no_extension"),
        (PDF, "rapport.xyz", "unknown_extension"),
        (PDF, "rapport.pdf.exe", "forbidden_extension"),
        (b"<svg/>", "image.svg", "forbidden_extension"),
        (b"alert(1)", "a.js", "forbidden_extension"),
        (zipped({"a": "b"}), "a.zip", "forbidden_extension"),
        (b"<html><script>alert(1)</script>%PDF-1.4", "a.pdf", "disagrees"),
        (PDF, "a.txt", "disagrees"),
        (png(2, 2), "a.pdf", "disagrees"),
        (png(2, 2), "a.jpg", "disagrees"),
        (b"plain words", "a.html", "disagrees"),
        (b"MZ\x90\0\x03\0\0\0", "a.txt", "disagrees"),
        (docx(paragraph("a")), "a.pdf", "disagrees"),
        (docx(paragraph("a")), "a.xlsx", "disagrees"),
        (docx(paragraph("a")), "a.csv", "disagrees"),
        (EPUB, "a.odt", "disagrees"),
        (zipped({"a": "b"}), "a.docx", "disagrees"),
        (zipped({"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}), "a.docx", "macros"),
        (docx(paragraph("a"))[:-30], "a.docx", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "a.png", "damaged"),
    ],
)
def test_other_files_are_refused_with_their_reason(content: bytes, name: str, reason: str) -> None:
    assert refusal(content, name) == reason


def test_name_that_hides_its_extension_is_judged_by_the_true_one() -> None:
    assert refusal(PDF, "rapport\u202efdp.exe") == "forbidden_extension"


def test_swollen_archive_is_refused() -> None:
    bomb = zipped({"[Content_Types].xml": "x", "word/document.xml": bytes(40_000_000)})
    assert len(bomb) < 100_000
    assert refusal(bomb, "bombe.docx") == "unpacks_too_large"


def test_archive_with_too_many_entries_is_refused() -> None:
    many = zipped({f"a{number}": "" for number in range(1200)})
    assert refusal(many, "a.docx", Bounds(entries=1000)) == "too_many_entries"


def test_archive_whose_directory_is_too_long_is_refused_before_it_is_read() -> None:
    many = zipped({"a" * 60_000 + str(number): "" for number in range(80)})
    assert refusal(many, "a.docx") == "too_many_entries"


def test_archive_whose_entries_overlap_is_refused() -> None:
    content = zipped({"[Content_Types].xml": "x", "a": secrets.token_bytes(5000)})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.start_dir
    directory = content[start:-22]
    many = content[:start] + directory * 8
    sizes = len(directory * 8).to_bytes(4, "little") + start.to_bytes(4, "little")
    end = content[-22:-14] + (16).to_bytes(2, "little") * 2 + sizes + b"\0\0"
    assert refusal(many + end, "a.docx") == "unpacks_too_large"


def test_archive_with_encrypted_entries_is_refused() -> None:
    content = bytearray(docx(paragraph("a")))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal(bytes(content), "a.docx") == "encrypted"


def test_picture_of_too_many_pixels_is_refused_from_its_header() -> None:
    assert refusal(png(60_000, 60_000, rows=1), "bombe.png") == "too_many_pixels"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_every_form_of_picture_is_recognised(form: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(buffer, form)
    kind = next(kind for kind in ACCEPTED if kind.code == form.lower())
    for extension in kind.extensions:
        assert code(buffer.getvalue(), "a." + extension) == form.lower()


def test_stream_is_given_back_at_its_beginning() -> None:
    stream = io.BytesIO(PDF)
    recognise(stream, "a.pdf")
    assert stream.tell() == 0


def test_every_accepted_extension_names_one_type() -> None:
    extensions = accepted_extensions()
    assert len(extensions) == len(set(extensions))
    assert {".pdf", ".doc", ".odt", ".jpeg", ".md"} <= set(extensions)


@pytest.mark.parametrize(
    ("relative", "reason"),
    [
        ("derived_wrong_extension/docx-named.pdf", "disagrees"),
        ("derived_wrong_extension/docx-named.zip", "forbidden_extension"),
        ("derived_wrong_extension/epub-named.odt", "disagrees"),
        ("derived_wrong_extension/html-named.pdf", "disagrees"),
        ("derived_wrong_extension/pdf-named.svg", "forbidden_extension"),
        ("derived_wrong_extension/pdf.PDF.exe", "forbidden_extension"),
        ("derived_wrong_extension/png-named.pdf", "disagrees"),
        ("derived_wrong_extension/xlsx-named.csv", "disagrees"),
        ("derived_truncated/odt-cut-90pct.odt", "damaged"),
        ("encrypted/testZipEncrypted.zip", "forbidden_extension"),
        ("encodings_rtl/testRFC822_date_utf8", "no_extension"),
        ("encodings_rtl/test_ignore_IBM420.html", "disagrees"),
    ],
)
def test_real_file_under_a_wrong_name_is_refused(relative: str, reason: str) -> None:
    path: Path = real("B_edge_cases/" + relative)
    with pytest.raises(NotAccepted) as caught:
        recognise(path, path.name)
    assert caught.value.reason == reason
