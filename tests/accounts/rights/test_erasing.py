"""Erasing an account: the person is forgotten everywhere, the threads stay readable, a restore brings nobody back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, String, Text, inspect, select

from app.accounts.email_change import ask_change
from app.accounts.models import AccessRequest, Expertise, User
from app.accounts.rights.erasing import NEUTRAL_NAME, erase, obstacles_to_erasing
from app.accounts.rights.jobs import keep_erased
from app.core import jobs
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.drafts import keep_draft
from app.core.errors import DomainError
from app.core.mail import send
from app.core.revisions import Revision
from app.discussions.models import Post, ReadPosition, Thread
from app.discussions.operations import comment, edit_post
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Invitation, JoinRequest, Membership, PeopleImport, PeopleImportRow
from tests.discussions.talk import answer, read, start
from tests.library.shelves import share
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, REQUEST
from tests.spaces.invitations.post import space
from tests.support import Browser, loaded, work

pytestmark = pytest.mark.usefixtures("cast")


def erased(email: str, *, withdraw: bool = False) -> User:
    with transaction():
        user = loaded(email)
        erase(user, withdraw=withdraw)
    return user


def everything_said_of_people() -> str:
    """Return all the texts of the database but the messages and resources people wrote for others."""
    kept = []
    for table in db.metadata.sorted_tables:
        if table.name in {"post", "thread", "resource", "revision", "page"}:
            continue
        texts = [column for column in table.columns if isinstance(column.type, String | Text | JSON)]
        for row in db.session.execute(select(*texts)) if texts else ():
            kept += [f"{table.name}: {json.dumps(value, ensure_ascii=False)}" for value in row if value]
    return "\n".join(kept)


def test_nothing_names_the_person_any_more(context: Flask) -> None:
    thread = start(FACILITATOR)
    answer(thread, MEMBER, "Un avis")
    read(thread, MEMBER, 2)
    with transaction() as session:
        user = loaded(MEMBER)
        user.about, user.phone, user.spoken_languages = "Je viens de Port-Elvain", "0102030405", ["fr", "br"]
        session.add(Expertise(user_id=user.id, label="Médiation nocturne"))
        keep_draft(user, "/x", {"body": "Malik commence une phrase"})
    work(context)
    user = erased(MEMBER)
    said = everything_said_of_people()
    for word in ("Malik", "malik", MEMBER, "0102030405", "Médiation nocturne", "Je viens"):
        assert word not in said, word
    assert (user.name, user.is_active, user.organisation, user.password_hash) == (NEUTRAL_NAME, False, None, None)
    for model in (Membership, ReadPosition, Expertise):
        assert db.session.scalars(select(model).where(model.user_id == user.id)).all() == []


def test_lists_requests_invitations_and_mails_name_the_person_no_more(app: Flask, context: Flask) -> None:
    with transaction() as session:
        user, admin = loaded(MEMBER), loaded(ADMIN)
        done = PeopleImport(
            by_id=admin.id, name="liste.csv", columns=["Nom", "Courriel"], state="done", total=2, done=2
        )
        session.add(done)
        session.flush()
        rows = (["Malik Benali", f"Malik <{MEMBER.upper()}>"], ["Odile Kervella", OUTSIDER])
        for n, cells in enumerate(rows, 2):
            session.add(PeopleImportRow(import_id=done.id, n=n, cells=cells, outcome="invited", detail=cells[1]))
        was = {"email": "malik@ancienne.example", "name": "Malik Benali", "secret_hash": "x", "user_id": user.id}
        session.add(AccessRequest(**was, state="accepted"))
        session.add(JoinRequest(space_id=space(REQUEST).id, user_id=user.id, message="Malik voudrait entrer"))
        send(FACILITATOR, "Malik demande", "erased", user=user)
        more = {
            "name": "Malik B.",
            "words": "Bonjour Malik",
            "secret_hash": "y",
            "expires_at": now() + timedelta(days=1),
        }
        session.add(Invitation(email=MEMBER, invited_by_id=admin.id, **more))
        ask_change(user, "malik.benali@ailleurs.example")
    work(context)
    with transaction():
        send(MEMBER, "Bonjour Malik", "erased", user=loaded(MEMBER))
    here = Browser(app)
    here.post("/connexion", {"email": MEMBER, "password": "ce n'est pas le bon"})
    erased(MEMBER)
    said = everything_said_of_people()
    assert [line for line in said.splitlines() if "malik" in line.lower()] == []
    assert OUTSIDER in said


def test_what_was_written_stays_readable_under_a_neutral_name(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(FACILITATOR)
        answer(thread, MEMBER, "Un avis de Port-Elvain")
        address = f"/discussions/{thread.public_id}"
        erased(MEMBER)
    page = browser(FACILITATOR).get(address, follow_redirects=True).get_data(as_text=True)
    assert ("Un avis de Port-Elvain" in page, NEUTRAL_NAME in page, "Malik" in page) == (True, True, False)


def test_what_nobody_answered_goes_when_the_person_asks(context: Flask) -> None:
    answered, alone = start(MEMBER, title="Avec réponse"), start(MEMBER, title="Sans réponse", source="Malik seul")
    answer(answered, FACILITATOR, "Une réponse")
    last = answer(answered, MEMBER, "Merci")
    kept, gone = share("Commentée", by=MEMBER), share("Seule", by=MEMBER, summary="Un résumé")
    with transaction():
        comment(loaded(FACILITATOR), kept, "Très utile")
        edit_post(loaded(MEMBER), last, "Merci beaucoup", last.edit_version)
    erased(MEMBER, withdraw=True)
    work(context)
    db.session.expire_all()
    texts = {one.source for one in db.session.scalars(select(Post).where(Post.deleted_at.is_(None)))}
    assert texts == {"Quels effets ?", "Une réponse", "Très utile"}
    assert db.session.scalars(select(Revision)).all() == []
    threads = {one.title: one.deleted_at is None for one in db.session.scalars(select(Thread))}
    assert threads == {"Avec réponse": True, "Discussion retirée": False, "Commentée": True}
    assert (db.session.get_one(Thread, alone.id).deleted_at is None) is False
    resources = {one.id: (one.title, one.summary, one.is_live) for one in db.session.scalars(select(Resource))}
    assert resources == {kept.id: ("Commentée", "", True), gone.id: ("Ressource retirée", "", False)}


def test_nothing_goes_unless_asked(context: Flask) -> None:
    start(MEMBER, title="Sans réponse")
    erased(MEMBER)
    thread = db.session.scalars(select(Thread)).one()
    assert (thread.title, thread.deleted_at) == ("Sans réponse", None)


def test_last_administrator_and_only_facilitator_settle_things_first(context: Flask) -> None:
    assert len(obstacles_to_erasing(loaded(FACILITATOR))) == 3
    with pytest.raises(DomainError, match="Atelier ouvert"):
        erased(FACILITATOR)
    erased(ENTERED)
    with pytest.raises(DomainError, match="administre le site"):
        erased(ADMIN)
    assert loaded(ADMIN).is_active


def test_erased_stays_erased_after_an_older_copy_is_put_back(context: Flask) -> None:
    user = erased(MEMBER)
    with transaction():  # as a restore would
        user.name, user.email, user.erased_at, user.disabled_at = "Malik Benali", MEMBER, None, None
        db.session.add(Expertise(user_id=user.id, label="Revenue"))
    keep_erased({})
    db.session.expire_all()
    assert (user.name, user.is_active, user.expertise) == (NEUTRAL_NAME, False, [])
    again = select(AuditEntry.action).where(AuditEntry.action == "user.erased_again")
    assert db.session.scalars(again).all() == ["user.erased_again"]
    keep_erased({})
    assert db.session.scalars(again).all() == ["user.erased_again"]


def test_copy_put_back_minutes_after_is_erased_again_as_soon_as_the_site_starts(
    app: Flask, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in set(jobs.KINDS) - {"accounts.erase_again"}:
        monkeypatch.delitem(jobs.KINDS, other)
    with transaction():
        jobs.queue_periodic()
    work(app)
    user = erased(MEMBER)
    with transaction():  # as a restore would
        user.name, user.email, user.erased_at, user.disabled_at = "Malik Benali", MEMBER, None, None
    with transaction():
        jobs.queue_periodic(starting=True)
    work(app)
    db.session.expire_all()
    assert (user.name, user.is_active) == (NEUTRAL_NAME, False)


def test_half_a_line_in_the_list_of_the_erased_stops_nothing(app: Flask, context: Flask) -> None:
    erased(MEMBER)
    with (app.config["SETTINGS"].instance / "erased.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"public_id": "abc')
    keep_erased({})
    assert loaded(OUTSIDER).is_active


@pytest.mark.parametrize("email", [MEMBER, GUEST])
def test_person_erases_their_account_on_the_page(app: Flask, browser: Any, email: str) -> None:
    here, elsewhere = browser(email), browser(email)
    assert "Ancien membre" in here.get("/moi/donnees").get_data(as_text=True)
    unsure = here.post("/moi/donnees/effacer", {"withdraw": "y"})
    assert (unsure.status_code, "ne se défait pas" in unsure.get_data(as_text=True)) == (422, True)
    assert "checked" in unsure.get_data(as_text=True)
    assert 'id="understood-error"><svg' in unsure.get_data(as_text=True)  # told by a sign and a sentence, as elsewhere
    done = here.post("/moi/donnees/effacer", {"understood": "y"})
    assert done.headers["Location"] == "/connexion"
    for one in (here, elsewhere):
        assert one.get("/").headers["Location"].startswith("/connexion")
    work(app)
    mails = [mail for mail in app.extensions["mail_transport"].messages() if mail["To"] == email]
    assert mails[0]["Subject"] == "Votre compte est effacé"


def test_obstacles_are_said_on_the_page(app: Flask, browser: Any) -> None:
    here = browser(FACILITATOR)
    page = here.get("/moi/donnees/effacer").get_data(as_text=True)
    assert ("Atelier ouvert" in page, "understood" in page) == (True, False)
    assert here.post("/moi/donnees/effacer", {"understood": "y"}).status_code == 422
    with app.app_context():
        assert loaded(FACILITATOR).is_active


def test_command_erases(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["users", "erase", MEMBER, "--yes"])
    assert (done.exit_code, done.output) == (0, f"{MEMBER} erased\n")
    refused = app.test_cli_runner().invoke(args=["users", "erase", FACILITATOR, "--yes"])
    assert refused.exit_code == 1


def test_command_asks_only_about_an_account_that_can_be_erased(app: Flask) -> None:
    runner = app.test_cli_runner()
    unknown = runner.invoke(args=["users", "erase", "nobody@lanvallec.example"], input="y\n")
    assert (unknown.exit_code, unknown.output) == (1, "Error: no account for nobody@lanvallec.example\n")
    assert "for good?" not in runner.invoke(args=["users", "erase", FACILITATOR], input="y\n").output
    asked = runner.invoke(args=["users", "erase", MEMBER], input="n\n")
    assert (asked.exit_code, f"Erase the account of Malik Benali ({MEMBER}) for good?" in asked.output) == (1, True)
    with app.app_context():
        assert loaded(MEMBER).erased_at is None


def test_every_column_about_a_person_is_emptied_or_kept_on_purpose(context: Flask) -> None:
    kept = {"id", "public_id", "created_at", "updated_at", "sort_key", "kind", "language", "edit_version"}
    kept |= {"organisation_id"}  # emptied through ``organisation``
    user = erased(MEMBER)
    told = {column.key for column in inspect(User).columns} - kept
    blank: list[object] = [None, "", False, NEUTRAL_NAME, "nobody", []]
    held = {name for name in told if getattr(user, name) not in blank}
    assert held == {"email", "disabled_at", "erased_at"}


def test_open_space_keeps_its_page(app: Flask, browser: Any) -> None:
    with app.app_context():
        erased(MEMBER)
    assert browser(FACILITATOR).get(f"/espaces/{OPEN}/membres").status_code == 200
