"""Cities like mine: the page and the query agree on what two authorities have in common."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Organisation, OrganisationKind
from app.accounts.operations import create_organisation
from app.accounts.organisations.likeness import REGION, SIZE, is_like, lens_words, lenses_of, likenesses
from app.core.db import transaction
from app.extensions import db

PLACES = {
    "Mienne": ("city", "FR", "Bretagne", 50_000),
    "Voisine": ("city", "FR", "Bretagne", 9_999),
    "Lointaine": ("city", "ES", "Cataluña", 200_000),
    "Trop grande": ("city", "FR", "Occitanie", 200_001),
    "Agglomération": ("intercommunality", "FR", "Bretagne", 120_000),
    "Homonyme": ("city", "BE", "Bretagne", 12_000),
    "Inconnue": ("city", "FR", None, None),
    "Déserte": ("city", "FR", "", 0),
}


def test_page_and_query_agree_on_every_pair(app: Flask) -> None:
    with app.app_context():
        with transaction():
            for name, (kind, country, region, population) in PLACES.items():
                place = create_organisation(name, kind=OrganisationKind(kind), country=country)
                place.region, place.population = region, population
        places = list(db.session.scalars(select(Organisation)))
        for mine in places:
            for lens in (SIZE, REGION):
                found = set(db.session.scalars(select(Organisation).where(is_like(mine, [lens]))))
                assert found == {other for other in places if lens in likenesses(mine, other)}, (mine.name, lens)
        by_name = {one.name: one for one in places}
        mine = by_name["Mienne"]
        assert {one.name for one in places if SIZE in likenesses(mine, one)} == {"Lointaine"}
        assert {one.name for one in places if REGION in likenesses(mine, one)} == {"Voisine", "Agglomération"}


def test_what_is_not_known_of_mine_offers_no_lens(app: Flask) -> None:
    with app.app_context(), transaction():
        bare = create_organisation("Sans rien")
        other = create_organisation("Autre")
        assert lenses_of(None) == lenses_of(bare) == []
        assert likenesses(None, other) == likenesses(bare, other) == []
        bare.region = "Bretagne"
        assert lenses_of(bare) == [REGION]


def test_lens_says_what_it_compares(app: Flask) -> None:
    with app.app_context(), app.test_request_context("/"), transaction():
        mine = create_organisation("Mienne", region="Bretagne", population=50_000)
        assert lens_words(SIZE, mine) == "Ville, de 50\u202f000 à 200\u202f000 habitants"
        assert lens_words(REGION, mine) == "De ma région\u00a0: Bretagne"
