"""How reading lists are found: by their title and what they say of themselves, by those who read their space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.days import day_here
from app.core.i18n import lazy_gettext as _l
from app.core.portraits import signature
from app.core.text import plain_text
from app.extensions import db
from app.library.reading_lists.addresses import list_url
from app.library.reading_lists.models import ReadingList
from app.library.reading_lists.permissions import can_read_list
from app.search.beginnings import Begun, named, names_first
from app.search.catalogue import Audience, CatalogueRow
from app.search.engine import OWN_TEXT, ParentDocument, Passage
from app.search.sources import Card, register_kind_labels, register_kind_words, register_source
from app.spaces.permissions import shown_space

TYPE, KIND = "reading_list", "list"


class ReadingListSource:
    """What search learns about reading lists, but what is said of an entry: it is for those who read that resource."""

    type = TYPE

    def keys(self) -> Iterator[int]:
        """Yield the id of every list."""
        living = ReadingList.deleted_at.is_(None)
        yield from db.session.scalars(select(ReadingList.id).where(living).order_by(ReadingList.id))

    def documents(self, ids: Sequence[int]) -> Iterable[ParentDocument]:
        """Yield lists with what they say of themselves."""
        for one in db.session.scalars(_living(ids)):
            own = _own(one)
            passages = (own,) if own.text else ()
            yield ParentDocument(key=f"{TYPE}:{one.id}", title=one.title, lang=one.lang or None, passages=passages)

    def rows(self, ids: Sequence[int] | None) -> Iterable[CatalogueRow]:
        """Yield who may find each list."""
        for one in db.session.scalars(_living(ids).options(joinedload(ReadingList.space))):
            yield CatalogueRow(
                key=f"{TYPE}:{one.id}",
                kind=KIND,
                space_id=one.space_id,
                audience=Audience(one.audience),
                published=one.is_live and one.space.deleted_at is None,
                date=day_here(one.published_at) if one.published_at else None,
                lang=one.lang or None,
            )

    def cards(self, person: Any, ids: Sequence[int], *, brief: bool = False) -> Mapping[int, Card]:  # noqa: ARG002 - the seam
        """Return the cards of the lists this person may read."""
        query = select(ReadingList).where(ReadingList.id.in_(ids), can_read_list.where(person))
        found = db.session.scalars(query.options(joinedload(ReadingList.space), joinedload(ReadingList.author)))
        return {one.id: _card(person, one) for one in found}

    def texts(self, wanted: Mapping[int, Sequence[int]]) -> Mapping[tuple[int, int], Passage]:
        """Return what lists say of themselves."""
        asked = [one for one, numbers in wanted.items() if OWN_TEXT in numbers]
        return {(one.id, OWN_TEXT): _own(one) for one in db.session.scalars(_living(asked))} if asked else {}

    def titles(self, person: Any, words: Sequence[Begun], limit: int) -> Sequence[int]:
        """Return lists this person may read whose title holds the words, the latest first."""
        query = select(ReadingList.id).where(can_read_list.where(person), named(ReadingList.sort_key, words))
        order = names_first(ReadingList.sort_key, words), ReadingList.id.desc()
        return list(db.session.scalars(query.order_by(*order).limit(limit)))


def _living(ids: Sequence[int] | None) -> Any:
    query = select(ReadingList).where(ReadingList.deleted_at.is_(None))
    return query if ids is None else query.where(ReadingList.id.in_(ids))


def _own(reading: ReadingList) -> Passage:
    return Passage(OWN_TEXT, "own", "", plain_text(reading.intro_html))


def _card(person: User, reading: ReadingList) -> Card:
    space = shown_space(person, reading)
    meta = (signature(reading.author) if reading.author else "", space.label if space else "")
    return Card(
        reading.title, KIND, lambda _passage: list_url(reading), tuple(filter(None, meta)), author=reading.author
    )


register_source(ReadingListSource())
register_kind_labels({KIND: _l("Dossier de lecture")})
register_kind_words(dict.fromkeys(("dossier", "dossiers", "dossier-de-lecture", "reading-list"), KIND))
