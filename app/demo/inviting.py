"""Invites those the demo network still waits for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import UserKind
from app.accounts.queries import user_by_email
from app.core.clock import now
from app.core.db import transaction
from app.demo.content import Network
from app.extensions import db
from app.spaces.invitations.details import InvitationDetails
from app.spaces.invitations.operations import invite
from app.spaces.models import Invitation
from app.spaces.queries import space_by_slug


def invite_those_awaited(network: Network) -> None:
    """Send the invitations of the demo that were never sent; the mails stay in the outbox of the site."""
    for one in network.spaces:
        for awaited in one.invited:
            space, author = space_by_slug(one.slug), user_by_email(network.person(awaited.by).email)
            known = db.session.scalar(select(Invitation.id).where(Invitation.email == awaited.email))
            if space is None or author is None or known is not None:
                continue
            details = InvitationDetails(
                awaited.email,
                kind=UserKind.GUEST,
                spaces=(space,),
                name=awaited.name,
                words=awaited.words,
                purpose=awaited.purpose,
                guest_until=now() + timedelta(days=awaited.days),
            )
            with transaction():
                invite(author, details)
