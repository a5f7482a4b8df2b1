"""Reading PDF with PDFium: each page's text and the boxes of its words, in one pass."""

from __future__ import annotations

import ctypes
import itertools
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium

from ..results import MOST_SCANNED  # noqa: TID252 - the child loads this package under another name
from .cleaning import clean_word
from .language import Sample
from .metadata import about
from .trouble import CannotRead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..results import Box  # noqa: TID252 - the child loads this package under another name
    from .output import Output

# PDFium marks with U+0002 a hyphen that ends a line inside a word (older versions: U+FFFE), and leaves out the
# line break: the next character stands on the next line.
_LINE_HYPHENS = "\x02\ufffe"
_SOFT_HYPHEN = "\u00ad"
_ALSO_SPACES = "\0\u200b\ufeff"
# A font whose glyphs have names that PDFium does not know (f_f) and no ToUnicode map gives its own codes: in TeX's T1
# encoding, these ligatures. One character each, for the indexes of boxes; clean_word opens them into letters.
_LIGATURES = {"\x1b": "\ufb00", "\x1c": "\ufb01", "\x1d": "\ufb02", "\x1e": "\ufb03", "\x1f": "\ufb04"}
_LIGATURE = re.compile("[\x1b-\x1f]")
# Parts that keep their hyphen at a line's end: before it a French prefix, after it an enclitic.
_KEEPS_AFTER = frozenset(
    {
        *("non", "vice", "demi", "après", "semi", "peut", "rendez", "avant", "saint", "sainte"),
        *("vingt", "trente", "quarante", "cinquante", "soixante", "quatre"),
    }
)
_KEEPS_BEFORE = frozenset(("ci", "là", "même", "mêmes", "il", "ils", "elle", "elles", "t", "nous", "vous", "être"))
_LINKS = (
    "de-",
    "des-",
    "du-",
    "la-",
    "le-",
    "les-",
    "sur-",
    "sous-",
    "en-",
    "lès-",
    "à-",
    "d'",
    "l'",
)  # of place names
# Words laid over a scan: a stamp, what an administration prints at the head of what it receives, a page number.
_STAMPED = 300  # characters
_COVERED, _TOUCHED = 0.5, 0.1  # of the page, by pictures: under a stamp, and where there is no text at all
_DRAWN_LETTERS = 60  # curves: a page whose letters have been made into drawings
_MOST_OBJECTS = 2000
_FINE = 1_000_000  # device units across a page: PageToDevice answers in whole ones
_DIGITS = 4


def run(request: dict[str, Any], limits: dict[str, Any], output: Output) -> None:
    """Write the pages of a PDF that hold text, then its summary. Raises CannotRead for a locked or broken file."""
    document = open_pdf(request["path"])
    sample, missing, drawn, scanned = Sample(), 0, False, list[int]()
    total = len(document)
    for number in range(1, min(total, limits["pages"]) + 1):
        try:
            has_objects, is_scan = _read_page(document, number, limits["page_text"], output, sample)
        except pypdfium2.PdfiumError:
            missing += 1
            continue
        drawn = drawn or has_objects
        scanned += [number] if is_scan and len(scanned) < MOST_SCANNED else []
    if not output.pages and missing == total:
        raise CannotRead("unreadable", "no_page")
    status, detail = _status(output, drawn=drawn, missing=missing, beyond=total > limits["pages"])
    described = about(document.get_metadata_dict(skip_empty=True), sample.text)
    # Where no page has text, all of them are pictures.
    output.end(status=status, detail=detail, page_count=total, scanned=scanned if output.pages else [], **described)


def open_pdf(path: str) -> pypdfium2.PdfDocument:
    """Open a PDF that needs no password; raises CannotRead."""
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise CannotRead("protected", "password") from error
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            raise CannotRead("protected", "security") from error
        raise CannotRead("unreadable", "damaged") from error


def _status(output: Output, *, drawn: bool, missing: int, beyond: bool) -> tuple[str, str]:
    if missing:
        return "partial" if output.pages else "unreadable", f"pages_missing {missing}"
    if beyond or output.shortened:
        return "partial", "too_many_pages" if beyond else "page_shortened"
    if output.pages:
        return "searchable", ""
    return ("image_only", "") if drawn else ("empty", "")


def _read_page(
    document: pypdfium2.PdfDocument, number: int, most: int, output: Output, sample: Sample
) -> tuple[bool, bool]:
    """Write one page, if it holds text; tell whether anything is drawn on it, and whether it looks like a scan."""
    page = document[number - 1]
    try:
        textpage = page.get_textpage()
        try:
            text, boxes = words_of(page, textpage, most)
        finally:
            textpage.close()
        if text:
            label = document.get_page_label(number - 1)
            output.page(number, "page", "" if label == str(number) else label, text, boxes)
            sample.add(text)
        objects = pdfium.FPDFPage_CountObjects(page.raw)
        return bool(text) or objects > 0, objects > 0 and len(text) <= _STAMPED and _is_scan(page, has_text=bool(text))
    finally:
        page.close()


