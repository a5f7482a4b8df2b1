"""The keywords of what a person may read: those of an address, those somebody uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import false, func, or_, select

from app.accounts.models import User
from app.core.db import sort_key
from app.extensions import db
from app.library.listing import WITH, Wanted, are_visible
from app.library.models import Resource, Tag, TagState, resource_tag
from app.library.tags import terms_called
from app.library.thesaurus.models import tag_word
from app.library.thesaurus.reach import names_of
from app.search.beginnings import Begun, named, one_named


@dataclass(frozen=True)
class Keyword:
    """A keyword somebody uses: folded, in the reader's language, and how many of the resources they shared carry it."""

    folded: str
    label: str
    count: int


def keywords_shared(person: User, words: Sequence[Begun]) -> list[tuple[int, Keyword]]:
    """Return which authors, by id, shared something under keywords that hold one of these words.

    Counted over the resources the person may read, and no others. The same word of several spaces is one keyword.
    """
    called = [named(tag_word.c.slug, [word], "-") for word in words]
    terms = select(tag_word.c.tag_id).where(or_(false(), *called))
    query = (
        select(Resource.author_id, Tag, func.count())
        .join(resource_tag, resource_tag.c.resource_id == Resource.id)
        .join(Tag, Tag.id == resource_tag.c.tag_id)
        .where(
            are_visible(person, Wanted()),
            Resource.author_id.is_not(None),
            or_(Tag.id.in_(terms), one_named(Tag.sort_key, words)),
        )
        .group_by(Resource.author_id, Tag.id)
        .order_by(func.count().desc(), Tag.sort_key)
    )
    found: dict[tuple[int, str], Keyword] = {}
    for author, tag, count in db.session.execute(query):
        key = (author or 0, _folded(tag))
        so_far = found.get(key)
        found[key] = replace(so_far, count=so_far.count + count) if so_far else Keyword(key[1], tag.name, count)
    return [(author, one) for (author, _word), one in sorted(found.items(), key=lambda item: -item[1].count)]


def _folded(tag: Tag) -> str:
    return " ".join(sort_key(name) for name in names_of(tag))


def tags_by_slug(person: User, slugs: Iterable[str]) -> list[Tag]:
    """Return the keywords of these slugs: terms, and the words of spaces that a resource this person reads carries.

    Other words do not exist for them.
    """
    wanted = list(dict.fromkeys(slugs))
    if not wanted:
        return []
    terms = terms_called(wanted)
    read = select(resource_tag.c.tag_id).join(Resource, Resource.id == resource_tag.c.resource_id)
    typed = [slug for slug in wanted if slug not in terms]
    carried = read.where(are_visible(person, Wanted(archived=WITH)), Tag.state == TagState.PROPOSED)
    known = Tag.slug.in_(typed) & Tag.id.in_(carried)
    words = {tag.slug: tag for tag in db.session.scalars(select(Tag).where(known))} if typed else {}
    return sorted((terms | words).values(), key=lambda tag: sort_key(tag.name))
