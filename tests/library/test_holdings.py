"""What lists count in memory is what the database answers, for everybody and for every state of a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Organisation
from app.core.clock import now
from app.core.days import today
from app.core.db import transaction
from app.extensions import db
from app.library.counting import cities_like_mine, count_by_organisation, count_by_tag, facet_groups
from app.library.facets import SIZE, FacetGroup
from app.library.holdings import Holdings
from app.library.listing import ONLY, SORTS, WITH, Wanted, are_visible, resources_visible_to
from app.library.models import Resource
from app.library.operations import remove_resource
from app.library.publishing import archive_resource
from app.library.shelving import shelve
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid
from app.spaces.models import Audience
from tests.library.shelves import share
from tests.people import EVERYBODY, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import loaded, space_called

NIGHT = ("evaluation", ("joint", "own")), ("cost_band", ("under_10000",))


@pytest.fixture(autouse=True)
def _furnished(furnish: Any, context: Flask, cast: Cast) -> None:
    """Have resources of every audience, kind and state, under terms and words, in several libraries."""
    furnish("libraries", fill_libraries)


def fill_libraries() -> None:
    """Fill the three spaces, inside an application context."""
    terms = [TermSaid.of(fr="Nuit"), TermSaid.of(fr="Bars", alt_fr=["bistrots"], broader=["Nuit"])]
    with transaction():
        bring_in(None, terms, origin="test")
        for n, place in enumerate(db.session.scalars(select(Organisation).order_by(Organisation.id))):
            place.population, place.region = 9_000 + n % 2 * 50_000, "Bretagne" if n % 3 else "Occitanie"
    for n, (space, audience) in enumerate((one, to) for one in (OPEN, REQUEST, PRIVATE) for to in Audience):
        by = MEMBER if space == OPEN and n % 2 else FACILITATOR
        share(f"Rapport {n}", space=space, audience=audience, by=by, tags=["Nuit", "Bars", f"mot {n % 2}"])
        fields = {"evaluation": "joint" if n % 2 else "none", "cost_band": "under_10000", "start": "2020"}
        share(f"Pratique {n}", kind="practice", space=space, audience=audience, by=by, fields=fields, tags=["bistrots"])
    every = list(db.session.scalars(select(Resource).order_by(Resource.id)))
    with transaction():
        for n, one in enumerate(every):
            one.published_at = now() - timedelta(days=n % 3)
            one.review_on = today() + timedelta(days=n % 2)
        shelve(loaded(FACILITATOR), every[8], space_called(OPEN))
        archive_resource(loaded(FACILITATOR), every[4])
        remove_resource(loaded(FACILITATOR), every[5])
    share("Dernier", tags=["Bars", "mot 1"])


def states(space_id: int) -> list[Wanted]:
    return [
        Wanted(),
        Wanted(archived=WITH),
        Wanted(archived=ONLY),
        Wanted(space_id=space_id),
        Wanted(space_id=space_id, kind="practice", archived=WITH),
        Wanted(tags=("nuit",)),
        Wanted(tags=("bistrots", "nuit")),
        Wanted(tags=("mot-1",), due=True),
        Wanted(kind="practice", chosen=NIGHT),
        Wanted(kind="practice", chosen=(*NIGHT, (SIZE, ("-10000",)))),
        Wanted(like=("size",)),
        Wanted(like=("size", "region"), due=True),
        Wanted(tags=("rien-de-tel",)),
    ]


def in_database(person: str, wanted: Wanted) -> int:
    query = select(Resource.id).where(are_visible(loaded(person), wanted))
    return len(db.session.scalars(query).all())


@pytest.mark.parametrize("email", EVERYBODY)
def test_lists_are_those_of_the_database_in_its_order(email: str) -> None:
    held = Holdings(loaded(email))
    for n, state in enumerate(states(space_called(OPEN).id)):
        for sort in SORTS if n == 1 else SORTS[n % 3 : n % 3 + 1]:
            wanted = replace(state, sort=sort)
            listed = [one.id for one in db.session.scalars(resources_visible_to(loaded(email), wanted))]
            pages = [held.page(wanted, number, 5) for number in range(1, -(-len(listed) // 5) + 1)]
            assert [one.id for page in pages for one in page.items] == listed, wanted
            assert held.count(wanted) == len(listed)
            assert held.page(wanted, 100_000, 5).number == max(1, len(pages))


def counts(group: FacetGroup | None) -> dict[str, int]:
    return {one["value"]: one["count"] for one in group.options} if group else {}


@pytest.mark.parametrize("email", [FACILITATOR, MEMBER, OUTSIDER])
def test_every_figure_is_what_ticking_it_gives(email: str) -> None:
    held = Holdings(loaded(email))
    for wanted in states(space_called(OPEN).id):
        for tag, number in count_by_tag(held, wanted):
            assert number == in_database(email, replace(wanted, tags=(*wanted.tags, tag.slug))), (wanted, tag.label)
        for lens, number in counts(cities_like_mine(held, wanted)).items():
            assert number == in_database(email, replace(wanted, like=(lens,))), (wanted, lens)
        for group in facet_groups(held, wanted):
            others = tuple(one for one in wanted.chosen if one[0] != group.name)
            for value, number in counts(group).items():
                ticked = replace(wanted, chosen=(*others, (group.name, (value,))))
                assert number == in_database(email, ticked), (wanted, group.name, value)


def test_what_each_authority_shared_is_counted(cast: Cast) -> None:
    held = Holdings(loaded(OUTSIDER))
    found = count_by_organisation(held, "practice")
    assert sum(found.values()) == held.count(Wanted(kind="practice")) > 0
    assert set(found) == {loaded(MEMBER).organisation_id, loaded(FACILITATOR).organisation_id}


def test_words_that_only_a_closed_space_writes_so_are_not_told() -> None:
    share("Secret", space=PRIVATE, tags=["Opération Zèbre"])
    share("Autre", space=REQUEST, audience=Audience.NETWORK, tags=["operation zebre"])
    told = {tag.label: number for tag, number in count_by_tag(Holdings(loaded(OUTSIDER)), Wanted())}
    assert (told.get("operation zebre"), "Opération Zèbre" in told) == (1, False)
