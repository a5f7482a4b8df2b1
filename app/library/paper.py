"""Records on paper: one, or several side by side, as a tagged PDF, an OpenDocument text or a table (CSV).

What people wrote goes to Typst as data, never as its source: nothing typed in a record is run.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import odfdo
import typst
from flask import Response, current_app

from app.core.clock import now
from app.core.i18n import current_language, format_day_number, french_spaces, local
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.tables import as_csv
from app.core.text import blocks_of, slugify
from app.library.comparing import Cell, Column, Comparison

Blocks = list[tuple[str, list[str]]]
LONGEST_NAME = 60

_PDF = Path(__file__).with_suffix(".typ").read_bytes()


@dataclass(frozen=True)
class Paper:
    """What goes on paper: a title, records in columns, and their fields."""

    title: str
    table: Comparison

    @property
    def is_beside(self) -> bool:
        """Whether several records stand side by side."""
        return len(self.table.columns) > 1

    @property
    def origin(self) -> str:
        """Where the paper comes from, and of which day it is."""
        day = format_day_number(local(now()).date())
        return _("%(network)s, %(day)s", network=current_app.config["SETTINGS"].site_name, day=day)


def as_pdf(paper: Paper) -> bytes:
    """Return a PDF for people and screen readers alike (PDF/UA-1)."""
    data = {"data": json.dumps(_data(paper), ensure_ascii=False)}
    try:
        made: bytes = typst.compile(
            _PDF, format="pdf", sys_inputs=data, ignore_system_fonts=True, pdf_standards=["ua-1"]
        )
    except typst.TypstError:  # a sign that the font does not have (a smiley): the standard refuses it, readers do not
        made = typst.compile(_PDF, format="pdf", sys_inputs=data, ignore_system_fonts=True)
    return made


def _data(paper: Paper) -> dict[str, Any]:
    columns = paper.table.columns
    return {
        "title": _spaced(paper.title),
        "lang": current_language(),
        "origin": paper.origin,
        "beside": paper.is_beside,
        "nothing": _("non renseigné"),
        "colon": _colon(),
        "columns": [
            {"name": one.name, "title": _spaced(one.title), "size": one.size, "address": _whole(one)} for one in columns
        ],
        "parts": [
            {
                "title": part.title,
                "rows": [
                    {
                        "label": row.label,
                        "note": row.note,
                        "long": any(cell.blocks or cell.is_written for cell in row.cells),
                        "cells": [_blocks(cell, one) for cell, one in zip(row.cells, columns, strict=True)],
                    }
                    for row in part.rows
                ],
            }
            for part in paper.table.parts
        ],
    }


def _blocks(cell: Cell, column: Column) -> Blocks:
    """Return a cell as paragraphs and lists; nothing where the record says nothing."""
    if cell.is_empty:
        return []
    blocks = cell.blocks or blocks_of(cell.text)
    return [(tag, [line if column.lang else _spaced(line) for line in lines]) for tag, lines in blocks]


def _spaced(text: str) -> str:
    return str(french_spaces(text)) if current_language() == "fr" else text


def _colon() -> str:
    return "\u00a0: " if current_language() == "fr" else ": "


def _whole(column: Column) -> str:
    return f"{current_app.config['SETTINGS'].public_url}{column.url}"


def as_odt(paper: Paper) -> bytes:
    """Return an OpenDocument text, on its side where records stand beside each other."""
    document = odfdo.Document("text")
    document.body.clear()
    document.meta.title, document.meta.language = paper.title, current_language()
    document.insert_style(odfdo.Style("text", name="strong", area="text", bold=True), automatic=True)
    edge = odfdo.Style("table-cell", name="edge", area="table-cell", border="0.4pt solid #999999", padding="0.15cm")
    document.insert_style(edge, automatic=True)
    _lay_out(document, paper)
    document.body.append(odfdo.Header(1, paper.title))
    for column in paper.table.columns:
        document.body.append(_headed(column.name, ", ".join(filter(None, (column.size, column.title)))))
        document.body.append(odfdo.Paragraph(_whole(column)))
    for part in _data(paper)["parts"]:
        document.body.append(odfdo.Header(2, part["title"]))
        for element in [_odt_table(part, paper)] if paper.is_beside else _odt_rows(part):
            document.body.append(element)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _lay_out(document: odfdo.Document, paper: Paper) -> None:
    """Number the pages; turn them on their side where there are columns."""
    master = document.get_style("master-page", "Standard")
    if isinstance(master, odfdo.StyleMasterPage):
        foot = odfdo.Paragraph(f"{paper.origin} – ")
        foot.append(odfdo.VarPageNumber())
        master.set_page_footer(foot)
    for layout in document.get_styles("page-layout") if paper.is_beside else ():
        page = layout.get_element("style:page-layout-properties")
        if page is not None:
            page.set_attribute("fo:page-width", "29.7cm")
            page.set_attribute("fo:page-height", "21cm")
            page.set_attribute("style:print-orientation", "landscape")


def _odt_table(part: dict[str, Any], paper: Paper) -> odfdo.Table:
    names = [column.name for column in paper.table.columns]
    table = odfdo.Table(part["title"])
    head = odfdo.HeaderRows()
    head.append(_odt_row([[_headed(name)] for name in ("", *names)]))
    table.append(head)
    for row in part["rows"]:
        label = [_headed(row["label"]), *([odfdo.Paragraph(row["note"])] if row["note"] else [])]
        nothing = [odfdo.Paragraph(_("non renseigné"))]
        table.append(_odt_row([label, *(list(_odt_blocks(cell)) or nothing for cell in row["cells"])]))
    return table


def _odt_row(cells: Sequence[Iterable[odfdo.Element]]) -> odfdo.Row:
    row = odfdo.Row()
    for elements in cells:
        cell = odfdo.Cell(cell_type="string", style="edge")
        for element in elements:
            cell.append(element)
        row.append(cell)
    return row


def _odt_rows(part: dict[str, Any]) -> Iterator[odfdo.Element]:
    for row in part["rows"]:
        if row["long"]:
            yield odfdo.Header(3, row["label"])
            yield from _odt_blocks(row["cells"][0])
        else:
            yield _headed(row["label"], " ".join(line for _tag, lines in row["cells"][0] for line in lines))


def _odt_blocks(blocks: Blocks) -> Iterator[odfdo.Element]:
    for tag, lines in blocks:
        yield odfdo.List(lines) if tag == "ul" else odfdo.Paragraph("\n".join(lines))


def _headed(label: str, words: str = "") -> odfdo.Paragraph:
    """Return « **label** words » as a paragraph."""
    paragraph = odfdo.Paragraph("")
    paragraph.append(odfdo.Span(label, style="strong"))
    if words:
        paragraph.append(odfdo.Span(f"{_colon()}{words}"))
    return paragraph


def as_table(paper: Paper) -> bytes:
    """Return a table for a spreadsheet: a field a line, a record a column; nothing in it is run."""
    columns = paper.table.columns
    heads = [_("Rubrique"), _("Champ"), *(column.name for column in columns)]
    about = [
        ["", _("Titre"), *(column.title for column in columns)],
        ["", _("Adresse"), *(_whole(column) for column in columns)],
    ]
    return as_csv(heads, [*about, *([part, label, *said] for part, label, said in paper.table.lines())]).encode()


@dataclass(frozen=True)
class Form:
    """A form in which records leave: its name, what its files are, what makes them."""

    label: Any
    mimetype: str
    make: Callable[[Paper], bytes]


FORMS = {
    "pdf": Form("PDF", "application/pdf", as_pdf),
    "odt": Form(_l("Texte (ODT)"), "application/vnd.oasis.opendocument.text", as_odt),
    "csv": Form(_l("Tableau (CSV)"), "text/csv", as_table),
}


def form_names() -> list[tuple[str, str]]:
    """Return (key, name) of each form, for a menu."""
    return [(key, str(form.label)) for key, form in FORMS.items()]


def paper_answer(paper: Paper, form: str) -> Response:
    """Return a paper as a file to keep."""
    made = FORMS[form]
    answer = Response(made.make(paper), mimetype=made.mimetype)
    name = slugify(paper.title)[:LONGEST_NAME].strip("-") or "pratique"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
