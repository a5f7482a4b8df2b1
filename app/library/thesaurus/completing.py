"""Keywords under the field while it is typed in: terms by any of their names, and the words of the space."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import begins
from app.core.i18n import current_language
from app.extensions import db
from app.library.listing import are_visible
from app.library.models import Resource, Tag, TagState, resource_tag
from app.library.tags import tag_slug
from app.library.thesaurus.models import tag_word
from app.library.thesaurus.reach import names_of
from app.spaces.models import Space

MOST = 8
MOST_READ = 60
SHORTEST = 2


@dataclass(frozen=True)
class Completion:
    """A keyword to choose; ``beside`` is the name by which it was found, or its label in the other language."""

    label: str
    beside: str
    is_term: bool


def completions(person: User, words: str, space: Space | None = None) -> list[Completion]:
    """Return the keywords that begin so: a word of the space only if a resource the person reads there carries it."""
    typed = tag_slug(words)
    if len(words.strip()) < SHORTEST:
        return []
    named = select(tag_word.c.tag_id).where(begins(tag_word.c.slug, typed, "-"))
    tags = list(db.session.scalars(select(Tag).where(Tag.id.in_(named)).order_by(Tag.sort_key).limit(MOST_READ)))
    if space is not None and not space.closed_keywords:
        tags += _words_of(person, space, typed)
    tags.sort(key=lambda tag: _rank(tag, typed))
    return [Completion(tag.name, _beside(tag, typed), tag.is_term) for tag in tags[:MOST]]


def _words_of(person: User, space: Space, typed: str) -> list[Tag]:
    carried = select(resource_tag.c.tag_id).join(Resource, Resource.id == resource_tag.c.resource_id)
    used = carried.where(are_visible(person), Resource.space_id == space.id)
    here = (Tag.space_id == space.id) & (Tag.state == TagState.PROPOSED) & begins(Tag.slug, typed, "-")
    return list(db.session.scalars(select(Tag).where(here, Tag.id.in_(used)).order_by(Tag.sort_key).limit(MOST)))


def _rank(tag: Tag, typed: str) -> tuple[int, int, str]:
    """Put first what is called exactly so, then what the reader sees begin so, then by the shortest name that does."""
    slugs = [tag_slug(name) for name in names_of(tag)]
    own = tag_slug(tag.name)
    shortest = min((len(slug) for slug in slugs if f"-{typed}" in f"-{slug}"), default=0)
    return (0 if typed in slugs else 1 if own.startswith(typed) else 2), shortest, own


def _beside(tag: Tag, typed: str) -> str:
    own = tag_slug(tag.name)
    if own.startswith(typed) or f"-{typed}" in own:
        other = tag.label if current_language() == "en" else tag.label_en
        return "" if tag_slug(other or own) == own else other
    return next((name for name in names_of(tag) if f"-{typed}" in f"-{tag_slug(name)}"), "")
