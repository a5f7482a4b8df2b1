"""Reading text, CSV, HTML and Markdown: decoded here, since what they declare is often untrue."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .decoding import decode
from .markdown import read_markdown
from .markup import read_html
from .trouble import CannotRead
from .writing import Writer

if TYPE_CHECKING:
    from .output import Output

_LONGEST_FIELD = 1_000_000
_SNIFFED_LINES = 20


def run(request: dict[str, Any], limits: dict[str, Any], output: Output) -> None:
    """Write the passages (or rows) of a text file and its summary."""
    path = Path(request["path"])
    if path.stat().st_size > limits["text"] * 2:
        raise CannotRead("too_big", "text")
    text = decode(path.read_bytes(), markup=request["code"] == "html")
    _KINDS[request["code"]](text, Writer(output))


def _txt(text: str, writer: Writer) -> None:
    writer.passages(text)
    writer.end({})


def _md(text: str, writer: Writer) -> None:
    plain, front = read_markdown(text)
    writer.passages(plain)
    writer.end(front, front.get("lang"))


def _html(text: str, writer: Writer) -> None:
    page = read_html(text)
    writer.passages(page.text)
    writer.end(page.about, page.language)


def _csv(text: str, writer: Writer) -> None:
    csv.field_size_limit(_LONGEST_FIELD)
    lines = text.replace("\0", "").splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter(lines[:_SNIFFED_LINES])))
    except csv.Error:  # a quote that never closes: the lines as they stand
        rows = [[line] for line in lines]
    writer.sheet("", rows)
    writer.end({})


def delimiter(lines: list[str]) -> str:
    """Return the separator of a table: the one found most regularly, French tables preferring the semicolon."""

    def regularity(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines if line.strip()]
        return (min(counts, default=0), sum(counts))

    return max(";\t,|", key=regularity)


_KINDS = {"txt": _txt, "md": _md, "html": _html, "csv": _csv}
