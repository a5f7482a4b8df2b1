"""HEAD answers as GET does, without a body, and changes nothing."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.alerts.models import Rhythm, Watch
from app.alerts.telling import stop_link
from app.extensions import db
from app.library.models import Resource
from tests.alerts.following import publish, save
from tests.people import FACILITATOR, MEMBER, Cast
from tests.support import Browser, loaded


def test_head_of_a_page_that_asks_before_it_acts_does_not_act(app: Flask, context: Flask, cast: Cast) -> None:
    resource = publish("Médiation")
    asked = Browser(app, FACILITATOR).client.open(f"/ressources/{resource.public_id}/supprimer", method="HEAD")
    assert (asked.status_code, asked.data) == (200, b"")
    db.session.rollback()
    assert db.session.scalars(select(Resource.deleted_at)).all() == [None]


def test_head_of_a_link_that_stops_mails_stops_nothing(app: Flask, context: Flask, cast: Cast) -> None:
    save(MEMBER, q="médiation")
    link = stop_link(loaded(MEMBER))
    path = link[link.index("/alertes/") :]
    assert Browser(app).client.open(path, method="HEAD").status_code == 200
    db.session.rollback()
    assert db.session.scalars(select(Watch.rhythm)).all() == [Rhythm.AT_ONCE]
