"""Keywords: what a person types becomes tags, and two spellings of one word are one tag."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import sort_key
from app.core.text import one_line, slugify
from app.extensions import db
from app.library.models import Tag

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


def tags_named(labels: list[str]) -> list[Tag]:
    """Return the tags of these labels, made when they are new. Call inside ``transaction()``.

    Two people who bring the same new keyword at once get the same tag.
    """
    by_slug = {tag_slug(label): label for label in labels}
    if not by_slug:
        return []
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"slug": slug, "label": label, "sort_key": sort_key(label)} for slug, label in sorted(by_slug.items())]
    db.session.execute(insert(Tag).values(rows).on_conflict_do_nothing(index_elements=["slug"]))
    found = {tag.slug: tag for tag in db.session.scalars(select(Tag).where(Tag.slug.in_(by_slug)))}
    return sorted((found[slug] for slug in by_slug), key=lambda tag: tag.sort_key)
