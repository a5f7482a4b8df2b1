"""Keywords while somebody types in the search box: those that something this person may read carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select

from app.core.db import sort_key
from app.core.i18n import gettext as _
from app.core.slots import fill
from app.extensions import db
from app.library.models import Tag
from app.library.thesaurus.models import tag_word
from app.library.thesaurus.reach import keywords_named
from app.search.beginnings import is_named, named
from app.search.columns import Value
from app.search.query import Field
from app.search.state import ARGUMENTS
from app.search.suggesting import Suggested, Suggestion, Typed

MOST, MOST_READ = 3, 200


@fill("search.suggestions", order=20)
def keywords_typed(typed: Typed) -> Suggested | None:
    """Return the keywords that are called so, by any of their names, those met most often first. Three statements."""
    column, mine = typed.allowed.catalogue.column(Field.TAG), typed.allowed.mask
    counts = column.counts(mine)
    called = select(Tag.slug).join(tag_word, tag_word.c.tag_id == Tag.id).order_by(Tag.sort_key)
    terms = db.session.scalars(called.where(named(tag_word.c.slug, typed.words, "-")).limit(MOST_READ)).all()
    words = sorted((slug for slug in counts if is_named(str(slug), typed.words)), key=lambda slug: -counts[slug])
    known = keywords_named({*terms, *map(str, words[:MOST_READ])}, typed.scope.space_ids).values()
    met = {one: _times(counts, one.reach) for one in known}
    found = sorted((one for one in known if met[one]), key=lambda one: (-met[one], sort_key(one.label)))
    items = [Suggestion(one.label, _address(one.slug), icon="bookmark") for one in found[:MOST]]
    return Suggested(_("Mots-clés"), items) if items else None


def _address(slug: str) -> str:
    arguments: dict[str, Any] = {ARGUMENTS[Field.TAG]: slug}
    return url_for("search.results_page", **arguments)


def _times(counts: Mapping[Value, int], slugs: frozenset[str]) -> int:
    return sum(counts.get(slug, 0) for slug in slugs)
