"""Where the words somebody looks for stand in a document: on which pages, and in which boxes of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select

from app.extensions import db
from app.library.models import Blob, Page
from app.search.hits import find_hits, hit_boxes
from app.search.query import parse
from app.search.rules import rules
from app.search.terms import Clause
from app.search.widening import terms_for

REMEMBERED = 256
SHORTEST_START = 3
# The letters that fold to a bare one, as they stand in French, English, Spanish, German and Italian texts.
_ACCENTED = {
    "a": "[aàâäáãåªÀÂÄÁÃÅ]",
    "c": "[cçÇ]",
    "e": "[eéèêëÉÈÊË]",
    "i": "[iîïíìÎÏÍÌ]",
    "n": "[nñÑ]",
    "o": "[oôöóòõøºÔÖÓÒÕØ]",
    "u": "[uùûüúÙÛÜÚ]",
    "y": "[yÿýŸÝ]",
}
_LIGATURES = {"oe": "[œŒ]", "ae": "[æÆ]", "ss": "[ßẞ]"}


def clauses_of(words: str) -> tuple[Clause, ...]:
    """Return what is to be marked for words typed in the search box or in the document's own."""
    return terms_for(parse(words).query, rules()).marked if words.strip() else ()


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
    beginnings = _beginnings(clauses)
    rows = db.session.execute(select(Page.n, Page.text).where(Page.blob_id == blob_id).order_by(Page.n))
    return tuple(n for n, text in rows if beginnings.search(text) and find_hits(text, clauses, lang))


def _beginnings(clauses: Sequence[Clause]) -> re.Pattern[str]:
    """Return what a page must hold to be worth analysing: the first letters of a word looked for.

    Ten times quicker than the analysis, and never stricter: any accent, and one sign between letters (« C.H.U. »).
    """
    terms = [sequence[0] for clause in clauses for sequence in clause.sequences if sequence]
    terms += [clause.prefix for clause in clauses if clause.prefix]
    starts = sorted({_start_of(term) for term in terms})
    return re.compile("|".join(_any_spelling(start) for start in starts) or r"\Z.", re.IGNORECASE)


def _start_of(term: str) -> str:
    """Return the first letters of a term without the mark of its language (« com~en »); « bail » finds « baux »."""
    start = term.partition("~")[0][:SHORTEST_START]
    return "ba" if start == "bai" else start


def _any_spelling(letters: str) -> str:
    spelled = r"[\W_]?".join(_ACCENTED.get(letter, re.escape(letter)) for letter in letters)
    for double, ligature in _LIGATURES.items():
        plain = r"[\W_]?".join(_ACCENTED.get(letter, letter) for letter in double)
        spelled = spelled.replace(plain, f"(?:{ligature}|{plain})")
    return spelled


def boxes_on(page: Page, clauses: Sequence[Clause], lang: str) -> list[tuple[float, float, float, float]]:
    """Return the boxes to draw over a page's picture: (left, top, width, height) in fractions of the page."""
    boxes = page.boxes
    if not boxes or not clauses:
        return []
    found = hit_boxes(page.text.split(), boxes, clauses, lang or "fr")
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in found]
