"""Where the real files are, and small hostile ones made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import typst

from app.library.reading.filetypes import recognise
from app.library.reading.limits import Limits
from app.library.reading.results import Reading
from app.library.reading.run import read_document

DATA = Path(__file__).parents[3].parent / "shared" / "data"
QUICK = Limits(wall=30.0, cpu=20)


def real(relative: str) -> Path:
    """Return a real file or folder; skips the test where the data is absent."""
    path = DATA / relative
    if not path.exists():
        pytest.skip(f"real documents are not on this machine: {relative}")
    return path


def read(path: Path, name: str = "", limits: Limits = QUICK) -> Reading:
    """Recognise and read a file as the library does."""
    return read_document(path, recognise(path, name or path.name), limits=limits)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(entries: dict[str, bytes | str]) -> bytes:
    """Return a ZIP of these entries, deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/></Types>'
)


def docx(body: str, doctype: str = "") -> bytes:
    """Return a minimal Word document around a body of WordprocessingML."""
    types = CONTENT_TYPES.format(part="word/document.xml", kind="wordprocessingml.document.main")
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    document = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": types, "_rels/.rels": relation, "word/document.xml": document})


def paragraph(text: str) -> str:
    """Return one paragraph of WordprocessingML."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pptx(order: list[int], texts: dict[int, str], notes: dict[int, str] | None = None) -> bytes:
    """Return a presentation whose slide files are shown in `order`."""
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    space = 'xmlns:p="p" xmlns:a="a" xmlns:r="r"'
    shape = "<p:sp><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>"
    slides = "".join(f'<p:sldId id="{256 + number}" r:id="rId{number}"/>' for number in order)
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}/slide" Target="slides/slide{number}.xml"/>' for number in texts
    )
    entries: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES.format(
            part="ppt/presentation.xml", kind="presentationml.presentation.main"
        ),
        "ppt/presentation.xml": f"<p:presentation {space}><p:sldIdLst>{slides}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{relations}">{links}</Relationships>',
    }
    for number, text in texts.items():
        entries[f"ppt/slides/slide{number}.xml"] = f"<p:sld {space}>{shape.format(text)}</p:sld>"
    for number, text in (notes or {}).items():
        entries[f"ppt/notesSlides/notesSlide{number}.xml"] = f"<p:notes {space}>{shape.format(text)}</p:notes>"
        entries[f"ppt/slides/_rels/slide{number}.xml.rels"] = (
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{kinds}/notesSlide" '
            f'Target="../notesSlides/notesSlide{number}.xml"/></Relationships>'
        )
    return zipped(entries)


def png(width: int, height: int, rows: int | None = None) -> bytes:
    """Return a PNG that claims a size; only `rows` rows of zeros are there (all of them by default)."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(bytes(width + 1)) for _ in range(height if rows is None else rows))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", pixels + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def pdf_page(content: bytes, box: str = "0 0 612 792", rotate: int = 0, encoding: str = "/WinAnsiEncoding") -> bytes:
    """Return a one-page PDF with a content stream in Helvetica."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Rotate {rotate} /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding {encoding} >>".encode(),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def typeset(folder: Path, source: str, name: str = "typeset.pdf") -> Path:
    """Return a PDF made by typst from a source."""
    return written(folder, name, typst.compile(source.encode()))


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(rows: dict[int, dict[str, str]], merged: str = "", name: str = "Budget") -> bytes:
    """Return a minimal workbook of one sheet: what stands in each row, by the letters of its columns."""
    cells = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{at}{n}" t="inlineStr"><is><t>{said}</t></is></c>' for at, said in row.items())
        + "</row>"
        for n, row in rows.items()
    )
    merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(part="xl/workbook.xml", kind="spreadsheetml.sheet.main"),
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}">'
            f"<sheetData>{cells}</sheetData>{merges}</worksheet>",
        }
    )
