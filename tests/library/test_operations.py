"""Sharing, changing, removing: the rules that hold whoever calls."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, RefusedError
from app.core.jobs import Job
from app.core.revisions import revisions_of
from app.core.storage import storage
from app.extensions import db
from app.library.files import attach, keep_blob, keep_received, received_for
from app.library.models import Blob, FileVersion, Resource, Tag
from app.library.operations import (
    ResourceDetails,
    edit_resource,
    remove_resource,
    restore_resource,
)
from app.library.queries import resource_for
from app.library.receiving import MOST_FILES
from app.library.tags import MOST_TAGS, split_tags
from app.spaces.models import Audience
from tests.library.shelves import pdf, receive_bytes, share
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import loaded


@pytest.fixture(autouse=True)
def _everybody(context: Flask, cast: Cast) -> None:
    """Every test has the cast and a context."""


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def details(**more: Any) -> ResourceDetails:
    return ResourceDetails.of(**{"kind": "report", "title": "Titre", "lang": "fr", **more})


def test_shared_resource_keeps_what_was_said_of_it() -> None:
    made = share("Bilan", kind="guide", summary="Court", source="Ville", body="**Gras**", tags=["Jeunesse", "Écoute"])
    found = resource_for(loaded(FACILITATOR), made.public_id)
    assert (found.kind, found.title, found.summary, found.source) == ("guide", "Bilan", "Court", "Ville")
    assert found.body_html == "<p><strong>Gras</strong></p>"
    assert [tag.label for tag in found.tags] == ["Écoute", "Jeunesse"]
    assert (found.state, found.audience, found.edit_version) == ("published", Audience.SPACE, 1)
    assert found.published_at is not None


def test_only_those_who_write_in_a_space_share_there() -> None:
    with pytest.raises(RefusedError):
        share(by=OUTSIDER)
    assert share(by=GUEST).author_id == loaded(GUEST).id
    assert count(Resource) == 1


def test_equal_bytes_are_stored_once_in_silence() -> None:
    content = pdf("Le même texte")
    share("Un", files=[(content, "un.pdf")])
    share("Deux", space=PRIVATE, by=MEMBER, files=[(content, "deux.pdf")])
    assert (count(Blob), count(FileVersion)) == (1, 2)
    assert [version.name for version in db.session.scalars(select(FileVersion).order_by(FileVersion.id))] == [
        "un.pdf",
        "deux.pdf",
    ]
    assert len(list(storage().all_hashes())) >= 1


def test_reading_of_equal_bytes_is_asked_once() -> None:
    content = pdf("Le même texte encore")
    share("Un", files=[(content, "un.pdf")])
    share("Deux", files=[(content, "deux.pdf")])
    jobs = select(func.count()).select_from(Job).where(Job.name == "library.extract")
    assert db.session.scalar(jobs) == 1


def test_two_concurrent_uploads_of_the_same_bytes_share_one_blob(context: Flask) -> None:
    content, start, errors = pdf("Envoyé deux fois"), threading.Barrier(4), []

    def send() -> None:
        with context.app_context():
            try:
                start.wait(timeout=10)
                received = receive_bytes(content, "double.pdf")
                with transaction():
                    keep_blob(received)
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(Blob) == 1


def test_two_spellings_are_one_tag() -> None:
    share("Un", tags=split_tags("Médiation sociale, Jeunesse"))
    share("Deux", tags=split_tags("mediation  SOCIALE ; jeunesse;"))
    assert sorted(db.session.scalars(select(Tag.slug))) == ["jeunesse", "mediation-sociale"]
    assert sorted(db.session.scalars(select(Tag.label))) == ["Jeunesse", "Médiation sociale"]


def test_tags_of_other_scripts_stay_apart() -> None:
    share("Un", tags=split_tags("безопасность, молодёжь"))
    assert count(Tag) == 2


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("", []),
        (" , ;\n", []),
        ("#Jeunesse, jeunesse", ["Jeunesse"]),
        ("a" * 200, ["a" * 80]),
        (", ".join(f"mot{n}" for n in range(30)), [f"mot{n}" for n in range(MOST_TAGS)]),
    ],
)
def test_typed_tags_are_cleaned(typed: str, labels: list[str]) -> None:
    assert split_tags(typed) == labels


def test_change_keeps_what_it_said_before() -> None:
    made = share("Avant", tags=["Jeunesse"], summary="Premier")
    with transaction():
        edit_resource(loaded(FACILITATOR), made, details(title="Après", summary="Second"), 1)
    assert (made.title, made.edit_version, made.tags) == ("Après", 2, [])
    [kept] = revisions_of(made)
    assert (kept.fields["title"], kept.fields["summary"], kept.fields["tags"]) == ("Avant", "Premier", ["Jeunesse"])


def test_change_of_an_older_version_is_a_conflict_and_changes_nothing() -> None:
    made = share("Avant")
    with transaction():
        edit_resource(loaded(FACILITATOR), made, details(title="Premier arrivé"), 1)
    with pytest.raises(EditConflictError), transaction():
        edit_resource(loaded(FACILITATOR), made, details(title="Second arrivé"), 1)
    db.session.expire_all()
    assert made.title == "Premier arrivé"


def test_two_concurrent_changes_keep_one(context: Flask) -> None:
    made_id, start, outcomes = share("Avant").id, threading.Barrier(2), []

    def change(title: str) -> None:
        with context.app_context():
            try:
                start.wait(timeout=10)
                with transaction() as session:
                    resource = session.get_one(Resource, made_id)
                    edit_resource(loaded(FACILITATOR), resource, details(title=title), 1)
                outcomes.append(title)
            except EditConflictError:
                outcomes.append("conflict")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=change, args=(title,)) for title in ("Un", "Deux")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    assert outcomes.count("conflict") == 1
    assert db.session.get_one(Resource, made_id).title in outcomes


def test_only_author_and_moderators_change_and_remove() -> None:
    made = share(by=MEMBER)
    for stranger in (OUTSIDER, GUEST):
        with pytest.raises(RefusedError), transaction():
            edit_resource(loaded(stranger), made, details(), 1)
        with pytest.raises(RefusedError), transaction():
            remove_resource(loaded(stranger), made)
    with transaction():
        edit_resource(loaded(MEMBER), made, details(title="Par son auteur"), 1)
    with transaction():
        remove_resource(loaded(FACILITATOR), made, "hors sujet")
    assert (made.deleted_at is not None, made.deleted_reason) == (True, "hors sujet")


def test_removed_resource_is_nowhere_and_can_be_put_back() -> None:
    made = share()
    with transaction():
        remove_resource(loaded(FACILITATOR), made)
    with pytest.raises(DomainError):
        resource_for(loaded(FACILITATOR), made.public_id)
    with transaction():
        restore_resource(loaded(FACILITATOR), made)
    assert resource_for(loaded(OUTSIDER), made.public_id).id == made.id


def test_every_deed_is_in_the_journal() -> None:
    made = share()
    with transaction():
        edit_resource(loaded(FACILITATOR), made, details(), 1)
    with transaction():
        remove_resource(loaded(FACILITATOR), made)
    with transaction():
        restore_resource(loaded(FACILITATOR), made)
    lines = select(AuditEntry.action).where(AuditEntry.subject_type == "resource").order_by(AuditEntry.id)
    assert list(db.session.scalars(lines)) == [
        "resource.shared",
        "resource.edited",
        "resource.removed",
        "resource.restored",
    ]


def test_number_of_files_is_bounded() -> None:
    made = share(files=[(pdf("un"), "un.pdf")])
    blob = made.attachments[0].current.blob
    with pytest.raises(DomainError, match=str(MOST_FILES)), transaction():
        attach(loaded(FACILITATOR), made, [("x.pdf", blob)] * MOST_FILES)


def test_files_sent_for_a_form_belong_to_one_person_and_one_form() -> None:
    received = receive_bytes(pdf("attend"), "attend.pdf")
    form = f"/espaces/{OPEN}/ressources/nouvelle"
    with transaction():
        keep_received(loaded(MEMBER), form, received)
    with transaction():
        keep_received(loaded(MEMBER), form, received)
    assert len(received_for(loaded(MEMBER), form)) == 1
    assert received_for(loaded(MEMBER), "/ailleurs") == []
    assert received_for(loaded(FACILITATOR), form) == []
