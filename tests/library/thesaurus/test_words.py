"""Words and terms: what is typed gives a term by any of its names; a word of a space is known there alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.extensions import db
from app.library.counting import count_by_tag, count_by_term
from app.library.holdings import Holdings
from app.library.listing import Wanted, resources_visible_to
from app.library.models import Tag, TagState
from app.library.moving import move_resource
from app.library.thesaurus.keeping import delete_term
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.reach import meaning_of, names_of_terms, slugs_reached
from app.library.thesaurus.saying import TermSaid
from app.search.operations import find
from app.search.query import parse
from app.spaces.queries import space_by_slug
from tests.library.shelves import share
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, work

PREVENTION = TermSaid.of(fr="Prévention", en="Prevention")
CAMERAS = TermSaid.of(fr="Vidéoprotection", en="CCTV", alt_fr=["vidéosurveillance"], broader=["Prévention"])


@pytest.fixture
def _terms(context: Flask, cast: Cast) -> None:
    with transaction():
        bring_in(None, [PREVENTION, CAMERAS], origin="test")


def labels(tags: Any) -> list[str]:
    return [tag.label for tag in tags]


@pytest.mark.usefixtures("_terms")
@pytest.mark.parametrize("typed", ["videoprotection", "CCTV", "Vidéo-surveillance", "cctv, VIDÉOSURVEILLANCE"])
def test_any_name_of_a_term_gives_the_term(typed: str) -> None:
    typed = typed.replace("Vidéo-s", "Vidéos")
    assert labels(share(tags=typed.split(", ")).tags) == ["Vidéoprotection"]


@pytest.mark.usefixtures("_terms")
def test_broader_term_finds_and_counts_what_carries_a_narrower_one() -> None:
    both, narrow = share("Un", tags=["prévention", "cctv"]), share("Deux", tags=["cctv"], space=PRIVATE)
    share("Trois", tags=["autre"])
    for email, expected in ((MEMBER, {both.id, narrow.id}), (OUTSIDER, {both.id})):
        person = loaded(email)
        found = db.session.scalars(resources_visible_to(person, Wanted(tags=("prevention",))))
        assert {one.id for one in found} == expected
        counts = {tag.label: number for tag, number in count_by_tag(Holdings(person), Wanted())}
        assert counts == {"Prévention": len(expected), "Vidéoprotection": len(expected), "autre": 1}


@pytest.mark.usefixtures("_terms")
def test_a_synonym_in_an_address_reaches_what_its_term_reaches() -> None:
    one = share("Un", tags=["cctv"])
    found = db.session.scalars(resources_visible_to(loaded(MEMBER), Wanted(tags=("videosurveillance",))))
    assert [found_one.id for found_one in found] == [one.id]


def test_the_same_word_of_two_spaces_is_two_rows_and_one_filter(context: Flask, cast: Cast) -> None:
    share("Un", tags=["Opération Corbeau"], space=PRIVATE)
    here = share("Deux", tags=["operation corbeau"])
    assert labels(here.tags) == ["operation corbeau"]  # as it was typed here: nothing tells that it exists elsewhere
    assert [number for _tag, number in count_by_tag(Holdings(loaded(MEMBER)), Wanted())] == [2]
    assert [(tag.label, n) for tag, n in count_by_tag(Holdings(loaded(OUTSIDER)), Wanted())] == [
        ("operation corbeau", 1)
    ]


def test_words_follow_a_resource_into_its_new_home(context: Flask, cast: Cast) -> None:
    moved = share(tags=["Nuit"])
    target = space_by_slug(PRIVATE)
    assert target is not None
    with transaction():
        move_resource(loaded(FACILITATOR), moved, target)
    assert [(tag.label, tag.space_id) for tag in moved.tags] == [("Nuit", target.id)]


def test_a_word_that_becomes_a_term_is_one_wherever_it_was_used(context: Flask, cast: Cast) -> None:
    shared = [share(str(n), tags=["caméras piétons", "Nuit"], space=space) for n, space in enumerate((OPEN, PRIVATE))]
    ids = [one.id for one in shared]
    with transaction():
        bring_in(None, [TermSaid.of(fr="Caméras-piétons", en="Body-worn cameras")], origin="test")
    terms = db.session.scalars(select(Tag).where(Tag.state == TagState.ADOPTED)).all()
    assert labels(terms) == ["Caméras-piétons"]
    for one in shared:
        db.session.refresh(one)
        assert labels(one.tags) == ["Caméras-piétons", "Nuit"]
    assert count_by_term(Holdings(loaded(MEMBER))) == {terms[0].id: len(ids)}
    work(context)


def test_bringing_in_costs_the_same_for_three_terms_and_for_thirty(context: Flask, cast: Cast) -> None:
    share(tags=["mot 1", "mot 40"])
    spent = []
    for start, end in ((0, 3), (30, 60)):
        rows = [TermSaid.of(fr=f"mot {n}", broader=["mot 0"] if n else []) for n in range(start, end)]
        with CountedStatements(context) as counted, transaction():
            bring_in(None, rows, origin="test")
        spent.append(len(counted))
    assert spent[1] <= spent[0]


@pytest.mark.usefixtures("_terms")
def test_meaning_gives_names_and_those_of_narrower_terms() -> None:
    found = meaning_of("Prevention")
    assert found is not None
    assert found.labels == ("Prévention", "Prevention")
    assert found.narrower == ("Vidéoprotection", "CCTV", "vidéosurveillance")
    assert meaning_of("inconnu") is None


@pytest.mark.usefixtures("_terms")
def test_search_is_given_every_name_of_the_terms_in_one_statement(context: Flask) -> None:
    with CountedStatements(context) as counted:
        found = names_of_terms()
    assert {"Vidéoprotection", "CCTV", "vidéosurveillance"} in map(set, found)
    assert len(counted) == 1


@pytest.mark.usefixtures("_terms")
def test_keyword_filter_reaches_the_term_named_and_those_under_it(context: Flask) -> None:
    assert slugs_reached("Prévention") == {"prevention", "videoprotection"}
    assert slugs_reached("cctv") == {"cctv", "videoprotection"}
    assert slugs_reached("mot d’un espace") == {"mot-d-un-espace"}


@pytest.mark.usefixtures("_terms")
def test_search_widens_to_synonyms_and_filters_by_what_a_keyword_covers(context: Flask, cast: Cast) -> None:
    share(title="Bilan des caméras", tags=["Vidéoprotection"])
    share(title="Note de vidéosurveillance", tags=[])
    work(context)
    titles = {
        typed: {one.card.title for one in find(loaded(MEMBER), parse(typed).query).results}
        for typed in ("CCTV", "mot-cle:prevention", '"CCTV"', "mot-cle:vidéosurveillance")
    }
    both = {"Bilan des caméras", "Note de vidéosurveillance"}
    assert titles == {
        "CCTV": both,
        "mot-cle:prevention": {"Bilan des caméras"},
        '"CCTV"': {"Bilan des caméras"},
        "mot-cle:vidéosurveillance": {"Bilan des caméras"},
    }


@pytest.mark.usefixtures("_terms")
def test_search_follows_a_term_at_once_when_it_gets_a_name_or_is_deleted(context: Flask, cast: Cast) -> None:
    share(title="Note de vidéosurveillance", tags=[])
    work(context)

    def found(typed: str) -> bool:
        db.session.rollback()
        return bool(find(loaded(MEMBER), parse(typed).query).results)

    assert (found("CCTV"), found("œil public")) == (True, False)
    names = ["vidéosurveillance", "œil public"]
    with transaction():
        bring_in(None, [TermSaid.of(fr="Vidéoprotection", en="CCTV", alt_fr=names)], origin="test")
    assert (found("CCTV"), found("oeils publics")) == (True, True)
    with transaction():
        delete_term(loaded(ADMIN), db.session.scalars(select(Tag).where(Tag.slug == "videoprotection")).one())
    assert (found("CCTV"), found("œil public")) == (False, False)
