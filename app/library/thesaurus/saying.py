"""What is said of a term, as a form, a file or the starter list says it: names, notes, and its neighbours by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.core.text import one_line
from app.library.models import Tag
from app.library.tags import tag_slug
from app.library.thesaurus.book import Book
from app.library.thesaurus.models import NAMES

LONGEST_NOTE = 1000
MOST_NAMES = 60
#: What separates keywords where they are typed, and so cannot stand in one.
SEPARATORS = ",;|"
LISTS = (*NAMES, "broader", "related")


@dataclass(frozen=True)
class TermSaid:
    """One term. ``broader`` and ``related`` name others by a label or a public id; ``id`` is its own, when known."""

    fr: str
    en: str = ""
    alt_fr: tuple[str, ...] = ()
    alt_en: tuple[str, ...] = ()
    hidden_fr: tuple[str, ...] = ()
    hidden_en: tuple[str, ...] = ()
    note_fr: str = ""
    note_en: str = ""
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    id: str = ""

    @classmethod
    def of(cls, **given: Any) -> TermSaid:
        """Return what was said, cleaned: each name on one line and once, other keys passed over."""
        known = {one.name for one in fields(cls)}
        clean = {name: _cleaned(name, value) for name, value in given.items() if name in known}
        return cls(**{"fr": "", **clean})

    @property
    def plain(self) -> dict[str, Any]:
        """The same as plain values, to be kept as JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items() if value
        }

    @property
    def names(self) -> dict[str, list[str]]:
        """The names beside the labels, as ``Tag.names`` keeps them."""
        return {kind: list(getattr(self, kind)) for kind in NAMES if getattr(self, kind)}

    @property
    def words(self) -> dict[str, str]:
        """Every word that would name the term, with how it is written."""
        every = (self.fr, self.en, *(name for kind in NAMES for name in getattr(self, kind)))
        return {tag_slug(name): name for name in reversed(every) if name}


def _cleaned(name: str, value: Any) -> Any:
    if name in LISTS:
        given: Iterable[str] = value or ()
        names = (one_line(str(one)) for one in given)
        return tuple({tag_slug(one): one for one in reversed([one for one in names if one])}.values())[::-1]
    return one_line(str(value or ""))


def said_of(tag: Tag, book: Book) -> TermSaid:
    """Return what a term says now, its neighbours by their French labels."""
    return TermSaid(
        fr=tag.label,
        en=tag.label_en,
        note_fr=tag.note_fr,
        note_en=tag.note_en,
        broader=tuple(sorted(book.terms[one].label for one in book.broader.get(tag.id, ()))),
        related=tuple(sorted(book.terms[one].label for one in book.related.get(tag.id, ()))),
        id=tag.public_id,
        **{kind: tuple((tag.names or {}).get(kind, ())) for kind in NAMES},
    )
