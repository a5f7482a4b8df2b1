"""Where the words somebody looks for stand in a document: on which pages, and in which boxes of a page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select

from app.extensions import db
from app.library.models import Blob, Page
from app.search.hits import hit_boxes
from app.search.marking import clauses_of, holds
from app.search.terms import Clause

REMEMBERED = 256


def pages_with_hits(blob: Blob, words: str, lang: str) -> tuple[int, ...]:
    """Return the numbers of the pages of a file where the words stand, in order."""
    if not words.strip():
        return ()
    edition = (blob.reader_version, blob.recognised, blob.laid_out)
    return _pages(blob.id, blob.sha256, edition, clauses_of(words), lang or "fr")


@lru_cache(maxsize=REMEMBERED)
def _pages(
    blob_id: int, _sha256: str, _edition: tuple[int | None, ...], clauses: tuple[Clause, ...], lang: str
) -> tuple[int, ...]:
    """Look through the pages; remembered, because turning pages asks the same again. Holds no right."""
    rows = db.session.execute(select(Page.n, Page.text).where(Page.blob_id == blob_id).order_by(Page.n))
    return tuple(n for n, text in rows if holds(text, clauses, lang))


def boxes_on(page: Page, clauses: Sequence[Clause], lang: str) -> list[tuple[float, float, float, float]]:
    """Return the boxes to draw over a page's picture: (left, top, width, height) in fractions of the page."""
    boxes = page.boxes
    if not boxes or not clauses:
        return []
    found = hit_boxes(page.text.split(), boxes, clauses, lang or "fr")
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in found]
