"""What tests of invitations need: rights of the day, and the links in the mails sent."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import OrganisationDomain
from app.core.db import transaction
from app.extensions import db
from app.spaces.invitations.details import InvitationDetails
from app.spaces.invitations.operations import invite
from app.spaces.models import Invitation, Space
from app.spaces.queries import space_by_slug
from tests.support import loaded, work

NEW = "lea@ville-nouvelle.example"
LINK = re.compile(r"/invitation/([\w-]{40,})")


def space(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def invited(by: str, email: str = NEW, *slugs: str, **more: Any) -> int:
    """Write an invitation, inside an application context; return its key."""
    with transaction():
        places = tuple(space(slug) for slug in slugs)
        return invite(loaded(by), InvitationDetails(email, spaces=places, **more)).id


def invitation(key: int) -> Invitation:
    found = db.session.get(Invitation, key)
    assert found is not None
    return found


def written_to(email: str = NEW) -> Invitation:
    """Return the only invitation to an address."""
    return db.session.scalars(select(Invitation).where(Invitation.email == email)).one()


def mails(app: Flask) -> list[EmailMessage]:
    """Send what waits; return the mails, newest first."""
    work(app)
    db.session.rollback()  # what this context had read is no longer so
    messages: list[EmailMessage] = app.extensions["mail_transport"].messages()
    return messages


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def secret_for(app: Flask, email: str = NEW) -> str:
    """Return the secret of the newest link mailed to an address."""
    newest = next(one for one in mails(app) if one["To"] == email)
    found = LINK.search(text_of(newest))
    assert found is not None
    return found.group(1)


def declare_domain(organisation_id: int | None, domain: str = "ville-nouvelle.example") -> None:
    assert organisation_id is not None
    with transaction() as session:
        session.add(OrganisationDomain(organisation_id=organisation_id, domain=domain))
