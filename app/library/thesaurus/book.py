"""The whole thesaurus in memory: terms, every word that names one, what stands above and below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from app.core.db import sort_key
from app.extensions import db
from app.library.models import Tag, TagState
from app.library.tags import tag_slug
from app.library.thesaurus.models import tag_broader, tag_related
from app.library.thesaurus.reach import names_of

Links = dict[int, set[int]]
#: Levels of the thesaurus: what stands under what is written out, and every term is shown under each above it.
MOST_LEVELS = 6


@dataclass
class Book:
    """Terms by id, the term each word names, and the links between them."""

    terms: dict[int, Tag] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    broader: Links = field(default_factory=lambda: defaultdict(set))
    related: Links = field(default_factory=lambda: defaultdict(set))

    def called(self, name: str) -> Tag | None:
        """Return the term a name stands for."""
        found = self.words.get(tag_slug(name))
        return self.terms[found] if found is not None else None

    def in_order(self, ids: Iterable[int]) -> list[Tag]:
        """Return terms by the name the reader sees."""
        return sorted((self.terms[one] for one in ids), key=lambda tag: sort_key(tag.name))

    def narrower(self) -> Links:
        """Return what stands directly under each term."""
        below: Links = defaultdict(set)
        for one, above in self.broader.items():
            for other in above:
                below[other].add(one)
        return below

    def tops(self) -> list[Tag]:
        """Return the terms under no other."""
        return self.in_order(one for one in self.terms if not self.broader.get(one))

    def above(self, one: int) -> set[int]:
        """Return all that stands above a term, at any height, without the term itself."""
        found: set[int] = set()
        waiting = list(self.broader.get(one, ()))
        while waiting:
            other = waiting.pop()
            if other not in found:
                found.add(other)
                waiting.extend(self.broader.get(other, ()))
        return found

    def would_circle(self, one: int, above: int) -> bool:
        """Tell whether a term placed under another would stand under itself."""
        return one == above or one in self.above(above)

    def would_sink(self, one: int, above: int, below: Links) -> bool:
        """Tell whether, with a term placed under another, something stands too low; ``below``: see ``narrower``."""
        return _levels(above, self.broader) + _levels(one, below) > MOST_LEVELS

    def under(self) -> Iterator[tuple[int, int]]:
        """Yield each term with itself and with all that stands under it."""
        for one in self.terms:
            yield one, one
            yield from ((other, one) for other in self.above(one))


def _levels(one: int, links: Links) -> int:
    """Return how many levels begin at a term, itself counted; those beyond what is allowed are not looked for."""
    level, count = {one}, 0
    while level and count <= MOST_LEVELS:
        level, count = {other for each in level for other in links.get(each, ())}, count + 1
    return count


def read_book() -> Book:
    """Return the thesaurus as it stands."""
    book = Book()
    for tag in db.session.scalars(select(Tag).where(Tag.state == TagState.ADOPTED).order_by(Tag.id)):
        book.terms[tag.id] = tag
        book.words |= {tag_slug(name): tag.id for name in names_of(tag)}
    for one, other in db.session.execute(select(tag_broader.c.tag_id, tag_broader.c.broader_id)):
        book.broader[one].add(other)
    for one, other in db.session.execute(select(tag_related.c.tag_id, tag_related.c.related_id)):
        book.related[one].add(other)
    return book
