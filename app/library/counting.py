"""The figures beside the lists of the library: how many of what a person may read, by kind, keyword, filter, city."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, or_, select

from app.accounts.models import User
from app.accounts.organisations.likeness import is_like, lenses_of
from app.accounts.organisations.sizes import band_column
from app.core.db import sort_key
from app.extensions import db
from app.library.facets import SIZE, FacetGroup, group_of, lens_group, people_of, sizes_group
from app.library.holdings import Holdings
from app.library.kinds import kind_of
from app.library.listing import ONLY, WITH, Wanted, are_visible
from app.library.models import Resource, Tag, TagState, resource_tag
from app.library.thesaurus.models import tag_under
from app.search.query import Field
from app.spaces.models import Space

MOST_TAGS_OFFERED = 40


def count_by_kind(held: Holdings, wanted: Wanted) -> dict[str, int]:
    """Return how many resources of each kind the person may read, keywords aside."""
    return {str(one): n for one, n in held.column(Field.KIND).counts(held.wanted(wanted.without_kind())).items()}


def count_by_organisation(held: Holdings, kind: str) -> dict[int, int]:
    """Return how many resources of a kind the person may read, by the organisation of who shared them."""
    shared = held.by_author(Wanted(kind=kind))
    people = select(User.id, User.organisation_id).where(User.id.in_(shared), User.organisation_id.is_not(None))
    found: Counter[int] = Counter()
    for one, place in db.session.execute(people) if shared else ():
        found[place or 0] += shared[one]
    return dict(found)


def count_by_tag(held: Holdings, wanted: Wanted) -> list[tuple[Tag, int]]:
    """Return the keywords of the wanted resources with the number each of them would leave, most frequent first.

    Four statements at most: what stands under each term, the terms, the words of spaces.
    """
    reached = _reached()
    under = _count_reached(held, wanted, reached)
    terms = sorted(under, key=lambda one: -under[one])[:MOST_TAGS_OFFERED]
    named = set().union(*reached.values())
    carried = {str(slug): n for slug, n in held.column(Field.TAG).counts(held.wanted(wanted)).items()}
    words = sorted((slug for slug in carried if slug not in named), key=lambda one: -carried[one])[:MOST_TAGS_OFFERED]
    tags = [(tag, under[tag.id]) for tag in db.session.scalars(select(Tag).where(Tag.id.in_(terms)))] if terms else []
    tags += [(tag, carried[tag.slug]) for tag in _words_of(held, words)]
    return sorted(tags, key=lambda one: (-one[1], sort_key(one[0].name)))[:MOST_TAGS_OFFERED]


def count_by_term(held: Holdings) -> dict[int, int]:
    """Return how many resources the person may read carry each term of the thesaurus or one under it, by its id."""
    return _count_reached(held, Wanted(), _reached())


def _reached() -> dict[int, set[str]]:
    """Return the slugs of each term and of all that stand under it, by its id."""
    found: dict[int, set[str]] = defaultdict(set)
    for one, slug in db.session.execute(select(tag_under.c.tag_id, Tag.slug).join(Tag, Tag.id == tag_under.c.under_id)):
        found[one].add(slug)
    return found


def _count_reached(held: Holdings, wanted: Wanted, reached: Mapping[int, set[str]]) -> dict[int, int]:
    column, things = held.column(Field.TAG), held.wanted(wanted)
    alone = column.counts(things)
    counts = {}
    for term, slugs in reached.items():
        carried = {slug: alone[slug] for slug in slugs if slug in alone}
        # What carries two of them counts once.
        counts[term] = sum(carried.values()) if len(carried) <= 1 else int((column.having(carried) & things).sum())
    return {term: number for term, number in counts.items() if number}


def _words_of(held: Holdings, slugs: list[str]) -> list[Tag]:
    """Return the words of spaces of these slugs, each once: as a space the person reads writes it.

    Elsewhere, as it stands on a resource they read: how a closed space spells what others use is its own.
    """
    if not slugs:
        return []
    carrying = select(resource_tag.c.tag_id).join(Resource, Resource.id == resource_tag.c.resource_id)
    carried = carrying.where(resource_tag.c.tag_id == Tag.id, are_visible(held.person, Wanted(archived=WITH)))
    query = select(Tag).where(Tag.state == TagState.PROPOSED, Tag.slug.in_(slugs))
    query = query.where(or_(Tag.space_id.in_(held.spaces), carried.exists()))
    # Of two spellings the oldest, among those of spaces the person reads if there is one.
    found = sorted(db.session.scalars(query), key=lambda tag: (tag.space_id in held.spaces, -tag.id))
    return list({tag.slug: tag for tag in found}.values())


def facet_groups(held: Holdings, wanted: Wanted) -> list[FacetGroup]:
    """Return the filters of the wanted kind, each value with what ticking it would give; none while all kinds show.

    Several values of one filter widen it: its counts leave its own values aside, and hold all others.
    """
    if not wanted.kind:
        return []
    kind, ticked = kind_of(wanted.kind), {name: values for name, values in wanted.chosen if values}
    together = held.labels(wanted)
    groups = []
    for field in kind.facets():
        labels = held.labels(_without(wanted, field.name)) if field.name in ticked else together
        start = f"{field.name}:"
        counts = {one.removeprefix(start): n for one, n in labels.items() if one.startswith(start)}
        groups.append(group_of(field, counts, ticked.get(field.name, ())))
    if kind.compares_places:
        groups.insert(0, sizes_group(_count_by_size(held, _without(wanted, SIZE)), ticked.get(SIZE, ())))
    return [group for group in groups if group.options]


def _without(wanted: Wanted, name: str) -> Wanted:
    return replace(wanted, chosen=tuple(one for one in wanted.chosen if one[0] != name))


def _count_by_size(held: Holdings, wanted: Wanted) -> dict[str, int]:
    shared = held.by_author(wanted)
    people = people_of(User.id.in_(shared)).add_columns(band_column())
    found: Counter[str] = Counter()
    for one, band in db.session.execute(people) if shared else ():
        found[band] += shared[one]
    return dict(found)


def cities_like_mine(held: Holdings, wanted: Wanted) -> FacetGroup | None:
    """Return the lenses through which the person may see the list, with what each would leave; None without any."""
    mine, aside = held.person.organisation, replace(wanted, like=())
    if mine is None or not lenses_of(mine):
        return None
    lenses = lenses_of(mine)
    through = [is_like(mine, [lens]) for lens in lenses]
    seen = db.session.execute(people_of(or_(*through)).add_columns(*through)).all()
    counts = {lens: held.count_from({row[0] for row in seen if row[n]}, aside) for n, lens in enumerate(lenses, 1)}
    return lens_group(mine, counts, wanted.like)


def count_archived(held: Holdings, wanted: Wanted) -> int:
    """Return how many archived resources the list leaves out, or shows when they are asked for."""
    return held.count(replace(wanted, archived=ONLY))


def count_due(held: Holdings, wanted: Wanted) -> int:
    """Return how many of the wanted resources the person keeps and is to look at again."""
    return held.count(replace(wanted, due=True))


def count_visible(person: User, space: Space) -> int:
    """Return how many resources of a space a person may read.

    One count alone is one statement, where the memory asks for two; on the page of a list it costs nothing.
    """
    held = Holdings.known(person)
    if held is not None:
        return held.count(Wanted(space_id=space.id))
    visible = are_visible(person, Wanted(space_id=space.id))
    return db.session.scalar(select(func.count()).select_from(Resource).where(visible)) or 0
