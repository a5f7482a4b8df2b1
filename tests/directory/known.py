"""A directory for tests: who is listed, what they know, what they shared and where."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Expertise, Organisation
from app.core.db import transaction
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.spaces.models import Space
from tests.people import ADMIN, FACILITATOR, MEMBER, OUTSIDER, REFERENT
from tests.support import loaded

LISTED = {
    FACILITATOR: ("elected", ["fr", "en"], ["Médiation sociale", "Vie nocturne"]),
    MEMBER: ("agent", ["fr", "ar"], ["Médiation sociale"]),
    OUTSIDER: ("elected", ["fr"], ["Budget participatif"]),
    ADMIN: ("partner", ["en"], []),
}
PLACES = {"Castelmaure": (41_000, "Occitanie"), "Port-Elvain": (118_000, "Bretagne"), "Lanvallec": (9_000, "Bretagne")}


def listed(app: Flask) -> None:
    """Put four people of the cast in the directory, not the referent, and say more of their cities."""
    with app.app_context(), transaction():
        for email, (mandate, languages, subjects) in LISTED.items():
            one = loaded(email)
            one.in_directory, one.mandate, one.spoken_languages = True, mandate, languages
            one.expertise = [Expertise(label=label) for label in subjects]
        loaded(REFERENT).expertise = [Expertise(label="Zorglub")]
        for place in db.session.scalars(select(Organisation)):
            place.population, place.region = PLACES.get(place.name, (None, None))
            place.joined_on = date(2019, 5, 3) if place.is_member else None


def share(app: Flask, email: str, slug: str, title: str, *tags: str, kind: str = "report") -> None:
    """Share a resource under keywords."""
    with app.app_context(), transaction():
        space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
        share_resource(loaded(email), space, ResourceDetails.of(kind=kind, title=title, tags=list(tags)))
