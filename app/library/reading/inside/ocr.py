"""Reading words on a picture of a page with tesseract, within the limits of this child."""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
from PIL import Image

from .cleaning import clean_word, has_words
from .pdf import join_hyphens, open_pdf
from .pictures import open_image, upright
from .trouble import CannotRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..results import Box  # noqa: TID252 - the child loads this package under another name
    from .output import Output

    Word = tuple[str, Box]

DOTS = 300  # an inch: what tesseract is trained for
_POINTS = 72
_MOST_PIXELS = 40_000_000
_SMALL = 1000  # pixels across: below, letters are a few pixels high
_GENTLE = 10
_WORD_LEVEL = 5
_SURE, _SURE_OF_SIGNS = 30.0, 60.0
_CUT = "\x02"


def run(request: dict[str, Any], limits: dict[str, Any], output: Output, folder: Path) -> None:
    """Write the words of one page with their boxes, then a summary. Raises CannotRead."""
    os.nice(_GENTLE)
    page = request["page"]
    picture = _picture(request, page)
    place = folder / "page.pgm"
    picture.save(place, "PPM")
    size = picture.size
    picture.close()
    text, boxes = _laid_out(_lines(_table(request, place, limits["wall"]), *size))
    if text:
        output.page(page, "page", "", text, boxes)
    output.end(status="searchable" if text else "empty", page_count=1)


def _picture(request: dict[str, Any], page: int) -> Image.Image:
    try:
        drawn = _of_pdf(request["path"], page) if request["family"] == "pdf" else _of_image(request, page)
    except (pypdfium2.PdfiumError, OSError, ValueError, IndexError, SyntaxError, EOFError) as error:
        raise CannotRead("unreadable", "page") from error
    return drawn.convert("L")


def _of_pdf(path: str, number: int) -> Image.Image:
    document = open_pdf(path)
    page = document[number - 1]
    across, down = page.get_size()
    if not (across > 0 and down > 0):
        raise ValueError(number)
    scale = min(DOTS / _POINTS, (_MOST_PIXELS / (across * down)) ** 0.5)
    drawn: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    return drawn


def _of_image(request: dict[str, Any], number: int) -> Image.Image:
    image = open_image(request["path"], request["code"])
    image.seek(number - 1)
    whole = upright(image)
    if whole.width * whole.height > _MOST_PIXELS:
        whole.thumbnail((whole.width // 2, whole.height // 2))
    elif whole.width < _SMALL:
        whole = whole.resize((whole.width * 2, whole.height * 2), Image.Resampling.LANCZOS)
    return whole


def _table(request: dict[str, Any], place: Path, wall: float) -> str:
    """Return what tesseract says of a picture, as a table (its TSV output: one line a word)."""
    order = [request["program"], str(place), "stdout", "-l", request["languages"], "--psm", request["layout"]]
    done = subprocess.run(  # noqa: S603 - a program of the system, no shell, arguments of our own
        [*order, "--dpi", str(DOTS), "tsv"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        timeout=wall,
        check=False,
    )
    if done.returncode:
        raise CannotRead("unreadable", "ocr")
    return done.stdout.decode("utf-8", "replace")


def _lines(table: str, width: int, height: int) -> Iterator[list[Word]]:
    """Yield the words of each line with their boxes as fractions of the page."""
    line: list[Word] = []
    before = None
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("level") != str(_WORD_LEVEL):
            continue
        here = (row["block_num"], row["par_num"], row["line_num"])
        if here != before and line:
            yield line
            line = []
        before = here
        word = _sure(row)
        if word:
            left, top = int(row["left"]), int(row["top"])
            right, bottom = left + int(row["width"]), top + int(row["height"])
            line.append((word, (left / width, top / height, right / width, bottom / height)))
    if line:
        yield line


def _sure(row: dict[str, str]) -> str:
    """Return a word tesseract is sure enough of; spots and rules of a scan look like signs."""
    word = clean_word("".join((row.get("text") or "").split()))
    try:
        confidence = float(row.get("conf") or -1)
    except ValueError:
        return ""
    needed = _SURE if has_words(word) else _SURE_OF_SIGNS
    return word if confidence >= needed else ""


def _laid_out(lines: Iterable[list[Word]]) -> tuple[str, list[Box]]:
    """Return the text, a line a line, and a box for each of its words; a word cut at a line's end is one again.

    It keeps the box of its first half, as in a PDF with text (see ``results.PageText``).
    """
    written: list[list[str]] = []
    boxes: list[Box] = []
    for line in lines:
        words = [word for word, _box in line]
        cut = written and written[-1] and len(written[-1][-1]) > 1 and written[-1][-1].endswith("-")
        if cut and words[0][:1].islower():
            written[-1][-1] = join_hyphens(written[-1][-1][:-1] + _CUT + words[0])
            line = line[1:]  # noqa: PLW2901 - its first word stands at the end of the line before
        if line:
            written.append([word for word, _box in line])
            boxes += [box for _word, box in line]
    return "\n".join(" ".join(words) for words in written), boxes
