"""Finding accounts."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import Organisation, SecretLink, User
from app.core.clock import now
from app.core.sessions import hashed
from app.core.text import one_line
from app.extensions import db


def normal_email(email: str) -> str:
    """Return the form in which addresses are stored and compared."""
    return one_line(email).casefold()


def user_by_email(email: str) -> User | None:
    """Return the account of an address."""
    return db.session.scalar(select(User).where(User.email == normal_email(email)))


def organisation_by_name(name: str) -> Organisation | None:
    """Return the organisation of this name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == one_line(name)))


def valid_link(purpose: str, secret: str) -> SecretLink | None:
    """Return the unused, unexpired link of a secret; reading it does not use it up."""
    link: SecretLink | None = db.session.scalar(
        select(SecretLink).where(SecretLink.secret_hash == hashed(secret), SecretLink.purpose == purpose)
    )
    if link is None or link.used_at is not None or link.expires_at <= now() or not link.user.is_active:
        return None
    return link
