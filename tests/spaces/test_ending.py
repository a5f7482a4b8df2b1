"""The end of a space: deleted by an administrator with its name and a password, restored from the same page."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.discussions.operations import start_thread
from app.extensions import db
from app.spaces.running import delete_space
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, PRIVATE, REQUEST, Cast
from tests.support import Browser, CountedStatements, loaded, space_called


def test_deleting_asks_for_an_administrator_and_the_name(app: Flask, cast: Cast) -> None:
    with app.app_context():
        address = f"/administration/espaces/{space_called(PRIVATE).public_id}/supprimer"
    assert Browser(app, FACILITATOR).post(address, {"name": "Cercle fermé"}).status_code == 404
    admin = Browser(app, ADMIN)
    assert admin.post(address, {"name": "Cercle"}).status_code == 422
    assert admin.post(address, {"name": " cercle fermé "}).status_code == 302
    for path in ("", "/membres", "/discussions", "/ressources", "/reglages", "/image"):
        assert Browser(app, MEMBER).get(f"/espaces/{PRIVATE}{path}").status_code == 404
    assert admin.get(address).status_code == 404
    assert "Supprimé" in admin.get("/administration/espaces?etat=supprimes").text


def test_deleting_asks_for_the_password_again(app: Flask, cast: Cast) -> None:
    with app.app_context():
        address = f"/administration/espaces/{space_called(PRIVATE).public_id}/supprimer"
    admin = Browser(app, ADMIN)
    later = clock.now() + timedelta(minutes=16)
    clock.set_clock(lambda: later)
    assert "/confirmation" in admin.get(address).headers["Location"]
    assert admin.post(address, {"name": "Cercle fermé"}).status_code == 401
    with app.app_context():
        assert space_called(PRIVATE).deleted_at is None


def test_administrator_restores_a_deleted_space_without_seeing_what_it_holds(app: Flask, cast: Cast) -> None:
    with app.app_context():
        space = space_called(PRIVATE)
        here = f"/administration/espaces/{space.public_id}"
        with transaction():
            start_thread(loaded(FACILITATOR), space, "Xylotomie", "Un secret.")
    admin, member = Browser(app, ADMIN), Browser(app, MEMBER)
    assert admin.get(f"{here}/restaurer").status_code == 404  # it is not deleted
    admin.post(f"{here}/supprimer", {"name": "Cercle fermé"})
    listed = admin.get("/administration/espaces?etat=supprimes").text
    assert ("Supprimé par Ada Lorrain, le" in listed, f"{here}/restaurer" in listed) == (True, True)
    asked = admin.get(f"{here}/restaurer").text
    assert ("Privé, sur invitation" in asked, "Xylotomie" in asked + listed) == (True, False)
    for who in (FACILITATOR, MEMBER):
        assert Browser(app, who).post(f"{here}/restaurer").status_code == 404
    assert admin.post(f"{here}/restaurer").status_code == 302
    assert member.get(f"/espaces/{PRIVATE}").status_code == 200
    assert admin.get(f"/espaces/{PRIVATE}").status_code == 404  # it gives nobody a place
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert line is not None
        assert (line.action, line.person_id) == ("space.restored", cast.people[ADMIN])


def test_list_of_deleted_spaces_costs_the_same_for_one_and_for_three(app: Flask, cast: Cast) -> None:
    admin, counts = Browser(app, ADMIN), []
    for slug in (OPEN, REQUEST, PRIVATE):
        with app.app_context(), transaction():
            delete_space(space_called(slug))
        admin.get("/administration/espaces?etat=supprimes")
        with CountedStatements(app) as counted:
            page = admin.get("/administration/espaces?etat=supprimes").text
        counts.append(len(counted))
    assert page.count("Supprimé par une commande") == 3
    assert len(set(counts)) == 1


def test_empty_lists_of_spaces_say_why(app: Flask, cast: Cast) -> None:
    admin = Browser(app, ADMIN)
    assert "Aucun espace n’a été supprimé" in admin.get("/administration/espaces?etat=supprimes").text
    assert "ne répond à cette recherche" in admin.get("/administration/espaces?etat=supprimes&q=zz").text
