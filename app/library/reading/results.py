"""What a reading says of a document: its state, its pages and what its author wrote about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

# Raised whenever another text or other boxes come out of the same bytes: older pages are then read again.
READER_VERSION = 4

# What stands between two cells of a row of a sheet, so that columns can be told apart.
CELL = "\t"

# A scan of more pages is read so far; the search then says that it knows a part of it.
MOST_SCANNED = 500
STATUSES = ("searchable", "partial", "image_only", "protected", "unreadable", "too_big", "empty")

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PageText:
    """One page, slide, sheet or passage.

    `n` counts from 1 and is the page's own number, so that a page that could not be read leaves a gap.
    `label` is what the document itself calls it (a sheet's name, a page's printed number), or empty.
    `text` is NFKC for PDF, NFC otherwise, its lines separated by line feeds, the cells of a sheet by tabs (`CELL`).
    `boxes`, for PDF only, holds one (x0, y0, x1, y1) for each word of `text.split()`, as fractions of the page as
    shown, from its top left.
    A word hyphenated over two lines has the box of its first half.
    """

    n: int
    unit: str
    label: str
    text: str
    boxes: list[Box] | None = None


@dataclass(frozen=True)
class Summary:
    """The state of a document once read, and what it says of itself: proposals, never to be trusted.

    `status` is one of STATUSES: searchable; partial (some pages unreadable, or a limit reached on the way);
    image_only (no text: a scan, a picture); protected (a password); unreadable (damaged); too_big (time,
    memory or output exceeded before any text came); empty. `detail` is a short code for the log and the tests
    (timeout, memory, cpu, output, crash, damaged, "pages_missing 3" …). `page_count` counts pages, slides,
    sheets or passages, those without text included. `lang` is a two-letter code; `date` a day, without time zone.
    `sheets` counts the sheets themselves, for a long one is cut into several pages.
    `scanned` numbers the pages of a PDF with text that are pictures, at most MOST_SCANNED of them.
    `carries`, of a mail, holds {n, name, size, inline} of the files in it; `carries_more` counts those not named.
    """

    status: str
    detail: str = ""
    page_count: int = 0
    sheets: int = 0
    title: str | None = None
    author: str | None = None
    date: date | None = None
    lang: str | None = None
    scanned: list[int] = field(default_factory=list)
    carries: list[dict[str, Any]] = field(default_factory=list)
    carries_more: int = 0


@dataclass(frozen=True)
class Reading(Summary):
    """A summary with all the pages that hold text, in order."""

    pages: list[PageText] = field(default_factory=list)
