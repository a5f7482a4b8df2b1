"""The thesaurus a new site begins with: urban security, in French and English, written for this product."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.library.thesaurus.book import read_book
from app.library.thesaurus.columns import terms_in
from app.library.thesaurus.judging import Verdict
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid

STARTER = Path(__file__).parent / "data" / "urban_security.csv"


@lru_cache(maxsize=1)
def starter_terms() -> list[TermSaid]:
    """Return the terms of the starter list."""
    return terms_in(STARTER.read_bytes())


def start_thesaurus() -> list[Verdict]:
    """Bring in those terms of the starter list that no term is called by yet. Call inside ``transaction()``."""
    book = read_book()
    missing = [said for said in starter_terms() if book.called(said.fr) is None]
    return bring_in(None, missing, origin=STARTER.stem)
