"""What a keyword reaches: the resources that carry it, the terms under it, and every word that means it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, union_all

from app.extensions import db
from app.library.models import Tag, TagState, resource_tag
from app.library.tags import tag_slug, terms_called
from app.library.thesaurus.models import NAMES, tag_under, tag_word
from app.search.sources import Keyword


def carrying(slug: str) -> Select[Any]:
    """Return the ids of the resources that carry a keyword, or a term that stands under it.

    Whoever may read them: to be joined to what a person may read. A synonym reaches what its term reaches.
    """
    named = select(tag_under.c.under_id).join(tag_word, tag_word.c.tag_id == tag_under.c.tag_id)
    typed = select(Tag.id).where(Tag.slug == slug, Tag.state == TagState.PROPOSED)
    reached = union_all(named.where(tag_word.c.slug == slug), typed)
    return select(resource_tag.c.resource_id).where(resource_tag.c.tag_id.in_(reached))


def own_slugs(slugs: Sequence[str]) -> list[str]:
    """Return slugs with each synonym replaced by its term's own, so that old addresses go on working."""
    known = terms_called(slugs) if slugs else {}
    return list(dict.fromkeys(known[slug].slug if slug in known else slug for slug in slugs))


@dataclass(frozen=True)
class Meaning:
    """A term as a search may widen to it: its labels and synonyms, and those of every term under it."""

    slug: str
    labels: tuple[str, ...]
    narrower: tuple[str, ...]


def meaning_of(words: str) -> Meaning | None:
    """Return what typed words mean in the thesaurus, None when they name no term. Two statements.

    Words of spaces mean nothing here: they are known only where they are used.
    """
    term = terms_called([tag_slug(words)]).get(tag_slug(words))
    if term is None:
        return None
    under = select(Tag).join(tag_under, tag_under.c.under_id == Tag.id).where(tag_under.c.tag_id == term.id)
    below = [
        name for tag in db.session.scalars(under.order_by(Tag.sort_key)) if tag.id != term.id for name in names_of(tag)
    ]
    return Meaning(term.slug, names_of(term), tuple(dict.fromkeys(below)))


def slugs_reached(words: str) -> frozenset[str]:
    """Return the slugs of the keywords that typed words reach: the term they name and those under it, or themselves.

    Whoever may see what carries them. Two statements at most.
    """
    slug = tag_slug(words)
    under = select(Tag.slug).join(tag_under, tag_under.c.under_id == Tag.id)
    found = db.session.scalars(
        under.join(tag_word, tag_word.c.tag_id == tag_under.c.tag_id).where(tag_word.c.slug == slug)
    )
    return frozenset({slug, *found})


def names_of_terms() -> list[tuple[str, ...]]:
    """Return every name of each term: one statement."""
    terms = select(Tag).where(Tag.id.in_(select(tag_word.c.tag_id))).order_by(Tag.id)
    return [names_of(tag) for tag in db.session.scalars(terms)]


def names_of(tag: Tag) -> tuple[str, ...]:
    """Return every name of a keyword, its labels first, each once."""
    others = (name for kind in NAMES for name in (tag.names or {}).get(kind, ()))
    return tuple(dict.fromkeys(name for name in (tag.label, tag.label_en, *others) if name))


def labels_of(tag: Tag) -> tuple[str, ...]:
    """Return the labels of a keyword in both languages: what the search index keeps of it."""
    return tuple(dict.fromkeys(name for name in (tag.label, tag.label_en) if name))


def keywords_named(slugs: Collection[str], space_ids: Collection[int]) -> dict[str, Keyword]:
    """Return keywords as the thesaurus names them, or else as some spaces write them; two statements.

    A word that only other spaces use is left out: how they spell it is theirs.
    """
    mine = Tag.space_id.is_(None) | Tag.space_id.in_(space_ids)
    query = select(Tag).where(Tag.slug.in_(slugs), mine).order_by(Tag.space_id.is_not(None), Tag.id)
    named: dict[str, str] = {}
    for tag in db.session.scalars(query):
        named.setdefault(tag.slug, tag.name)
    reached = _under(named)
    return {slug: Keyword(slug, label, reached[slug] | {slug}) for slug, label in named.items()}


def _under(slugs: Collection[str]) -> defaultdict[str, frozenset[str]]:
    words = select(tag_word.c.slug, Tag.slug).join(tag_under, tag_under.c.tag_id == tag_word.c.tag_id)
    query = words.join(Tag, Tag.id == tag_under.c.under_id).where(tag_word.c.slug.in_(slugs))
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for slug, under in db.session.execute(query):
        found[slug] |= {under}
    return found
