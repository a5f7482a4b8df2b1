"""The figures beside the lists of the library: how many of what a person may read, by kind, keyword, filter, city."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import sort_key
from app.extensions import db
from app.library.facets import FacetGroup, groups_of, lens_group
from app.library.kinds import kind_of
from app.library.listing import ONLY, Wanted, are_visible
from app.library.models import Resource, Tag, TagState, resource_tag
from app.library.thesaurus.models import tag_under
from app.spaces.models import Space

MOST_TAGS_OFFERED = 40


def count_by_kind(person: User, wanted: Wanted) -> dict[str, int]:
    """Return how many resources of each kind the person may read, keywords aside."""
    visible = are_visible(person, wanted.without_kind())
    rows = db.session.execute(select(Resource.kind, func.count()).where(visible).group_by(Resource.kind))
    return {kind: number for kind, number in rows}  # noqa: C416 - rows are named tuples, which mypy keeps apart


def count_by_organisation(person: User, kind: str) -> dict[int, int]:
    """Return how many resources of a kind the person may read, by the organisation of who shared them."""
    query = (
        select(User.organisation_id, func.count())
        .join(Resource, Resource.author_id == User.id)
        .where(are_visible(person, Wanted(kind=kind)))
        .group_by(User.organisation_id)
    )
    return {place_id: number for place_id, number in db.session.execute(query) if place_id is not None}


def count_by_tag(person: User, wanted: Wanted) -> list[tuple[Tag, int]]:
    """Return the keywords of the wanted resources with the number each of them would leave, most frequent first."""
    counts = count_by_term(person, wanted, MOST_TAGS_OFFERED) | _count_by_word(person, wanted)
    tags = {tag.id: tag for tag in db.session.scalars(select(Tag).where(Tag.id.in_(counts)))} if counts else {}
    ranked = sorted(tags.values(), key=lambda tag: (-counts[tag.id], sort_key(tag.name)))
    return [(tag, counts[tag.id]) for tag in ranked[:MOST_TAGS_OFFERED]]


def count_by_term(person: User, wanted: Wanted = Wanted(), limit: int | None = None) -> dict[int, int]:
    """Return how many of the wanted resources carry each term of the thesaurus or one under it, by its id."""
    carried, number = _carried(person, wanted)
    query = (
        select(tag_under.c.tag_id, number)
        .join(carried, carried.c.tag_id == tag_under.c.under_id)
        .group_by(tag_under.c.tag_id)
        .order_by(number.desc(), tag_under.c.tag_id)
    )
    return {tag_id: count for tag_id, count in db.session.execute(query.limit(limit))}  # noqa: C416 - named tuples


def _count_by_word(person: User, wanted: Wanted) -> dict[int, int]:
    """Return the same for the words of spaces: one word used in several is counted once, under one of its ids."""
    carried, number = _carried(person, wanted)
    query = (
        select(func.min(Tag.id), number)
        .join(carried, carried.c.tag_id == Tag.id)
        .where(Tag.state == TagState.PROPOSED)
        .group_by(Tag.slug)
        .order_by(number.desc(), func.min(Tag.id))
    )
    return {tag_id: count for tag_id, count in db.session.execute(query.limit(MOST_TAGS_OFFERED))}  # noqa: C416


def _carried(person: User, wanted: Wanted) -> tuple[Any, Any]:
    """Return which wanted resource carries which keyword, and how to count those resources, each once."""
    pairs = select(resource_tag.c.tag_id, resource_tag.c.resource_id)
    visible = pairs.join(Resource, Resource.id == resource_tag.c.resource_id).where(are_visible(person, wanted))
    carried = visible.subquery()
    return carried, func.count(carried.c.resource_id.distinct())


def facet_groups(person: User, wanted: Wanted) -> list[FacetGroup]:
    """Return the filters of the wanted kind, each value with what ticking it would give; none while all kinds show."""
    if not wanted.kind:
        return []
    visible = are_visible(person, replace(wanted, chosen=()))
    return groups_of(kind_of(wanted.kind), visible, wanted.chosen)


def cities_like_mine(person: User, wanted: Wanted) -> FacetGroup | None:
    """Return the lenses through which the person may see the list, with what each would leave; None without any."""
    return lens_group(person.organisation, are_visible(person, replace(wanted, like=())), wanted.like)


def count_archived(person: User, wanted: Wanted) -> int:
    """Return how many archived resources the list leaves out, or shows when they are asked for."""
    return _count(person, replace(wanted, archived=ONLY))


def count_due(person: User, wanted: Wanted) -> int:
    """Return how many of the wanted resources the person keeps and is to look at again."""
    return _count(person, replace(wanted, due=True))


def count_visible(person: User, space: Space) -> int:
    """Return how many resources of a space a person may read."""
    return _count(person, Wanted(space_id=space.id))


def _count(person: User, wanted: Wanted) -> int:
    return db.session.scalar(select(func.count()).select_from(Resource).where(are_visible(person, wanted))) or 0
