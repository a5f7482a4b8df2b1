"""Compose the files of the demonstration: one Markdown body becomes a tagged PDF, a Word or an OpenDocument text.

The Markdown is a small subset: headings of levels two and three, paragraphs, bold and italics, lists, quotes and
simple tables. The same resource gives the same bytes each time, as far as the libraries allow.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import docx
import odfdo
import typst
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph

from app.demo.content import Network, Organisation, Resource, load

# The date written inside the files, so that composing twice gives the same bytes.
_WRITTEN = datetime(2024, 1, 1, tzinfo=UTC)
_NO_BREAK = "\u00a0"
_MARKS = re.compile(r"\*\*(?P<strong>.+?)\*\*|\*(?P<emph>.+?)\*")
_BEFORE = re.compile(r" (?=[:;!?»%€])|(?<=«) |(?<=\d) (?=\d{3}\b|h\b|euros\b|ans\b)")


@dataclass(frozen=True)
class Span:
    """A run of text in one style: "", "strong" or "emph"."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, bullets, numbers, quote or table, as rows of cells of spans; `level` for headings.

    Only a table has several cells in a row; paragraphs, headings and quotes have one row.
    """

    kind: str
    rows: tuple[tuple[tuple[Span, ...], ...], ...]
    level: int = 0

    @property
    def line(self) -> tuple[Span, ...]:
        """The spans of a block that holds one run of text."""
        return self.rows[0][0]


def compose(resource: Resource, form: str) -> bytes:
    """The file of a resource in `form` (pdf, docx or odt); raises KeyError for another form."""
    return {"pdf": _pdf, "docx": _docx, "odt": _odt}[form](resource, load())


def signature(organisation: Organisation) -> str:
    """The name under which an organisation signs a document: "Ville de Castelmaure", "Réseau des villes"."""
    if organisation.kind != "city":
        return organisation.name
    return f"Ville d’{organisation.name}" if organisation.name[0] in "AEIOUÉ" else f"Ville de {organisation.name}"


def read_blocks(markdown: str) -> Iterator[Block]:
    """Cut a Markdown body into blocks, in order."""
    for chunk in re.split(r"\n\s*\n", markdown.strip()):
        for kind, lines in groupby(chunk.splitlines(), _line_kind):
            yield _block(kind, list(lines))


def _line_kind(line: str) -> str:
    if re.match(r"#{2,3} ", line):
        return "heading"
    if re.match(r"\d+\. ", line):
        return "numbers"
    starts = {"- ": "bullets", "> ": "quote", "| ": "table", "|-": "table"}
    return starts.get(line[:2], "paragraph")


def _block(kind: str, lines: list[str]) -> Block:
    if kind == "heading":
        marks, text = lines[0].split(" ", 1)
        return Block(kind, (((_spans(text)),),), level=len(marks) - 1)
    if kind in ("bullets", "numbers"):
        return Block(kind, tuple((_spans(line.split(" ", 1)[1]),) for line in lines))
    if kind == "table":
        cells = [line.strip().strip("|").split("|") for line in lines if not line.startswith("|-")]
        return Block(kind, tuple(tuple(_spans(cell.strip()) for cell in row) for row in cells))
    text = " ".join(line.removeprefix("> ").strip() for line in lines)
    return Block(kind, ((_spans(text),),))


def _spans(text: str) -> tuple[Span, ...]:
    text, spans, start = _BEFORE.sub(_NO_BREAK, text), [], 0
    for match in _MARKS.finditer(text):
        spans.append(Span(text[start : match.start()]))
        spans.append(Span(match[match.lastgroup or 0], match.lastgroup or ""))
        start = match.end()
    spans.append(Span(text[start:]))
    return tuple(span for span in spans if span.text)


# Typst, with its own embedded serif (Libertinus) and PDF/UA-1 tags.

_PAGE = """
#set page(paper: "a4", margin: (x: 2.7cm, top: 2.6cm, bottom: 2.8cm), footer: context [
  #line(length: 100%, stroke: 0.4pt + luma(160))
  #set text(size: 9pt, fill: luma(80))
  #town #h(1fr) #counter(page).display("1")
])
#set text(font: "Libertinus Serif", size: 12pt, hyphenate: false)
#set par(leading: 0.78em, spacing: 1.15em)
#set list(spacing: 0.85em)
#set enum(spacing: 0.85em)
#set table(stroke: 0.4pt + luma(140), inset: 7pt)
#show table.cell.where(y: 0): strong
#show heading.where(level: 1): set text(size: 1.35em)
#show heading.where(level: 2): set text(size: 1.1em)
#show quote.where(block: true): set text(style: "italic")
#show heading: set block(above: 1.7em, below: 0.9em)
#show title: set text(size: 25pt)
#show title: set par(justify: false)
"""
_COVER = """
#set page(margin: (x: 3.2cm, top: 3cm, bottom: 3cm))
#set text(size: 14pt)
#v(5cm)
#text(fill: luma(80), town)
#title()
#v(0.6cm)
#lead
#v(1fr)
#origin
#pagebreak()
#outline(title: contents, depth: 2)
#show heading.where(level: 1): it => { pagebreak(weak: true); it }
"""
_HEAD = """
#text(size: 11pt, fill: luma(80), town)
#title()
#lead
#line(length: 100%, stroke: 0.8pt)
"""


def _pdf(resource: Resource, network: Network) -> bytes:
    words = {
        "town": signature(network.organisation(resource.organisation)),
        "lead": _BEFORE.sub(_NO_BREAK, resource.summary),
        "origin": resource.source or resource.date,
        "contents": "Sommaire" if resource.lang == "fr" else "Contents",
    }
    head = [f"#let {name} = {_quoted(value)}" for name, value in words.items()]
    head.append(
        f"#set document(title: {_quoted(resource.title)}, author: {_quoted(words['town'])}, date: none)\n"
        f"#set text(lang: {_quoted(resource.lang)})"
    )
    body = [_typst_block(block) for block in read_blocks(resource.body)]
    source = "\n".join([*head, _PAGE, _COVER if resource.chapters else _HEAD, *body])
    made: bytes = typst.compile(source.encode(), format="pdf", pdf_standards=["ua-1"], timestamp=_WRITTEN)
    return made


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _typst_line(spans: Iterable[Span]) -> str:
    return "".join(f"#{span.style}({_quoted(span.text)})" if span.style else f"#{_quoted(span.text)}" for span in spans)


def _typst_block(block: Block) -> str:
    if block.kind == "table":
        return _typst_table(block)
    if block.kind in ("bullets", "numbers"):
        mark = "-" if block.kind == "bullets" else "+"
        return "\n".join(f"{mark} {_typst_line(row[0])}" for row in block.rows) + "\n"
    line = _typst_line(block.line)
    if block.kind == "heading":
        return f"{'=' * block.level} {line}\n"
    return f"#quote(block: true)[{line}]\n" if block.kind == "quote" else f"{line}\n"


def _typst_table(block: Block) -> str:
    head, *rows = ["".join(f"[{_typst_line(cell)}]" for cell in row) for row in block.rows]
    return f"#table(columns: {len(block.rows[0])}, table.header{head}, {', '.join(_cells(rows))})\n"


def _cells(rows: list[str]) -> Iterator[str]:
    for row in rows:
        yield row.replace("][", "], [")


# Word


def _docx(resource: Resource, network: Network) -> bytes:
    document = docx.Document()
    town = signature(network.organisation(resource.organisation))
    _describe_docx(document, resource, town)
    document.add_heading(resource.title, level=0)
    document.add_paragraph(resource.summary, style="Subtitle")
    for block in read_blocks(resource.body):
        _add_to_docx(document, block)
    _number_pages(document.sections[0].footer.paragraphs[0], town)
    stream = io.BytesIO()
    document.save(stream)
    return _settled(stream.getvalue())


def _describe_docx(document: WordDocument, resource: Resource, town: str) -> None:
    about = document.core_properties
    about.title, about.author, about.last_modified_by = resource.title, town, town
    about.language, about.comments = resource.lang, ""
    about.created = about.modified = _WRITTEN.replace(tzinfo=None)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Liberation Serif", Pt(12)
    tongue = OxmlElement("w:lang")
    tongue.set(qn("w:val"), "fr-FR" if resource.lang == "fr" else "en-GB")
    normal.element.get_or_add_rPr().append(tongue)


def _add_to_docx(document: WordDocument, block: Block) -> None:
    if block.kind == "heading":
        _fill_docx(document.add_heading("", level=block.level), block.line)
    elif block.kind == "table":
        table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
        for row in block.rows:
            for cell, spans in zip(table.add_row().cells, row, strict=True):
                _fill_docx(cell.paragraphs[0], spans)
    else:
        styles = {"bullets": "List Bullet", "numbers": "List Number", "quote": "Quote"}
        for row in block.rows:
            _fill_docx(document.add_paragraph(style=styles.get(block.kind)), row[0])


def _fill_docx(paragraph: WordParagraph, spans: Iterable[Span]) -> None:
    for span in spans:
        run = paragraph.add_run(span.text)
        run.bold, run.italic = span.style == "strong" or None, span.style == "emph" or None


def _number_pages(paragraph: WordParagraph, town: str) -> None:
    paragraph.add_run(f"{town}\t\t")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001  python-docx has no public way to add a field


# OpenDocument


def _odt(resource: Resource, network: Network) -> bytes:
    document = odfdo.Document("text")
    town = signature(network.organisation(resource.organisation))
    document.body.clear()
    _describe_odt(document, resource, town)
    document.body.append(odfdo.Header(1, resource.title))
    document.body.append(odfdo.Paragraph(resource.summary))
    for block in read_blocks(resource.body):
        document.body.append(_odt_block(block))
    stream = io.BytesIO()
    document.save(stream)
    return _settled(stream.getvalue())


def _describe_odt(document: odfdo.Document, resource: Resource, town: str) -> None:
    about = document.meta
    about.title, about.language = resource.title, resource.lang
    about.initial_creator = about.creator = town
    about.creation_date = about.date = _WRITTEN.replace(tzinfo=None)
    bold = odfdo.Style("text", name="strong", area="text", bold=True)
    slanted = odfdo.Style("text", name="emph", area="text", italic=True)
    for style in (bold, slanted):
        document.insert_style(style, automatic=True)
    _number_odt_pages(document, town)


def _number_odt_pages(document: odfdo.Document, town: str) -> None:
    master = document.get_style("master-page", "Standard")
    if isinstance(master, odfdo.StyleMasterPage):
        foot = odfdo.Paragraph(f"{town} – page ")
        foot.append(odfdo.VarPageNumber())
        master.set_page_footer(foot)


def _odt_block(block: Block) -> odfdo.Element:
    if block.kind == "heading":
        return odfdo.Header(block.level + 1, _flat(block.line))
    if block.kind == "table":
        return _odt_table(block)
    if block.kind in ("bullets", "numbers"):
        items = odfdo.List()
        for number, row in enumerate(block.rows, 1):
            start = f"{number}. " if block.kind == "numbers" else ""
            items.append(odfdo.ListItem(_odt_paragraph(row[0], start)))
        return items
    return _odt_paragraph(block.line)


def _odt_paragraph(spans: Iterable[Span], start: str = "") -> odfdo.Paragraph:
    paragraph = odfdo.Paragraph(start)
    for span in spans:
        paragraph.append(odfdo.Span(span.text, style=span.style) if span.style else span.text)
    return paragraph


def _odt_table(block: Block) -> odfdo.Table:
    table = odfdo.Table("Tableau", width=len(block.rows[0]), height=len(block.rows))
    for y, row in enumerate(block.rows):
        for x, spans in enumerate(row):
            table.set_value((x, y), _flat(spans))
    return table


def _flat(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans)


def _settled(archive: bytes) -> bytes:
    """The same zip archive with every entry dated alike, in the same order, so that equal texts are equal bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            dated = zipfile.ZipInfo(entry.filename, _WRITTEN.timetuple()[:6])
            dated.compress_type = entry.compress_type
            new.writestr(dated, old.read(entry))
    return stream.getvalue()
