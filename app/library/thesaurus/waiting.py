"""The words that wait to be decided of, in the spaces a person runs: counted over what that person may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.extensions import db
from app.library.listing import are_visible, named_with
from app.library.models import Resource, Tag, TagState, resource_tag
from app.library.thesaurus.book import read_book
from app.library.thesaurus.models import TagDecision, tag_refused
from app.library.thesaurus.nearness import Nearness
from app.library.thesaurus.permissions import can_adopt_words
from app.spaces.models import Space

PER_PAGE = 20
MOST_SHOWN = 5


@dataclass(frozen=True)
class WaitingWord:
    """A word, on how many resources it stands, and the terms it looks like."""

    tag: Tag
    count: int
    near: list[Tag]


def spaces_decided_by(person: User) -> list[Space]:
    """Return the spaces whose words a person decides of."""
    return list(db.session.scalars(select(Space).where(can_adopt_words.where(person)).order_by(Space.sort_key)))


def decides_somewhere(person: User) -> bool:
    """Tell whether a person decides of the words of a space."""
    return db.session.scalar(select(Space.id).where(can_adopt_words.where(person)).limit(1)) is not None


def _in_my_spaces(person: User, space: Space | None = None) -> ColumnElement[bool]:
    mine = select(Space.id).where(can_adopt_words.where(person))
    return Tag.space_id.in_(mine if space is None else mine.where(Space.id == space.id))


def _used(person: User) -> Any:
    """Return how many resources each word stands on, of those the person may read: others are left out."""
    pairs = select(resource_tag.c.tag_id, func.count(resource_tag.c.resource_id).label("number"))
    carried = pairs.join(Resource, Resource.id == resource_tag.c.resource_id).where(are_visible(person))
    return carried.group_by(resource_tag.c.tag_id).subquery()


def _waiting(person: User, space: Space | None) -> Select[Any]:
    used, decided = _used(person), select(TagDecision.tag_id)
    query = select(Tag).join(used, used.c.tag_id == Tag.id)
    mine = query.where(_in_my_spaces(person, space), Tag.state == TagState.PROPOSED, Tag.id.not_in(decided))
    return mine.order_by(used.c.number.desc(), Tag.sort_key, Tag.id)


def count_waiting(person: User, space: Space | None = None) -> int:
    """Return how many words wait for a person, in one space or in all theirs."""
    waiting = _waiting(person, space).with_only_columns(Tag.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def waiting_page(person: User, space: Space | None, number: int) -> Page[WaitingWord]:
    """Return one page of the words that wait, the most used first, each with the terms it looks like."""
    page = paginate(_waiting(person, space).options(joinedload(Tag.space)), number, PER_PAGE)
    used = _used(person)
    numbers = select(used.c.tag_id, used.c.number).where(used.c.tag_id.in_([tag.id for tag in page.items]))
    counts: dict[int, int] = {tag_id: n for tag_id, n in db.session.execute(numbers)}  # noqa: C416 - named tuples
    near = Nearness(read_book()).near
    words = [WaitingWord(tag, counts.get(tag.id, 0), near(tag.label)) for tag in page.items]
    return Page(words, page.number, page.per_page, page.total)


def decisions_to_take_back(person: User) -> list[TagDecision]:
    """Return what this person has just decided and can still take back."""
    query = select(TagDecision).where(TagDecision.decided_by_id == person.id).options(joinedload(TagDecision.tag))
    return [one for one in db.session.scalars(query.order_by(TagDecision.id.desc())) if one.is_undoable]


def refused_words(person: User, space: Space | None) -> list[Tag]:
    """Return the words refused in the spaces a person runs."""
    query = select(Tag).where(_in_my_spaces(person, space), Tag.state == TagState.REFUSED)
    return list(db.session.scalars(query.order_by(Tag.sort_key).limit(PER_PAGE).options(joinedload(Tag.space))))


def word_for(person: User, public_id: str) -> Tag:
    """Return a word of a space this person decides of. Raises NotFoundError."""
    query = select(Tag).where(Tag.public_id == public_id, _in_my_spaces(person)).options(joinedload(Tag.space))
    tag: Tag | None = db.session.scalar(query)
    if tag is None:
        raise NotFoundError
    return tag


def resources_with(person: User, tag: Tag) -> list[Resource]:
    """Return some of the resources a person may read that carry a word."""
    tagged = select(resource_tag.c.resource_id).where(resource_tag.c.tag_id == tag.id)
    query = select(Resource).where(Resource.id.in_(tagged), are_visible(person)).options(*named_with())
    return list(db.session.scalars(query.order_by(Resource.published_at.desc()).limit(MOST_SHOWN)))


def words_taken_off(resource: Resource) -> list[Tag]:
    """Return the words of a resource that its space has refused since it was last written."""
    gone = select(tag_refused.c.tag_id).where(tag_refused.c.resource_id == resource.id)
    return list(db.session.scalars(select(Tag).where(Tag.id.in_(gone)).order_by(Tag.sort_key)))
