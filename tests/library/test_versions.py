"""Files replaced, taken back, put away and put in order: nothing is lost, and only what is current is found."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, NotFoundError, RefusedError
from app.core.revisions import revisions_of
from app.extensions import db
from app.library.carriers import file_version_for, removed_files_of, resources_carrying
from app.library.jobs import sweep
from app.library.models import Attachment, Blob, FileVersion, Resource
from app.library.operations import ResourceDetails, edit_resource
from app.library.versions import (
    PUT_BACK_WITHIN,
    add_files,
    erase_version,
    forget_removed,
    go_back,
    move_file,
    put_back_file,
    remove_file,
    replace_file,
)
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Membership
from tests.library.shelves import pdf, receive_bytes, share, shared, upload
from tests.people import FACILITATOR, MEMBER, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, work


@pytest.fixture(autouse=True)
def _everybody(cast: Cast, _empty_index: None) -> None:
    """Every test has the cast and an empty index."""


def replaced(resource: Resource, content: bytes, name: str, by: str = FACILITATOR, note: str = "") -> FileVersion:
    received = receive_bytes(content, name)
    with transaction():
        return replace_file(loaded(by), resource.attachments[0], received, note)


def found(app: Flask, words: str) -> tuple[int, list[str]]:
    """Return how many things are found for words, and the snippets that are shown."""
    with app.test_request_context():
        results = find(loaded(MEMBER), parse(words).query)
        return results.total, [str(place.snippet) for one in results.results for place in one.places]


def names(resource: Resource) -> list[str]:
    return [one.current.name for one in resource.attachments]


def test_versions_follow_each_other_and_all_stay(context: Flask) -> None:
    made = share(files=[(b"premier", "un.txt")])
    replaced(made, b"second", "deux.txt", note="  chiffres\nde 2026 ")
    replaced(made, b"troisieme", "trois.txt")
    [attachment] = made.attachments
    kept = [(one.n, one.name, one.note) for one in attachment.versions]
    assert kept == [(1, "un.txt", ""), (2, "deux.txt", "chiffres de 2026"), (3, "trois.txt", "")]
    assert (attachment.current.name, made.edit_version) == ("trois.txt", 3)
    with transaction():
        go_back(loaded(FACILITATOR), attachment, 1)
    again = attachment.current
    assert (again.n, again.name, again.back_to, again.blob_id) == (4, "un.txt", 1, attachment.versions[0].blob_id)


def test_history_and_journal_say_which_version_was_shown_before(context: Flask) -> None:
    made = share(files=[(b"premier", "un.txt")])
    replaced(made, b"second", "deux.txt")
    [revision] = revisions_of(made)
    assert [(one["name"], one["n"]) for one in revision.fields["files"]] == [("un.txt", 1)]
    line = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (line.action, line.detail) == ("resource.file_replaced", {"name": "deux.txt", "version": 2})


@pytest.mark.slow
def test_text_of_a_version_replaced_is_found_no_more_though_the_index_is_late(context: Flask) -> None:
    made = share("Bilan", files=[(pdf("le vieux guetteur"), "un.pdf"), (b"annexe durable", "annexe.txt")])
    work(context)
    assert found(context, "guetteur")[0] == 1
    replaced(made, pdf("la nouvelle vigie"), "deux.pdf")
    assert found(context, "guetteur") == (0, [])
    assert found(context, "bilan -guetteur")[0] == 1
    assert found(context, "durable")[0] == 1
    work(context)
    assert (found(context, "guetteur")[0], found(context, "vigie")[0]) == (0, 1)
    with transaction():
        go_back(loaded(FACILITATOR), made.attachments[0], 1)
    work(context)
    assert (found(context, "guetteur")[0], found(context, "vigie")[0]) == (1, 0)
    with transaction():
        remove_file(loaded(FACILITATOR), made.attachments[1])
    assert found(context, "durable") == (0, [])


@pytest.mark.slow
def test_files_in_another_order_are_still_found_on_their_page(context: Flask) -> None:
    made = share("Bilan", files=[(b"le guetteur", "un.txt"), (b"la vigie", "deux.txt")])
    work(context)
    with transaction():
        move_file(loaded(FACILITATOR), made.attachments[1], -1)
    assert names(made) == ["deux.txt", "un.txt"]
    with context.test_request_context():
        [result] = find(loaded(MEMBER), parse("guetteur").query).results
    assert result.url.endswith(f"page=1&fichier={made.attachments[1].public_id}#document")
    with transaction():
        move_file(loaded(FACILITATOR), made.attachments[0], -1)
    assert names(made) == ["deux.txt", "un.txt"]


@pytest.mark.slow
def test_one_earlier_version_is_erased_for_good_by_those_who_keep_the_resource(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Tableau", files=[(b"Madame Dupont, 06 00 00 00 00", "noms.txt")])
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        replaced(resource, b"anonyme", "tableau.txt")
        replaced(resource, b"anonyme, complet", "tableau.txt")
        [attachment] = resource.attachments
        erased, bytes_of = attachment.versions[0].public_id, attachment.versions[0].blob.sha256
        with pytest.raises(DomainError, match="version actuelle"), transaction():
            erase_version(loaded(FACILITATOR), attachment, 3)
        where = f"/ressources/{public_id}/fichiers/{attachment.public_id}/versions/1/effacer"
    assert browser(MEMBER).get(where).status_code == 403
    facilitator = browser(FACILITATOR)
    assert "Effacer la version" in facilitator.get(where).text
    assert facilitator.post(where).status_code == 302
    assert browser(MEMBER).get(f"/fichiers/{erased}/noms.txt").status_code == 404
    assert "noms.txt" not in facilitator.get(f"/ressources/{public_id}/fichiers").text
    assert facilitator.post(where).status_code == 404
    later = now() + timedelta(days=2)
    clock.set_clock(lambda: later)
    with app.app_context():
        sweep({})
        assert db.session.scalar(select(Blob.id).where(Blob.sha256 == bytes_of)) is None
        line = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert line.detail == {"name": "noms.txt", "version": 1}


def test_same_bytes_make_no_version(context: Flask) -> None:
    made = share(files=[(b"premier", "un.txt")])
    with pytest.raises(DomainError, match="rien n’a changé"):
        replaced(made, b"premier", "autre.txt")
    with pytest.raises(DomainError, match="rien n’a changé"), transaction():
        go_back(loaded(FACILITATOR), made.attachments[0], 1)
    with pytest.raises(NotFoundError), transaction():
        go_back(loaded(FACILITATOR), made.attachments[0], 9)


def test_only_those_who_keep_the_resource_change_its_files(context: Flask) -> None:
    made = share(files=[(b"premier", "un.txt")])
    for deed in (
        lambda me: replace_file(me, made.attachments[0], receive_bytes(b"autre", "a.txt")),
        lambda me: remove_file(me, made.attachments[0]),
        lambda me: add_files(me, made, [receive_bytes(b"autre", "a.txt")]),
        lambda me: move_file(me, made.attachments[0], 1),
        lambda me: go_back(me, made.attachments[0], 1),
        lambda me: put_back_file(me, made, "aaaaaaaaaa"),
    ):
        with pytest.raises(RefusedError), transaction():
            deed(loaded(MEMBER))


def test_who_writes_meanwhile_is_told_that_the_resource_changed(context: Flask) -> None:
    made = share(files=[(b"premier", "un.txt")])
    replaced(made, b"second", "deux.txt")
    with pytest.raises(EditConflictError), transaction():
        edit_resource(loaded(FACILITATOR), made, ResourceDetails.of(kind="report", title="Autre"), 1)


def test_two_who_replace_a_file_at_once_make_two_versions(app: Flask) -> None:
    with app.app_context():
        made = share(files=[(b"premier", "un.txt")])
        resource_id = made.id
        sent = [receive_bytes(f"contenu {n}".encode(), f"{n}.txt") for n in range(4)]
    ready = threading.Barrier(len(sent))

    def replace(received: Any) -> None:
        with app.app_context():
            attachment = db.session.get_one(Resource, resource_id).attachments[0]
            me = loaded(FACILITATOR)
            ready.wait()
            with transaction():
                replace_file(me, attachment, received)

    threads = [threading.Thread(target=replace, args=(one,)) for one in sent]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with app.app_context():
        versions = db.session.get_one(Resource, resource_id).attachments[0].versions
        assert [one.n for one in versions] == [1, 2, 3, 4, 5]
        assert {one.name for one in versions[1:]} == {"0.txt", "1.txt", "2.txt", "3.txt"}
        assert len({one.part for one in versions}) == 5


def test_file_taken_away_is_put_back_within_a_month_then_forgotten(context: Flask) -> None:
    made = share(files=[(b"premier", "un.txt"), (b"second", "deux.txt")])
    first, version = made.attachments[0], made.attachments[0].current
    with transaction():
        remove_file(loaded(FACILITATOR), first)
    assert (names(made), made.edit_version) == (["deux.txt"], 2)
    assert file_version_for(loaded(FACILITATOR), version.public_id).id == version.id
    with pytest.raises(NotFoundError):
        file_version_for(loaded(OUTSIDER), version.public_id)
    assert resources_carrying([version.blob_id], loaded(MEMBER)) == []
    with pytest.raises(NotFoundError):
        replaced_again = receive_bytes(b"encore", "e.txt")
        with transaction():
            replace_file(loaded(FACILITATOR), first, replaced_again)
    with transaction():
        put_back_file(loaded(FACILITATOR), made, first.public_id)
    assert names(made) == ["deux.txt", "un.txt"]
    with transaction():
        remove_file(loaded(FACILITATOR), made.attachments[1])
    later = now() + PUT_BACK_WITHIN + timedelta(minutes=1)
    clock.set_clock(lambda: later)
    with transaction():
        forget_removed()
    assert removed_files_of(made) == []
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_page_of_files_replaces_and_says_who_came_between(app: Flask, browser: Any) -> None:
    public_id, resource_id = shared(app, "Bilan", files=[(b"premier", "un.txt")])
    with app.app_context():
        file = db.session.get_one(Resource, resource_id).attachments[0].public_id
    facilitator, here = browser(FACILITATOR), f"/ressources/{public_id}/fichiers"
    facilitator.get(here)
    for n, told in ((2, "la version 2"), (3, "Entre-temps, Faustine Delmas a déposé la version 2")):
        sent = {"files": upload(f"texte {n}".encode(), f"v{n}.txt"), "seen": "1", "note": f"note {n}"}
        answer = facilitator.post(f"{here}/{file}/remplacer", sent, follow_redirects=True)
        assert told in answer.get_data(as_text=True).replace("\u00a0", " ")
    refused = facilitator.post(f"{here}/{file}/remplacer", {"files": upload(b"MZ", "virus.exe"), "note": "gardée"})
    assert refused.status_code == 422
    assert 'value="gardée"' in refused.text
    back = facilitator.post(f"{here}/{file}/revenir", {"version": "1", "seen": "3"}, follow_redirects=True)
    assert "Retour à la version 1" in back.text
    page = browser(MEMBER).get(here).text
    assert ("note 2" in page, "Remplacer" in page, "Revenir à la version" in page) == (True, False, False)


@pytest.mark.slow
def test_earlier_version_is_read_and_saved_under_what_it_is(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Bilan", files=[(b"le texte premier", "un.txt")])
    with app.app_context():
        made = db.session.scalars(select(Resource)).one()
        old, file = made.attachments[0].current.public_id, made.attachments[0].public_id
        replaced(made, b"le texte second", "deux.txt")
    work(app)
    member = browser(MEMBER)
    page = member.get(f"/ressources/{public_id}-bilan?fichier={file}&version=1").get_data(as_text=True)
    assert "Version 1 sur 2, remplacée le" in page.replace("\u00a0", " ")
    assert "le texte premier" in page
    saved = member.get(f"/fichiers/{old}/un.txt?enregistrer=1")
    assert saved.data == b"le texte premier"
    assert saved.headers["Content-Disposition"] == 'attachment; filename="un (version 1).txt"'
    assert member.get(f"/ressources/{public_id}-bilan?version=7").status_code == 404


def test_page_of_files_asks_the_same_number_of_questions_for_one_version_and_for_ten(app: Flask, browser: Any) -> None:
    public_id, resource_id = shared(app, "Bilan", files=[(b"premier", "un.txt")])
    facilitator, here = browser(FACILITATOR), f"/ressources/{public_id}/fichiers"
    facilitator.get(here)
    with CountedStatements(app) as few:
        facilitator.get(here)
    with app.app_context():
        made = db.session.get_one(Resource, resource_id)
        for n in range(3):
            replaced(made, f"texte {n}".encode(), f"{n}.txt")
        with transaction():
            add_files(loaded(FACILITATOR), made, [receive_bytes(b"encore", "e.txt")])
    with CountedStatements(app) as many:
        facilitator.get(here)
    assert len(many) == len(few)


def test_bytes_already_elsewhere_are_told_to_those_who_may_see_where(app: Flask, browser: Any) -> None:
    shared(app, "Recueil public", files=[(b"memes octets", "a.txt")])
    shared(app, "Recueil secret", space=PRIVATE, files=[(b"octets secrets", "s.txt")])
    open_one, _ = shared(app, "Autre", by=MEMBER, files=[(b"memes octets", "b.txt"), (b"octets secrets", "c.txt")])
    member = browser(MEMBER).get(f"/ressources/{open_one}/fichiers").text
    assert ("Recueil public" in member, "Recueil secret" in member) == (True, True)
    with app.app_context():
        made = db.session.scalars(select(Resource).where(Resource.public_id == open_one)).one()
        with transaction():
            made.author_id = loaded(OUTSIDER).id
            db.session.add(Membership(space_id=made.space_id, user_id=loaded(OUTSIDER).id))
    outsider = browser(OUTSIDER).get(f"/ressources/{open_one}/fichiers").text
    assert ("Recueil public" in outsider, "Recueil secret" in outsider) == (True, False)
