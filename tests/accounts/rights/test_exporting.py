"""The copy of a person's data: theirs whole, nobody else's, made in the background, gone after a week."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import DataExport
from app.accounts.rights.exporting import ask_for_copy, zipped
from app.accounts.rights.jobs import drop_copies, make_copy
from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.drafts import keep_draft
from app.core.jobs import Job
from app.core.storage import storage
from app.extensions import db
from app.library.operations import ResourceDetails, edit_resource
from app.spaces.models import JoinRequest, Membership
from tests.discussions.talk import answer, start
from tests.library.shelves import share
from tests.people import CLOSED_GUEST, EXPIRED_GUEST, FACILITATOR, MEMBER, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.spaces.invitations.post import space
from tests.support import loaded, work

pytestmark = pytest.mark.usefixtures("cast")


def filled_for(email: str) -> tuple[dict[str, Any], ZipFile]:
    with zipped(loaded(email)) as file:
        archive = ZipFile(io.BytesIO(file.read()))
    return json.loads(archive.read("donnees.json")), archive


def write_a_life() -> None:
    """Give Malik a message, a draft, a resource with two files of one name, beside what others wrote."""
    thread = start(MEMBER, PRIVATE, "Une question fermée", "Le texte de Malik.")
    answer(thread, FACILITATOR, "Le texte de Faustine.")
    share("Le rapport de Malik", by=MEMBER, files=[(b"un", "note.txt"), (b"deux", "note.txt")])
    share("Le rapport de Faustine", by=FACILITATOR, files=[(b"trois", "secret.txt")])
    with transaction():
        keep_draft(loaded(MEMBER), "/espaces/x", {"body": "Une phrase commencée"})


def test_copy_holds_everything_of_the_person_and_nothing_of_others(context: Flask) -> None:
    write_a_life()
    data, archive = filled_for(MEMBER)
    text = json.dumps(data, ensure_ascii=False)
    for said in ("Malik Benali", MEMBER, "Le texte de Malik.", "Le rapport de Malik", "Une phrase commencée"):
        assert said in text, said
    assert "Faustine" not in text
    names = sorted(name for name in archive.namelist() if name.startswith("fichiers/"))
    assert names == ["fichiers/resources/note-2.txt", "fichiers/resources/note.txt"]
    assert {archive.read(name) for name in names} == {b"un", b"deux"}
    page = archive.read("lisez-moi.html").decode()
    assert re.search(r"\d{4}-\d\d-\d\dT", page) is None
    assert "Le texte de Malik." in page
    assert 'href="fichiers/resources/note-2.txt"' in page
    assert "<script" not in page


def test_space_one_has_left_is_not_named_again(context: Flask) -> None:
    start(MEMBER, PRIVATE, "Une question fermée", "Le texte de Malik.")
    with transaction() as session:
        mine = select(Membership).where(Membership.user_id == loaded(MEMBER).id)
        for one in session.scalars(mine):
            session.delete(one)
    data, _archive = filled_for(MEMBER)
    text = json.dumps(data, ensure_ascii=False)
    assert ("Le texte de Malik." in text, "Une question fermée" in text, "Cercle fermé" in text) == (True, False, False)


def test_copy_of_who_has_left_holds_nothing_that_others_added_to_their_resource(context: Flask) -> None:
    mine = share("Le rapport de Malik", by=MEMBER, space=PRIVATE, summary="Un résumé", files=[(b"un", "note.txt")])
    details = ResourceDetails.of(
        kind="report", title="Titre zorglub", summary="zorglub", body="zorglub", tags=["zorglub"]
    )
    with transaction() as session:
        edit_resource(loaded(FACILITATOR), mine, details, mine.edit_version)
        session.delete(session.scalars(select(Membership).where(Membership.user_id == loaded(MEMBER).id)).all()[-1])
    text = json.dumps(filled_for(MEMBER)[0], ensure_ascii=False)
    assert ("Le rapport de Malik" in text, "Un résumé" in text, "note.txt" in text) == (True, True, True)
    assert "zorglub" not in text


def test_copy_is_made_in_the_background_and_fetched_by_its_owner_only(app: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    assert here.post("/moi/donnees/copie").status_code == 302
    assert "se prépare" in here.get("/moi/donnees").get_data(as_text=True)
    assert here.post("/moi/donnees/copie").status_code == 302  # twice is once
    work(app)
    with app.app_context():
        copy = db.session.scalars(select(DataExport)).one()
        public_id = copy.public_id
    fetched = here.get(f"/moi/donnees/{public_id}.zip")
    assert fetched.mimetype == "application/zip"
    assert (fetched.headers["Cache-Control"], fetched.headers.get("ETag")) == ("private, no-store", None)
    assert "donnees.json" in ZipFile(io.BytesIO(fetched.data)).namelist()
    assert browser(FACILITATOR).get(f"/moi/donnees/{public_id}.zip").status_code == 404
    assert browser(CLOSED_GUEST).get(f"/moi/donnees/{public_id}.zip").status_code == 404
    assert here.get("/moi/donnees/aaaaaaaaaa.zip").status_code == 404
    subjects = [mail["Subject"] for mail in app.extensions["mail_transport"].messages() if mail["To"] == MEMBER]
    assert "La copie de vos données est prête" in subjects


def test_copy_is_gone_after_a_week(context: Flask) -> None:
    with transaction():
        ask_for_copy(loaded(MEMBER))
    work(context)
    copy = db.session.scalars(select(DataExport)).one()
    sha256 = copy.sha256 or ""
    assert storage().exists(sha256)
    start_of_test = now()
    clock.set_clock(lambda: start_of_test + timedelta(days=8))
    drop_copies({})
    assert (db.session.scalars(select(DataExport)).all(), storage().exists(sha256)) == ([], False)


def test_copy_made_twice_is_sent_once(app: Flask, context: Flask) -> None:
    with transaction():
        copy = ask_for_copy(loaded(MEMBER))
    for _ in range(2):
        make_copy({"export_id": copy.id})
    work(app)
    assert len(db.session.scalars(select(Job.id).where(Job.name == "mail.send")).all()) == 1


def test_odd_file_names_stay_inside_the_folder(context: Flask) -> None:
    share("x", by=MEMBER, files=[(b"a", "../../etc/passwd.txt"), (b"b", "..txt"), (b"c", "CON.txt")])
    _data, archive = filled_for(MEMBER)
    assert all(".." not in name.split("/") and name.startswith("fichiers/resources/") for name in _files(archive))


def _files(archive: ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name not in {"donnees.json", "lisez-moi.html"}]


def test_everybody_has_a_copy_in_their_language(context: Flask, cast: Cast) -> None:
    with transaction():
        me = loaded(MEMBER)
        me.language, me.spoken_languages, me.mandate = "en", ["fr", "de"], "elected"
    data, archive = filled_for(MEMBER)
    assert data["profile"]["title"] == "My profile"
    assert {"English", "Elected office"} <= set(map(str, data["profile"]["records"][0].values()))
    assert ["French", "German"] in data["profile"]["records"][0].values()
    assert '<html lang="en">' in archive.read("lisez-moi.html").decode()


def test_copy_does_not_name_a_space_one_no_longer_knows(context: Flask) -> None:
    with transaction():
        db.session.add(JoinRequest(space_id=space(REQUEST).id, user_id=loaded(OUTSIDER).id, message="Bonjour"))
        space(REQUEST).visibility, space(REQUEST).join_policy = "private", "invitation"
    for who, name in ((EXPIRED_GUEST, "Cercle fermé"), (OUTSIDER, "Vie nocturne")):
        assert name not in json.dumps(filled_for(who)[0], ensure_ascii=False), who
    assert "Cercle fermé" in json.dumps(filled_for(CLOSED_GUEST)[0], ensure_ascii=False)
