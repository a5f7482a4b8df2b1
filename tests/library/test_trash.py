"""The trash: who sees what is in it, what comes back with a resource, what is erased in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core.clock import now
from app.core.db import transaction
from app.core.revisions import Revision
from app.core.storage import storage
from app.discussions.models import Post, Thread
from app.discussions.operations import comment, edit_post
from app.discussions.permissions import can_read_thread
from app.extensions import db
from app.library.jobs import sweep
from app.library.listing import Wanted, resources_visible_to
from app.library.models import Blob, Resource, Shelf
from app.library.operations import ResourceDetails, prepare_resource, remove_resource, restore_resource
from app.library.trash import count_in_trash, purge_trash
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Space
from app.spaces.queries import space_by_slug
from tests.library.shelves import pdf, share
from tests.people import ADMIN, EVERYBODY, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import loaded, work


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def age(by: timedelta) -> None:
    with transaction():
        db.session.execute(update(Resource).values(deleted_at=now() - by))
        db.session.execute(update(Blob).values(created_at=now() - by))


@pytest.mark.parametrize("email", EVERYBODY)
def test_trash_is_for_authors_and_those_who_run_the_space(context: Flask, email: str) -> None:
    made = [share(by=MEMBER), share(by=MEMBER, space=PRIVATE), share()]
    with transaction():
        draft = prepare_resource(loaded(MEMBER), place(OPEN), ResourceDetails.of(kind="report", title="Brouillon"))
    with transaction():
        for one in (*made, draft):
            remove_resource(loaded(MEMBER if one.author_id == loaded(MEMBER).id else FACILITATOR), one)
    mine = {MEMBER: 3, FACILITATOR: 1}
    opened = {FACILITATOR: 2, MEMBER: 2, ADMIN: 2, "alix@reseau.example": 2}
    closed = {FACILITATOR: 1, MEMBER: 1, "alix@reseau.example": 1}
    person = loaded(email)
    found = (count_in_trash(person), count_in_trash(person, place(OPEN)), count_in_trash(person, place(PRIVATE)))
    assert found == (mine.get(email, 0), opened.get(email, 0), closed.get(email, 0))


def test_pages_list_and_put_back(app: Flask, browser: Any) -> None:
    with app.app_context():
        made = share("Parti trop vite", by=MEMBER)
        public_id = made.public_id
        with transaction():
            remove_resource(loaded(FACILITATOR), made, "doublon")
    page = f"/espaces/{OPEN}/ressources/corbeille"
    for address, email in (("/ressources/supprimees", MEMBER), (page, FACILITATOR)):
        shown = browser(email).get(address).text
        assert ("Parti trop vite" in shown, "doublon" in shown, "Faustine Delmas" in shown) == (True, True, True)
    assert browser(MEMBER).get(page).status_code == 403
    assert browser(OUTSIDER).post(f"/ressources/{public_id}/retablir").status_code == 404
    assert browser(MEMBER).post(f"/ressources/{public_id}/retablir").status_code == 302


@pytest.mark.usefixtures("_empty_index")
def test_what_is_put_back_comes_with_its_thread_its_references_and_its_place_in_the_index(app: Flask) -> None:
    with app.app_context():
        made = share("Vieux zorglub", by=MEMBER)
        with transaction():
            db.session.add(Shelf(space_id=place(REQUEST).id, resource_id=made.id))
            post = comment(loaded(FACILITATOR), made, "Un mot.")
        with transaction():
            remove_resource(loaded(MEMBER), made)
        work(app)
        assert (
            len(find(loaded(MEMBER), parse("zorglub").query).results),
            can_read_thread(loaded(MEMBER), post.thread),
        ) == (
            0,
            False,
        )
        with transaction():
            restore_resource(loaded(MEMBER), made)
        work(app)
        assert len(find(loaded(MEMBER), parse("zorglub").query).results) == 1
        assert can_read_thread(loaded(MEMBER), post.thread)
        shelved = db.session.scalars(resources_visible_to(loaded(FACILITATOR), Wanted(space_id=place(REQUEST).id)))
        assert [one.title for one in shelved] == ["Vieux zorglub"]


@pytest.mark.slow
def test_what_stays_in_the_trash_is_erased_with_all_that_speaks_of_it(context: Flask) -> None:
    made = share("À effacer", by=MEMBER, files=[(pdf("À effacer pour de bon"), "x.pdf")])
    kept = share("Gardée", files=[(pdf("Gardée"), "y.pdf")])
    sha256 = made.attachments[0].current.blob.sha256
    with transaction():
        post = comment(loaded(MEMBER), made, "Un mot.")
    with transaction():
        edit_post(loaded(MEMBER), post, "Un autre mot.", 1)
    with transaction():
        remove_resource(loaded(MEMBER), made)
    age(timedelta(days=89))
    purge_trash({})
    db.session.expire_all()
    assert count(Resource) == 2
    with transaction():
        kept = db.session.get_one(Resource, kept.id)
        kept.deleted_at = None
        db.session.get_one(Resource, made.id).deleted_at = now() - timedelta(days=91)
    purge_trash({})
    purge_trash({})
    db.session.expire_all()
    assert [one.title for one in db.session.scalars(select(Resource))] == ["Gardée"]
    assert (count(Thread), count(Post), count(Revision)) == (0, 0, 0)
    sweep({})
    assert (count(Blob), sha256 in set(storage().all_hashes())) == (1, True)  # a day is left to bytes just written
