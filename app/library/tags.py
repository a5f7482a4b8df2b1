"""Keywords: what a person types becomes tags, and two spellings of one word are one tag."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Insert, Table, select

from app.core.db import insert_into, sort_key
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line, slugify
from app.extensions import db
from app.library.models import Tag, TagState
from app.library.thesaurus.models import tag_word
from app.spaces.models import Space

MOST_TAGS = 12
LONGEST_TAG = 80
_SEPARATORS = re.compile(r"[,;\n]")


def split_tags(text: str) -> list[str]:
    """Return the labels typed in a field, separated by commas, each spelling once, at most ``MOST_TAGS``."""
    by_slug: dict[str, str] = {}
    for piece in _SEPARATORS.split(text):
        label = one_line(piece).strip(" .#")[:LONGEST_TAG]
        if label and any(sign.isalnum() for sign in label):
            by_slug.setdefault(tag_slug(label), label)
    return list(by_slug.values())[:MOST_TAGS]


def tag_slug(label: str) -> str:
    """Return what two spellings of a keyword have in common; a word of another script keeps its own letters."""
    slug = slugify(label)
    return slug if slug != "page" or label.casefold() == "page" else sort_key(label).replace(" ", "-")[:90] or "page"


def terms_called(slugs: Iterable[str]) -> dict[str, Tag]:
    """Return the terms of the thesaurus that these words name, by word: a label or a synonym in any language."""
    query = select(tag_word.c.slug, Tag).join(Tag, Tag.id == tag_word.c.tag_id)
    rows = db.session.execute(query.where(tag_word.c.slug.in_(list(slugs))))
    return {slug: tag for slug, tag in rows}  # noqa: C416 - rows are named tuples, which mypy keeps apart


def as_terms(labels: Sequence[str]) -> tuple[str, ...]:
    """Return keywords to add as the thesaurus calls them: what carries the term of a synonym does not change."""
    terms = terms_called({tag_slug(label) for label in labels}) if labels else {}
    named = (terms[slug].name if (slug := tag_slug(label)) in terms else label for label in labels)
    return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class Judged:
    """What becomes of the words typed in a space: taken, unknown to its closed list, refused there (and why)."""

    accepted: list[str]
    unknown: list[str]
    refused: dict[str, str]

    @property
    def left_out(self) -> list[str]:
        """The words that are not taken."""
        return [*self.unknown, *self.refused]


class WordsRefusedError(DomainError):
    """Some keywords are not taken in this space."""

    status = 422


def judge_words(labels: Sequence[str], space: Space, carried: Collection[str] = ()) -> Judged:
    """Return which of these words a space takes; ``carried`` are the slugs of what the resource carries already.

    Terms always; in an open list any word it has not refused; in a closed one what was carried before it was closed.
    """
    by_slug = {tag_slug(label): label for label in labels}
    terms = terms_called(by_slug) if by_slug else {}
    rest = [slug for slug in by_slug if slug not in terms]
    query = select(Tag.slug, Tag.state, Tag.reason).where(Tag.space_id == space.id, Tag.slug.in_(rest))
    states = {slug: (state, reason) for slug, state, reason in db.session.execute(query)} if rest else {}
    refused = {slug: reason for slug, (state, reason) in states.items() if state == TagState.REFUSED}
    merged = {slug for slug, (state, _reason) in states.items() if state == TagState.MERGED}
    free = [slug for slug in rest if slug not in refused]
    unknown = [slug for slug in free if slug not in merged and slug not in carried] if space.closed_keywords else []
    left_out = {*unknown, *refused}
    return Judged(
        [label for slug, label in by_slug.items() if slug not in left_out],
        [by_slug[slug] for slug in unknown],
        {by_slug[slug]: reason for slug, reason in refused.items()},
    )


def tags_named(labels: Sequence[str], space: Space, carried: Collection[str] = ()) -> list[Tag]:
    """Return the tags of these labels in a space, made when they are new. Call inside ``transaction()``.

    A word that names a term of the thesaurus gives the term; another is a word of the space. Two people who bring the
    same new word at once get the same tag. Raises WordsRefusedError for words the space does not take.
    """
    left_out = judge_words(labels, space, carried).left_out
    if left_out:
        names = ", ".join(left_out)
        raise WordsRefusedError(_l("Cet espace ne prend pas ces mots-clés : %(names)s.", names=names))
    return sorted({tag.id: tag for tag in tags_meant(labels, space).values()}.values(), key=lambda tag: tag.sort_key)


def tags_meant(labels: Sequence[str], space: Space) -> dict[str, Tag]:
    """Return the same by what was typed (``tag_slug``), in as many statements for one label as for a hundred."""
    by_slug = {tag_slug(label): label for label in labels}
    found = terms_called(by_slug) if by_slug else {}
    typed = {slug: label for slug, label in by_slug.items() if slug not in found}
    if typed:
        found |= _words_of(space, typed)
    return found


def _words_of(space: Space, typed: dict[str, str]) -> dict[str, Tag]:
    """Return the words of a space by what was typed, made when new; one merged into another gives that one."""
    rows = [
        {"slug": slug, "label": label, "sort_key": sort_key(label), "space_id": space.id, "names": {}}
        for slug, label in sorted(typed.items())
    ]
    db.session.execute(insert_new(Tag.__table__, rows))
    own = db.session.scalars(select(Tag).where(Tag.space_id == space.id, Tag.slug.in_(typed))).all()
    into = {tag.merged_into_id for tag in own if tag.state == TagState.MERGED}
    others = {tag.id: tag for tag in db.session.scalars(select(Tag).where(Tag.id.in_(into)))} if into else {}
    meant = {tag.slug: others.get(tag.merged_into_id or 0, tag) for tag in own}
    return {slug: tag for slug, tag in meant.items() if tag.state in {TagState.PROPOSED, TagState.ADOPTED}}


def insert_new(table: Table, rows: Sequence[Mapping[str, object]]) -> Insert:
    """Return the statement that adds rows, those already there left as they are."""
    return insert_into(table).values([dict(row) for row in rows]).on_conflict_do_nothing()


def words_moved(tags: Sequence[Tag], target: Space) -> list[Tag]:
    """Return the tags of a resource for its new home: terms stay, words of the old home become words of the new one."""
    terms = [tag for tag in tags if tag.is_term]
    words = [tag.label for tag in tags if not tag.is_term]
    refused = judge_words(words, target).refused
    moved = tags_named([one for one in words if one not in refused], target, [tag_slug(one) for one in words])
    return sorted({tag.id: tag for tag in (*terms, *moved)}.values(), key=lambda tag: tag.sort_key)
