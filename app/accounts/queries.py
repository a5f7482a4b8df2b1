"""Finding accounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, false, or_, select

from app.accounts.models import Organisation, SecretLink, User
from app.core.clock import now
from app.core.db import sort_key, unaccented
from app.core.sessions import hashed
from app.core.slots import collect
from app.core.text import one_line
from app.extensions import db

LONGEST_EMAIL = 254
MOST_WORDS = 6
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]{1,64}@(?:[^@\s<>()\[\],;:\"\\./]+\.)+[^@\s<>()\[\],;:\"\\./]{2,}")


def normal_email(email: str) -> str:
    """Return the form in which addresses are stored and compared."""
    return one_line(email).casefold()


def holds(words: str, key: Any, *addresses: Any) -> ColumnElement[bool]:
    """Return the condition that each of some words stands in a name, by its sort key, or in an address.

    Accents and letter case do not count, nor the order of the words: surname first finds as well.
    """
    wanted = words.split()[:MOST_WORDS]
    return and_(*(_holds(word, key, addresses) for word in wanted)) if wanted else false()


def _holds(word: str, key: Any, addresses: tuple[Any, ...]) -> ColumnElement[bool]:
    folded = sort_key(word)
    in_name = key.contains(folded, autoescape=True) if folded else false()
    return or_(in_name, *(address.contains(unaccented(word), autoescape=True) for address in addresses))


def is_address(email: str) -> bool:
    """Tell whether a text is one mail address that one can write to (RFC 5321, 4.5.3.1)."""
    return len(email) <= LONGEST_EMAIL and _EMAIL.fullmatch(normal_email(email)) is not None


def user_by_email(email: str) -> User | None:
    """Return the account of an address."""
    return db.session.scalar(select(User).where(User.email == normal_email(email)))


def may_sign_in(user: User) -> bool:
    """Tell whether an account may be used now: open, and, for an account of the demo, where the demo is allowed."""
    return user.is_active and (not user.is_demo or current_app.config["SETTINGS"].demo_allowed)


def organisation_by_name(name: str) -> Organisation | None:
    """Return the organisation of this name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == one_line(name)))


def organisation_called_like(name: str) -> Organisation | None:
    """Return the one organisation of this name, whatever its accents and letter case; None for none, or several."""
    alike = organisations_alike(name)
    return organisation_by_name(name) or (alike[0] if len(alike) == 1 else None)


def organisations_alike(name: str) -> Sequence[Organisation]:
    """Return the organisations of this name, whatever its accents and letter case."""
    alike = select(Organisation).where(Organisation.sort_key == sort_key(name))
    return db.session.scalars(alike.order_by(Organisation.id)).all()


def valid_link(purpose: str, secret: str) -> SecretLink | None:
    """Return the unused, unexpired link of a secret; reading it does not use it up."""
    link: SecretLink | None = db.session.scalar(
        select(SecretLink).where(SecretLink.secret_hash == hashed(secret), SecretLink.purpose == purpose)
    )
    if link is None or link.used_at is not None or link.expires_at <= now() or not may_sign_in(link.user):
        return None
    return link


def has_second_factor(user: User) -> bool:
    """Tell whether a person signs in in two steps."""
    return user.totp_confirmed_at is not None


def may_do_without_factor(user: User) -> bool:
    """Tell whether no role of the person asks for a second factor (``BEFFROI_SECOND_FACTOR_FOR``).

    Accounts of the demo are exempt where their password is the documented one: nothing is protected there.
    """
    settings = current_app.config["SETTINGS"]
    wanted = settings.second_factor_roles
    if not wanted or (user.is_demo and settings.demo_passwords_known):
        return True
    own = {str(user.kind)} | ({"admin"} if user.is_admin else set())
    return not wanted & own and not wanted & set(collect("person.roles", user))
