"""Mailing invitations."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import force_locale

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.i18n import gettext as _
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.core.sessions import hashed
from app.extensions import db
from app.spaces.invitations.offers import Offer, offer_of
from app.spaces.invitations.operations import MAIL, SECRET_BYTES
from app.spaces.models import Invitation


@job(MAIL)
def mail_invitation(payload: dict[str, Any]) -> None:
    """Mail an invitation once, with a link made for this mail; what its author may not give any more is left out."""
    with transaction():
        invitation = db.session.get(Invitation, payload["id"])
        if invitation is None:
            return
        lock(invitation)
        if invitation.sent_at is not None or not invitation.is_open:
            return
        offer, author = offer_of(invitation, user_by_email(invitation.email)), invitation.invited_by
        if author is None or (offer.is_empty and not offer.needs_approval):
            return
        secret = secrets.token_urlsafe(SECRET_BYTES)
        invitation.secret_hash, invitation.sent_at = hashed(secret), now()
        _mail(invitation, author, offer, address("invitations.invitation_page", secret=secret))


def _mail(invitation: Invitation, author: User, offer: Offer, link: str) -> None:
    spaces = offer.spaces
    with force_locale(invitation.language):
        if len(spaces) == 1 and not spaces[0].is_private:
            subject = _("%(name)s vous invite dans « %(space)s »", name=author.name, space=spaces[0].name)
        else:
            subject = _("%(name)s vous invite dans le réseau", name=author.name)
    send(
        invitation.email,
        subject,
        "invitation",
        language=invitation.language,
        invitation=invitation,
        author=author,
        spaces=spaces,
        link=link,
    )
