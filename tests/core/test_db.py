"""Rules of the database layer."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import joinedload

from app.accounts.models import Organisation
from app.accounts.operations import create_organisation
from app.core.audit import AuditEntry, record
from app.core.db import TransactionError, lock, new_public_id, sort_key, transaction
from app.core.errors import NotFoundError
from app.discussions.models import Thread
from app.discussions.operations import start_thread
from app.extensions import db
from app.spaces.models import Space
from tests.people import MEMBER, OPEN, Cast
from tests.support import loaded


def test_moment_comes_back_aware_and_in_utc(context: Flask) -> None:
    there = datetime(2026, 7, 5, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    with transaction():
        organisation = create_organisation("Castelmaure")
        organisation.created_at = there
    db.session.expire_all()
    read = db.session.scalars(select(Organisation)).one().created_at
    assert (read, read.tzinfo) == (there, UTC)


def test_naive_moment_is_refused(context: Flask) -> None:
    with pytest.raises(Exception, match="without time zone"), transaction():
        create_organisation("Castelmaure").created_at = datetime(2026, 7, 5)  # noqa: DTZ001 - the mistake under test


def test_public_ids_are_ten_letters_of_base32_and_differ() -> None:
    made = {new_public_id() for _ in range(500)}
    assert len(made) == 500
    assert all(len(one) == 10 and one.isalnum() and one == one.lower() for one in made)


@pytest.mark.parametrize(
    ("text", "key"),
    [("Évreux", "evreux"), ("L’Haÿ-les-Roses", "l hay les roses"), ("  ÉLUS  ", "elus"), ("", "")],
)
def test_sort_key_folds_accents_case_and_punctuation(text: str, key: str) -> None:
    assert sort_key(text) == key


def test_failed_transaction_leaves_nothing(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        create_organisation("Castelmaure")
        _ = 1 / 0
    assert db.session.scalars(select(Organisation)).all() == []


def test_error_of_the_database_does_not_repeat_what_somebody_wrote(context: Flask) -> None:
    with pytest.raises(DatabaseError) as failed:
        db.session.execute(text("SELECT 1 FROM nowhere WHERE words = :words"), {"words": "bruit des terrasses"})
    assert "terrasses" not in str(failed.value)


def test_transactions_do_not_nest(context: Flask) -> None:
    with pytest.raises(TransactionError), transaction(), transaction():
        pass


def test_concurrent_read_then_write_loses_nothing(app: Flask) -> None:
    with app.app_context(), transaction():
        create_organisation("Castelmaure").population = 0

    def add_some() -> None:
        for _ in range(10):
            with app.app_context():
                found = db.session.scalars(select(Organisation)).one()
                with transaction() as session:
                    session.refresh(found, with_for_update=True)
                    found.population = (found.population or 0) + 1

    threads = [threading.Thread(target=add_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert db.session.scalars(select(Organisation)).one().population == 40


def test_journal_keeps_who_did_what(context: Flask) -> None:
    with transaction():
        organisation = create_organisation("Castelmaure")
        record("space.created", None, organisation, name="Castelmaure")
    line = db.session.scalars(select(AuditEntry)).one()
    assert (line.action, line.subject_type, line.detail) == (
        "space.created",
        "organisation",
        {"name": "Castelmaure"},
    )


def test_lock_holds_what_was_loaded_with_its_neighbours(cast: Cast, context: Flask) -> None:
    space = db.session.scalars(select(Space).where(Space.slug == OPEN)).one()
    with transaction():
        start_thread(loaded(MEMBER), space, "Qui a essayé ?", "Bonjour")
    beside = select(Thread).options(joinedload(Thread.last_post_by), joinedload(Thread.space))
    db.session.expunge_all()
    thread, person = db.session.scalars(beside).one(), loaded(MEMBER)
    with transaction():
        lock(thread, person)
        assert (thread.title, person.email) == ("Qui a essayé ?", MEMBER)


def test_row_removed_since_it_was_read_is_not_found(context: Flask) -> None:
    with transaction():
        gone = create_organisation("Castelmaure")
    with db.engine.begin() as connection:
        connection.execute(delete(Organisation).where(Organisation.name == "Castelmaure"))
    with pytest.raises(NotFoundError), transaction():
        lock(gone)
