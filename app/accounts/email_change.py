"""Changing one's mail address: done once the old and the new address have both confirmed by the link they received."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select

from app.accounts.events import AddressChanged
from app.accounts.models import EmailChange, User
from app.accounts.operations import SECRET_BYTES, end_links
from app.accounts.queries import may_sign_in, normal_email, user_by_email
from app.accounts.telling import tell
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import NotFoundError
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.core.sessions import hashed
from app.core.throttle import Limit
from app.extensions import db

CHANGE_LIFE = timedelta(hours=24)
CHANGE_ATTEMPTS = Limit("email change", free=5, first=timedelta(minutes=1))


class Progress(StrEnum):
    """Where a change stands after one address has confirmed."""

    HALF = "half"
    DONE = "done"
    IMPOSSIBLE = "impossible"


def ask_change(user: User, new_email: str) -> None:
    """Ask both addresses to confirm. Call inside ``transaction()``.

    An address that has an account receives a word instead of a link, and the asker sees no difference.
    """
    new, taken = normal_email(new_email), user_by_email(new_email) is not None
    old_secret, new_secret = secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    lock(user)  # two requests at once would each make the one row a person has
    forget_change(user)
    db.session.add(
        EmailChange(
            user_id=user.id,
            new_email=new,
            old_secret_hash=hashed(old_secret),
            new_secret_hash=hashed(new_secret),
            expires_at=now() + CHANGE_LIFE,
        )
    )
    record("user.email_change_asked", user, user)
    _mail(user, user.email, new, old_secret)
    if taken:
        send(new, _l("Votre adresse de courriel"), "email_taken", language=user.language)
    else:
        _mail(user, new, new, new_secret)


def _mail(user: User, to: str, new: str, secret: str) -> None:
    link = address("email_change.confirm_page", secret=secret)
    subject = _l("Confirmer le changement d'adresse")
    send(to, subject, "email_change", language=user.language, user=user, new=new, link=link)


def change_of(user: User) -> EmailChange | None:
    """Return the change a person has asked for and that may still be confirmed."""
    asked = select(EmailChange).where(EmailChange.user_id == user.id, EmailChange.expires_at > now())
    return db.session.scalar(asked)


def change_by_secret(secret: str) -> EmailChange | None:
    """Return the change a mailed secret belongs to, None when it is over."""
    mine = or_(EmailChange.old_secret_hash == hashed(secret), EmailChange.new_secret_hash == hashed(secret))
    change: EmailChange | None = db.session.scalar(select(EmailChange).where(mine, EmailChange.expires_at > now()))
    return change if change is not None and may_sign_in(change.user) else None


def confirm_change(secret: str) -> Progress:
    """Note that one address has confirmed; change the address once both have. Call inside ``transaction()``.

    Raises NotFoundError when the change is over.
    """
    change = change_by_secret(secret)
    if change is None:
        raise NotFoundError
    user = change.user
    lock(user, change)
    if hashed(secret) == change.old_secret_hash:
        change.old_confirmed_at = now()
    else:
        change.new_confirmed_at = now()
    if change.old_confirmed_at is None or change.new_confirmed_at is None:
        return Progress.HALF
    new = change.new_email
    forget_change(user)
    if user_by_email(new) is not None:
        return Progress.IMPOSSIBLE
    old, user.email = user.email, new
    end_links(user)
    db.session.flush()
    announce(AddressChanged(user.id, old))
    record("user.email_changed", user, user)
    for place in (old, new):
        tell(
            user,
            _l("Votre adresse a changé"),
            _l("L'adresse de votre compte est maintenant %(new)s.", new=new),
            to=place,
        )
    return Progress.DONE


def forget_change(user: User) -> None:
    """Drop the change a person has asked for. Call inside ``transaction()``."""
    db.session.execute(delete(EmailChange).where(EmailChange.user_id == user.id))


@job("accounts.purge_email_changes", every=timedelta(days=1))
def purge_changes(_payload: dict[str, Any]) -> None:
    """Forget the changes that nobody confirmed in time."""
    with transaction() as session:
        session.execute(delete(EmailChange).where(EmailChange.expires_at <= now()))