def _is_scan(page: pypdfium2.PdfPage, *, has_text: bool) -> bool:
    """Tell whether a page with little text or none says what it says by pictures, or by letters made of curves."""
    covered, curves = 0.0, 0
    for one in itertools.islice(page.get_objects(max_depth=3), _MOST_OBJECTS):
        if one.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = one.get_bounds()
            covered += abs((right - left) * (top - bottom))
        curves += one.type == pdfium.FPDF_PAGEOBJ_PATH
    across, down = page.get_size()
    share = covered / (across * down) if across and down else 0.0
    return share >= _COVERED if has_text else share >= _TOUCHED or curves >= _DRAWN_LETTERS


def words_of(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, most: int) -> tuple[str, list[Box]]:
    """Return the text of a page and one box for each of its words: `len(text.split()) == len(boxes)`.

    At most about `most` characters are read.
    """
    place = Placement(page)
    lines: list[list[str]] = [[]]
    boxes: list[Box] = []
    for token in _tokens(textpage, most):
        if token is None:
            lines.append([])
            continue
        word, start, count = token
        lines[-1].append(word)
        boxes.append(place.box(textpage, start, count))
    return "\n".join(" ".join(line) for line in lines if line), boxes


def _tokens(textpage: pypdfium2.PdfTextPage, most: int) -> Iterator[tuple[str, int, int] | None]:
    """Yield (word, first character, number of characters on its first line) and None for each line's end."""
    start, broken_at, parts = 0, 0, ""
    for index, character in enumerate(_characters(textpage, most) + "\n"):
        if character in _LINE_HYPHENS and parts:
            broken_at = broken_at or index
            parts += "\x02"
        elif character.isspace() or character in _ALSO_SPACES:
            if word := clean_word(join_hyphens(parts)):
                yield word, start, (broken_at or index) - start
            parts, broken_at, start = "", 0, index + 1
            if character == "\n":
                yield None
        elif character != _SOFT_HYPHEN:
            parts += character


def _characters(textpage: pypdfium2.PdfTextPage, most: int) -> str:
    """Return PDFium's characters, one for each of its indexes, at most `most` and one more."""
    handle, unicode_of = textpage.raw, pdfium.FPDFText_GetUnicode
    codes = (unicode_of(handle, index) for index in range(min(textpage.count_chars(), most + 1)))
    text = "".join(chr(code) if code <= sys.maxunicode else "\ufffd" for code in codes)
    return _LIGATURE.sub(lambda found: _ligature(handle, text, found.start()), text)


def _ligature(handle: Any, text: str, index: int) -> str:
    """Return the ligature that a control character is; itself unless it stands beside a letter whose font names it."""
    unnamed = pdfium.FPDFText_HasUnicodeMapError
    beside = [one for one in (index - 1, index + 1) if 0 <= one < len(text) and text[one].isalpha()]
    is_letter = unnamed(handle, index) == 1 and any(unnamed(handle, one) == 0 for one in beside)
    return _LIGATURES[text[index]] if is_letter else text[index]


def join_hyphens(word: str) -> str:
    """Join a word cut at a line's end (U+0002), keeping the hyphen where it belongs to the word.

    It does before a capital or a digit (Saint-Denis, 2019-2020), after a single letter or a prefix such as
    "non", before an enclitic such as "ci": "celui-ci".
    """
    while "\x02" in word:
        before, _, after = word.partition("\x02")
        tail = before.rsplit("-", 1)[-1].lower()
        following = unicodedata.normalize("NFC", after.partition("\x02")[0].rstrip(".,;:!?)»\"'’").lower())
        kept = not after[:1].islower() or len(tail) == 1 or tail in _KEEPS_AFTER or following in _KEEPS_BEFORE
        kept = kept or following.startswith(_LINKS)
        word = before + ("-" if kept else "") + after
    return word


class Placement:
    """Turns PDFium's coordinates (points, from the bottom left, unrotated) into fractions of the page as shown."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        """Learn the page's transformation (rotation, crop box) from where three of its points fall."""
        x0, y0 = _to_device(page, 0, 0)
        x1, y1 = _to_device(page, 1000, 0)
        x2, y2 = _to_device(page, 0, 1000)
        self._matrix = ((x1 - x0) / 1000, (x2 - x0) / 1000, x0, (y1 - y0) / 1000, (y2 - y0) / 1000, y0)
        self._edges = [ctypes.c_double() for _ in range(4)]

    def box(self, textpage: pypdfium2.PdfTextPage, start: int, count: int) -> Box:
        """Return the box that holds `count` characters from `start` on, as fractions from the top left."""
        handle = textpage.raw
        left, top, right, bottom = self._edges
        points: list[tuple[float, float]] = []
        for index in range(pdfium.FPDFText_CountRects(handle, start, count)):
            pdfium.FPDFText_GetRect(handle, index, left, top, right, bottom)
            points += (self._shown(left.value, top.value), self._shown(right.value, bottom.value))
        if not points:
            return (0.0, 0.0, 0.0, 0.0)
        across, down = [x for x, _ in points], [y for _, y in points]
        return (min(across), min(down), max(across), max(down))

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self._matrix
        return _fraction(a * x + b * y + c), _fraction(d * x + e * y + f)


def _fraction(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), _DIGITS)


def _to_device(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, x, y, across, down)
    return across.value / _FINE, down.value / _FINE
