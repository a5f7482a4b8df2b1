"""Two people act on one resource at the same moment: each deed happens whole, once, or says why it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.revisions import Revision, revisions_of
from app.extensions import db
from app.library.bulk import Wish, apply_wish, bulk_edit_for, undo
from app.library.history import history_of
from app.library.models import Resource, Shelf
from app.library.moving import move_resource
from app.library.operations import remove_resource, restore_resource
from app.library.publishing import archive_resource, bring_back_resource, publish_prepared, publish_proposed, send_back
from app.library.reading_lists.operations import pin
from app.library.shelving import shelve
from app.library.validity import still_valid
from app.spaces.models import Space, State
from app.spaces.queries import space_by_slug
from tests.library.shelves import share
from tests.people import FACILITATOR, MEMBER, OPEN, PRIVATE, REQUEST, Cast
from tests.support import loaded

Deed = Callable[[User], object]


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def together(app: Flask, *deeds: Deed, by: str = FACILITATOR) -> list[str]:
    """Do several deeds at the same moment, each in its own transaction; return « done » or the class of the refusal.

    What is no refusal of ours fails the test: a deadlock, a row written twice.
    """
    start, told, broken = threading.Barrier(len(deeds)), ["" for _ in deeds], list[Exception]()

    def run(number: int, deed: Deed) -> None:
        with app.app_context():
            try:
                me = loaded(by)
                start.wait(timeout=10)
                with transaction():
                    deed(me)
                told[number] = "done"
            except DomainError as error:
                told[number] = type(error).__name__
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                broken.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert broken == []
    return told


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def said(action: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)) or 0


def proposed(app: Flask) -> int:
    """Have the member propose a resource; return its key."""
    with app.app_context():
        made = share("Proposée", by=MEMBER).id
        with transaction() as session:
            session.execute(update(Space).where(Space.slug == OPEN).values(reviews_resources=True))
            session.execute(update(Resource).where(Resource.id == made).values(state=State.DRAFT, published_at=None))
        with transaction() as session:
            publish_prepared(loaded(MEMBER), session.get_one(Resource, made))
        return made


def it(made: int) -> Resource:
    return db.session.get_one(Resource, made)


def test_proposal_is_published_once_or_sent_back_not_both(app: Flask) -> None:
    made = proposed(app)
    with app.app_context():
        seen, before = it(made).edit_version, said("resource.shared")
    told = together(
        app,
        lambda me: publish_proposed(me, it(made), seen),
        lambda me: publish_proposed(me, it(made), seen),
        lambda me: send_back(me, it(made), "À revoir"),
    )
    assert told.count("done") == 1, told
    with app.app_context():
        assert said("resource.shared") + said("resource.sent_back") == before + 1
        assert it(made).proposed_at is None


def test_resource_goes_to_the_trash_and_comes_back_once(app: Flask) -> None:
    with app.app_context():
        made = share("Une").id
    told = together(app, *[lambda me: remove_resource(me, it(made), "doublon")] * 3)
    assert (told.count("done"), len(told)) == (1, 3), told
    told = together(app, *[lambda me: restore_resource(me, it(made))] * 3)
    assert told.count("done") == 1, told
    with app.app_context():
        assert (said("resource.removed"), said("resource.restored"), it(made).deleted_at) == (1, 1, None)


@pytest.mark.slow
def test_moves_states_shelves_and_deeds_on_several_follow_one_another(app: Flask) -> None:
    with app.app_context():
        ids = [share(title).id for title in ("A", "B", "C")]
        public_ids = [it(one).public_id for one in ids]
    for _turn in range(4):
        together(
            app,
            lambda me: move_resource(me, it(ids[0]), place(REQUEST)),
            lambda me: move_resource(me, it(ids[0]), place(PRIVATE)),
            lambda me: apply_wish(me, public_ids, Wish(add=("Nuit",), space=place(PRIVATE))),
            lambda me: apply_wish(me, public_ids[::-1], Wish(remove=("Nuit",), space=place(OPEN))),
            lambda me: archive_resource(me, it(ids[1])),
            lambda me: bring_back_resource(me, it(ids[1])),
            lambda me: shelve(me, it(ids[2]), place(REQUEST)),
            lambda me: pin(me, place(OPEN), it(ids[2]), on=True),
            lambda me: still_valid(me, it(ids[2])),
        )
    with app.app_context():
        for one in ids:
            numbers = [revision.n for revision in revisions_of(it(one))]
            assert numbers == list(range(1, len(numbers) + 1))
            assert history_of(loaded(FACILITATOR), it(one)).begins
            shelved = (Shelf.resource_id == one) & (Shelf.space_id == it(one).space_id)
            assert db.session.scalar(select(func.count()).select_from(Shelf).where(shelved)) == 0


def test_deed_on_several_is_undone_once_even_beside_a_change(app: Flask) -> None:
    with app.app_context():
        ids = [share(title).id for title in ("A", "B")]
        with transaction():
            kept = apply_wish(loaded(FACILITATOR), [it(one).public_id for one in ids], Wish(kind="guide")).public_id

    def undo_it(me: User) -> object:
        return undo(me, bulk_edit_for(me, kept))

    told = together(app, undo_it, undo_it, lambda me: archive_resource(me, it(ids[0])))
    assert told[:2].count("done") == 1, told
    with app.app_context():
        assert it(ids[1]).kind == "report"
        put_back, archived = it(ids[0]).kind == "report", told[2] == "done"
        assert db.session.scalar(select(func.count()).select_from(Revision)) == 3 + put_back + archived
