"""The library of another space shows a resource too; nobody reads more for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError
from app.extensions import db
from app.library.listing import Wanted, resources_visible_to
from app.library.models import Resource, Shelf
from app.library.publishing import archive_resource
from app.library.shelving import shelve, take_off_shelf
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Space
from app.spaces.queries import space_by_slug
from tests.library.shelves import share
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import Browser, loaded, work


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def titles(email: str, slug: str) -> list[str]:
    found = db.session.scalars(resources_visible_to(loaded(email), Wanted(space_id=place(slug).id)))
    return [one.title for one in found]


def put(app: Flask, title: str, where: str, to: str, by: str = MEMBER, **more: Any) -> str:
    """Share a resource and have another library show it; return its public id."""
    with app.app_context():
        made = share(title, by=FACILITATOR, space=where, **more)
        with transaction():
            shelve(loaded(by), db.session.get_one(Resource, made.id), place(to))
        return made.public_id


def test_other_library_shows_it_to_those_alone_who_read_it_already(app: Flask) -> None:
    put(app, "Secret", PRIVATE, OPEN)
    put(app, "Pour tous", PRIVATE, OPEN, audience="network")
    with app.app_context():
        assert titles(MEMBER, OPEN) == ["Pour tous", "Secret"]
        assert titles(OUTSIDER, OPEN) == ["Pour tous"]
        assert titles(GUEST, OPEN) == []
    page = Browser(app, OUTSIDER).get(f"/espaces/{OPEN}/ressources").text
    assert "Pour tous" in page
    assert "Cercle fermé" not in page
    assert "Cercle fermé" in Browser(app, MEMBER).get(f"/espaces/{OPEN}/ressources").text


def test_one_adds_where_one_writes_what_one_reads_once(app: Flask) -> None:
    with app.app_context():
        made, secret = share("Une", space=OPEN), share("Autre", space=REQUEST)
        for person, resource, slug in ((OUTSIDER, made, PRIVATE), (MEMBER, made, REQUEST), (MEMBER, secret, PRIVATE)):
            with pytest.raises(RefusedError), transaction():
                shelve(loaded(person), db.session.get_one(Resource, resource.id), place(slug))
        with pytest.raises(DomainError, match="déjà dans cet espace"), transaction():
            shelve(loaded(MEMBER), db.session.get_one(Resource, made.id), place(OPEN))
        for _twice in range(2):
            with transaction():
                shelve(loaded(MEMBER), db.session.get_one(Resource, made.id), place(PRIVATE))
        assert db.session.scalar(select(func.count()).select_from(Shelf)) == 1
        said = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "resource.shelved")
        assert db.session.scalar(said) == 1
        with transaction():
            archive_resource(loaded(FACILITATOR), db.session.get_one(Resource, made.id))
        with pytest.raises(DomainError, match="archivée"), transaction():
            shelve(loaded(FACILITATOR), db.session.get_one(Resource, made.id), place(REQUEST))


def test_who_put_it_there_or_runs_that_space_takes_it_off(app: Flask) -> None:
    with app.app_context():
        for by, ends in ((MEMBER, MEMBER), (MEMBER, FACILITATOR)):
            made = share("Une", space=OPEN)
            with transaction():
                shelve(loaded(by), db.session.get_one(Resource, made.id), place(PRIVATE))
            with transaction():
                take_off_shelf(loaded(ends), db.session.get_one(Resource, made.id), place(PRIVATE))
            assert titles(MEMBER, PRIVATE) == []
        made = share("Deux", space=OPEN)
        with transaction():
            shelve(loaded(FACILITATOR), db.session.get_one(Resource, made.id), place(PRIVATE))
        with pytest.raises(RefusedError), transaction():
            take_off_shelf(loaded(MEMBER), db.session.get_one(Resource, made.id), place(PRIVATE))


@pytest.mark.slow
def test_pages_show_it_add_it_pin_it_and_take_it_off(app: Flask) -> None:
    with app.app_context():
        public_id = share("Diagnostic partagé", space=OPEN).public_id
    here, facilitator = f"/ressources/{public_id}/espaces", Browser(app, FACILITATOR)
    assert facilitator.get(here).text.count("<option") == 2
    assert facilitator.post(here, {"space": OPEN}).status_code == 422
    facilitator.post(here, {"space": PRIVATE})
    assert "Cercle fermé" in facilitator.get(here).text
    facilitator.post(f"/ressources/{public_id}/epingler", {"oui": "1", "espace": PRIVATE})
    assert "À lire d" in Browser(app, MEMBER).get(f"/espaces/{PRIVATE}/ressources").text
    for other in (OUTSIDER, GUEST, ADMIN):
        assert "Cercle fermé" not in Browser(app, other).get(here).text
        assert Browser(app, other).post(f"{here}/{PRIVATE}/retirer").status_code == 404
        assert Browser(app, other).post(f"/ressources/{public_id}/epingler", {"espace": PRIVATE}).status_code == 404
        assert Browser(app, other).post(here, {"space": PRIVATE}).status_code == 422
    assert Browser(app, OUTSIDER).post(f"{here}/{REQUEST}/retirer").status_code in {403, 404}
    facilitator.post(f"{here}/{PRIVATE}/retirer")
    assert "Diagnostic partagé" not in facilitator.get(f"/espaces/{PRIVATE}/ressources").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Shelf)) == 0


def test_search_counts_it_in_every_space_that_shows_it_as_far_as_one_reads_them(app: Flask) -> None:
    put(app, "Bilan zorglub", OPEN, PRIVATE)

    def found(email: str, space: str) -> tuple[int, set[tuple[str, int]]]:
        db.session.rollback()
        results = find(loaded(email), parse(f"zorglub espace:{space}").query)
        return results.total, {(one.value, one.count) for one in results.spaces}

    work(app)
    with app.app_context(), app.test_request_context():
        assert found(MEMBER, PRIVATE) == (1, {(OPEN, 1), (PRIVATE, 1)})
        assert found(OUTSIDER, PRIVATE) == (0, {(OPEN, 1)})
        with transaction():
            resource = db.session.scalars(select(Resource).where(Resource.title == "Bilan zorglub")).one()
            take_off_shelf(loaded(MEMBER), resource, place(PRIVATE))
        assert found(MEMBER, PRIVATE)[0] == 0
