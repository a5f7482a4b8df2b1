"""Where the words somebody looks for stand in a document: on which pages, and in which boxes of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select

from app.extensions import db
from app.library.models import Blob, Page
from app.search.analysis import fold
from app.search.hits import find_hits, hit_boxes
from app.search.query import Query, parse
from app.search.terms import Clause, terms_of

REMEMBERED = 256
SHORTEST_START = 3
_BETWEEN_LETTERS = re.compile(r"[\W_]+")


def clauses_of(words: str) -> tuple[Clause, ...]:
    """Return what is to be marked for words typed in the search box or in the document's own."""
    return terms_of(parse(words).query).marked if words.strip() else ()


def pages_with_hits(blob: Blob, words: str, lang: str) -> tuple[int, ...]:
    """Return the numbers of the pages of a file where the words stand, in order."""
    if not words.strip():
        return ()
    return _pages(blob.id, blob.sha256, blob.reader_version, parse(words).query, lang or "fr")


@lru_cache(maxsize=REMEMBERED)
def _pages(blob_id: int, _sha256: str, _reader_version: int, query: Query, lang: str) -> tuple[int, ...]:
    """Look through the pages; remembered, because turning pages asks the same again. Holds no right."""
    clauses = terms_of(query).marked
    starts = _starts(clauses)
    rows = db.session.execute(select(Page.n, Page.text).where(Page.blob_id == blob_id).order_by(Page.n))
    return tuple(n for n, text in rows if _may_hold(text, starts) and find_hits(text, clauses, lang))


def _starts(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Return short beginnings of the words looked for, to pass over pages that cannot hold any of them."""
    terms = [sequence[0] for clause in clauses for sequence in clause.sequences if sequence]
    terms += [clause.prefix for clause in clauses if clause.prefix]
    return tuple({term[:SHORTEST_START] for term in terms})


def _may_hold(text: str, starts: Sequence[str]) -> bool:
    # Without anything between the letters: « C.H.U. » and « sous-préfet » are looked for as one word too.
    letters = _BETWEEN_LETTERS.sub("", fold(text))
    return any(start in letters for start in starts)


def boxes_on(page: Page, clauses: Sequence[Clause], lang: str) -> list[tuple[float, float, float, float]]:
    """Return the boxes to draw over a page's picture: (left, top, width, height) in fractions of the page."""
    boxes = page.boxes
    if not boxes or not clauses:
        return []
    found = hit_boxes(page.text.split(), boxes, clauses, lang or "fr")
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in found]
