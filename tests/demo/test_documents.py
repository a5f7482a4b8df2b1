"""The files composed for the demonstration open, have pages, and hold the words of their resource."""

import io
import unicodedata

import docx
import odfdo
import pypdfium2
import pytest

from app.demo.content import File, Resource, load
from app.demo.documents import compose, read_blocks, signature

EVERY_FILE = [(resource, file) for resource in load().resources for file in resource.files]


def plain(text: str) -> str:
    """The text with ordinary spaces, to compare what was written with what is read."""
    # PDFium marks a hyphen at the end of a line with U+0002 or U+FFFE.
    hyphenated = text.replace("\x02", "-").replace("\ufffe", "-")
    return " ".join(unicodedata.normalize("NFKC", hyphenated).split())


def sentences(resource: Resource) -> list[str]:
    """The text of every block of a resource, without marks."""
    blocks = read_blocks(resource.body)
    return [plain("".join(span.text for span in cell)) for block in blocks for row in block.rows for cell in row]


def pdf_pages(data: bytes) -> list[str]:
    """The text of each page of a PDF."""
    with pypdfium2.PdfDocument(data) as document:
        texts = []
        for page in document:
            words = page.get_textpage()
            texts.append(plain(words.get_text_range()))
            words.close()
            page.close()
        return texts


def docx_text(data: bytes) -> str:
    """The text of a Word file, tables included."""
    document = docx.Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return plain(" ".join(texts))


def odt_text(data: bytes) -> str:
    """The text of an OpenDocument file, tables included."""
    body = odfdo.Document(io.BytesIO(data)).body
    return plain(" ".join(each.inner_text for each in body.get_elements("//text:p | //text:h")))


def pdf_text(data: bytes) -> str:
    """The text of a PDF, page after page, without the foot of its pages (a sentence may run over two)."""
    with pypdfium2.PdfDocument(data) as document:
        author = document.get_metadata_value("Author")
    return " ".join(page.removesuffix(f"{author} {n}") for n, page in enumerate(pdf_pages(data), 1))


READERS = {"pdf": pdf_text, "docx": docx_text, "odt": odt_text}


@pytest.mark.parametrize(("resource", "file"), EVERY_FILE, ids=[file.name for _, file in EVERY_FILE])
def test_each_file_holds_every_sentence_of_its_resource(resource: Resource, file: File) -> None:
    text = READERS[file.format](compose(resource, file.format))
    # Compared without spaces: a line broken after a hyphen or a cell gains one.
    squeezed = text.replace(" ", "")
    assert [each for each in sentences(resource) if each.replace(" ", "") not in squeezed] == []


@pytest.mark.thorough
@pytest.mark.parametrize(("resource", "file"), EVERY_FILE, ids=[file.name for _, file in EVERY_FILE])
def test_composing_twice_gives_the_same_bytes(resource: Resource, file: File) -> None:
    assert compose(resource, file.format) == compose(resource, file.format)


def test_every_pdf_has_at_least_four_pages_and_says_what_it_is() -> None:
    for resource, file in EVERY_FILE:
        if file.format == "pdf":
            data = compose(resource, "pdf")
            with pypdfium2.PdfDocument(data) as document:
                assert len(document) >= 4
                assert document.get_metadata_value("Title") == resource.title
                assert document.get_metadata_value("Author") == signature(load().organisation(resource.organisation))
                assert document.is_tagged()


def test_the_practice_of_castelmaure_says_how_it_works_on_page_four() -> None:
    pages = pdf_pages(compose(load().resource("binome-sortie-colleges"), "pdf"))
    assert len(pages) == 12
    assert "Comment cela fonctionne" in pages[3]
    assert "médiation débute à 16 h, à la sortie des collèges" in pages[3].replace("’", "'")
    assert pages[3].endswith("Ville de Castelmaure 4")


@pytest.mark.slow
def test_word_and_opendocument_files_have_headings_and_properties() -> None:
    for resource, file in EVERY_FILE:
        data = io.BytesIO(compose(resource, file.format))
        if file.format == "docx":
            document = docx.Document(data)
            assert document.core_properties.title == resource.title
            styles = [paragraph.style.name or "" for paragraph in document.paragraphs if paragraph.style]
            assert sum(style.startswith("Heading") for style in styles) > 5
        elif file.format == "odt":
            text = odfdo.Document(data)
            assert text.meta.title == resource.title
            assert len(text.body.headers) > 5
