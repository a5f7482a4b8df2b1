"""Keywords offered while a resource is filled: those its words and its files speak of, most telling first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select

from app.accounts.models import User
from app.extensions import db
from app.library.counting import count_by_term
from app.library.holdings import Holdings
from app.library.models import Blob, Tag, TagState
from app.library.tags import tag_slug
from app.library.thesaurus.finding import Finder, finder
from app.library.thesaurus.reach import names_of

MOST, MOST_KEPT = 6, 40
#: How much a term counts in what the person typed, beside once in a file, and how much of a long text is read at once.
TITLE, SUMMARY, BODY = 6, 3, 1
LONGEST_READ = 20_000
KEYWORDS = "keywords"


def offered(person: User, typed: Sequence[tuple[str, float]], blobs: Iterable[Blob], tags: str, lang: str) -> list[Tag]:
    """Return the terms to offer; ``typed`` are texts with their weights, ``tags`` the keywords typed already.

    What files speak of was counted when they were read (``keywords_of``): no file is read here.
    """
    scores: Counter[str] = Counter()
    for blob in blobs:
        for public_id, number in (blob.proposed or {}).get(KEYWORDS, []):
            scores[public_id] += number
        lang = lang or (blob.proposed or {}).get("lang", "")
    found = finder(lang)
    for text, weight in typed:
        for public_id, number in found.found_in(text[:LONGEST_READ]).items():
            scores[public_id] += number * weight  # type: ignore[assignment]
    if not scores:
        return []
    known = select(Tag).where(Tag.public_id.in_(scores), Tag.state == TagState.ADOPTED)
    there = {tag_slug(word) for word in tags.replace(";", ",").split(",")}
    terms = [tag for tag in db.session.scalars(known) if not there & {tag_slug(name) for name in names_of(tag)}]
    rarity = _rarity(person)
    terms.sort(key=lambda tag: (-(1 + math.log(1 + scores[tag.public_id])) * rarity(tag), tag.sort_key))
    return terms[:MOST]


def _rarity(person: User) -> Callable[[Tag], float]:
    """Return how telling a term is: the fewer of the resources the person reads carry it, the more."""
    held = Holdings.of(person)
    counts, number = count_by_term(held), held.count()
    return lambda tag: math.log((2 + number) / (1 + counts.get(tag.id, 0))) + 1


class Gathering:
    """The terms met in a file, page by page, while it is read."""

    def __init__(self) -> None:
        self._finders: dict[str, Finder] = {lang: finder(lang) for lang in ("fr", "en")}
        self._met: dict[str, Counter[str]] = {lang: Counter() for lang in self._finders}

    def read(self, text: str) -> None:
        """Take in one page."""
        for lang, found in self._finders.items():
            self._met[lang].update(found.found_in(text))

    def kept(self, lang: str) -> list[tuple[str, float]]:
        """Return the terms met most, by their public ids, for a text in this language."""
        met = self._met["en" if lang == "en" else "fr"]
        return [(public_id, round(number, 1)) for public_id, number in met.most_common(MOST_KEPT)]
