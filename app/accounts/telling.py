"""Telling people by mail what has just changed in the security of their account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.clock import now
from app.core.mail import send
from app.core.navigation import address

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

    from app.accounts.models import User


def tell(user: User, subject: LazyString, sentence: LazyString, *, to: str | None = None) -> None:
    """Mail a person what has changed, with what to do if it was not them. Call inside ``transaction()``."""
    send(
        to or user.email,
        subject,
        "security_notice",
        language=user.language,
        timezone=user.timezone,
        user=user,
        sentence=sentence,
        moment=now(),
        page=address("security.security_page"),
    )
