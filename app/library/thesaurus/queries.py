"""What is asked of the thesaurus: its tree, one term, the terms whose names hold some words. Counted for the reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import sort_key
from app.core.errors import NotFoundError
from app.core.revisions import revisions_of
from app.extensions import db
from app.library.counting import count_by_term
from app.library.holdings import Holdings
from app.library.models import Tag, TagState
from app.library.thesaurus.book import Book, read_book
from app.library.thesaurus.reach import names_of

DEEPEST, MOST_FORMER = 12, 10


@dataclass(frozen=True)
class Node:
    """A term of the tree: how many resources the reader has under it, and what stands directly below."""

    tag: Tag
    count: int
    below: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class TermPage:
    """A term with its neighbours and how many resources the reader has under it and under each narrower term."""

    tag: Tag
    count: int
    broader: list[Tag]
    narrower: list[Node]
    related: list[Tag]


def tree_for(person: User) -> list[Node]:
    """Return the whole thesaurus as a tree; a term under two others stands under both. Four statements."""
    book, counts = read_book(), count_by_term(Holdings.of(person))
    narrower = book.narrower()

    def node(tag: Tag, depth: int) -> Node:
        below = book.in_order(narrower.get(tag.id, ())) if depth < DEEPEST else []
        return Node(tag, counts.get(tag.id, 0), [node(one, depth + 1) for one in below])

    return [node(tag, 1) for tag in book.tops()]


def terms_holding(person: User, words: str) -> list[Node]:
    """Return the terms one of whose names holds each of these words, labels that begin so first."""
    wanted = sort_key(words).split()
    if not wanted:
        return []
    counts = count_by_term(Holdings.of(person))
    found = [tag for tag in read_book().terms.values() if _holds(tag, wanted)]
    found.sort(key=lambda tag: (not sort_key(tag.name).startswith(wanted[0]), sort_key(tag.name)))
    return [Node(tag, counts.get(tag.id, 0)) for tag in found]


def _holds(tag: Tag, wanted: list[str]) -> bool:
    text = " ".join(sort_key(name) for name in names_of(tag))
    return all(f" {word}" in f" {text}" for word in wanted)


def term_for(public_id: str) -> Tag:
    """Return a term of the thesaurus. Raises NotFoundError, for words of spaces too: they have no page."""
    tag: Tag | None = db.session.scalar(select(Tag).where(Tag.public_id == public_id, Tag.state == TagState.ADOPTED))
    if tag is None:
        raise NotFoundError
    return tag


def term_page(person: User, tag: Tag, book: Book | None = None) -> TermPage:
    """Return what the page of a term shows."""
    book, counts = book or read_book(), count_by_term(Holdings.of(person))
    below: Any = book.narrower().get(tag.id, ())
    return TermPage(
        tag,
        counts.get(tag.id, 0),
        book.in_order(book.broader.get(tag.id, ())),
        [Node(one, counts.get(one.id, 0)) for one in book.in_order(below)],
        book.in_order(book.related.get(tag.id, ())),
    )


@dataclass(frozen=True)
class Former:
    """What a term was before a change: its label, its other names, until when, who changed it."""

    label: str
    words: str
    at: datetime
    who: str


def history_of(tag: Tag) -> list[Former]:
    """Return what a term was before each of its last changes, the latest first."""
    revisions = revisions_of(tag)[-MOST_FORMER:][::-1]
    ids = {one.person_id for one in revisions}
    names = {one.id: one.name for one in db.session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}
    return [
        Former(
            str(one.fields.get("fr", "")),
            ", ".join(name for kind in ("alt_fr", "alt_en", "broader") for name in one.fields.get(kind, [])),
            one.at,
            names.get(one.person_id or 0, ""),
        )
        for one in revisions
    ]
