"""What is done with accounts: create, sign in, choose a new password, end sessions."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import update

from app.accounts.models import Organisation, OrganisationKind, SecretLink, User, UserKind
from app.accounts.passwords import hash_password, needs_rehash, verify_password
from app.accounts.queries import is_address, may_sign_in, normal_email, organisation_by_name, user_by_email, valid_link
from app.accounts.telling import tell
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.core.sessions import end_sessions, hashed
from app.core.text import one_line
from app.core.throttle import Limit
from app.extensions import db

DEMO_PASSWORD = "les villes se parlent"  # noqa: S105 - printed in the README; works on a loopback address only
RESET = "reset"
RESET_LIFE = timedelta(hours=1)
SIGN_IN = "sign-in"
SIGN_IN_LIFE = timedelta(minutes=15)
CONFIRMATION = "confirmation"
CONFIRMATION_LIFE = timedelta(minutes=15)
SECRET_BYTES = 32  # 256 bits

# Wrong passwords: five free ones for an account, thirty for a network (a town hall shares one address).
ACCOUNT_ATTEMPTS = Limit("sign-in account", free=5)
NETWORK_ATTEMPTS = Limit("sign-in network", free=30)
DEVICE_ATTEMPTS = Limit("sign-in device", free=5)
CONFIRMATION_ATTEMPTS = Limit("confirmation", free=5)
CONFIRMATION_LINKS = Limit("confirmation link", free=5, first=timedelta(minutes=1))
LINK_ATTEMPTS = Limit("sign-in link", free=5, first=timedelta(minutes=1))
LINK_NETWORK_ATTEMPTS = Limit("sign-in link network", free=30, first=timedelta(minutes=1))
RESET_ATTEMPTS = Limit("reset", free=5, first=timedelta(minutes=1))


def create_organisation(
    name: str, kind: str = OrganisationKind.CITY, *, is_member: bool = True, **more: Any
) -> Organisation:
    """Create an organisation; ``more`` holds its other columns. Raises DomainError when the name is taken."""
    if organisation_by_name(name) is not None:
        raise DomainError(_l("Cette collectivité existe déjà."))
    organisation = Organisation(name=name, kind=kind, is_member=is_member, **more)
    db.session.add(organisation)
    db.session.flush()
    return organisation


def create_user(  # noqa: PLR0913 - the fields of an account, by name
    email: str,
    name: str,
    *,
    password_hash: str | None = None,
    organisation: Organisation | None = None,
    function: str = "",
    kind: str = UserKind.MEMBER,
    is_admin: bool = False,
    language: str = "fr",
    by: User | None = None,
) -> User:
    """Create an account, inside a transaction.

    Raises DomainError for a bad or taken address, an empty name, and a guest as administrator.
    """
    address = normal_email(email)
    if not is_address(address):
        raise DomainError(_l("Cette adresse de courriel n'est pas valable."))
    if not one_line(name):
        raise DomainError(_l("Indiquez le nom de la personne."))
    if is_admin and kind != UserKind.MEMBER:
        raise DomainError(_l("Un administrateur est un membre du réseau dont le compte est ouvert."))
    if user_by_email(address) is not None:
        raise DomainError(_l("Un compte existe déjà pour cette adresse."))
    user = User(
        email=address,
        name=name,
        password_hash=password_hash,
        organisation=organisation,
        function=function[:160],
        kind=kind,
        is_admin=is_admin,
        language=language,
    )
    db.session.add(user)
    db.session.flush()
    record("user.created", by, user, kind=str(kind), is_admin=is_admin)
    return user


def authenticate(email: str, password: str, network: str, *, from_known_device: bool = False) -> User | None:
    """Return the person whose password this is, None otherwise. Runs outside of any transaction.

    An attempt is counted for the account and for the network before the password is hashed, so that guesses sent
    together count each; the right password takes it back. The devices from which this account has signed in before
    share a count of their own, so that strangers cannot keep the owner out. Raises TooManyError.
    """
    address = normal_email(email)[:254]
    limit = DEVICE_ATTEMPTS if from_known_device else ACCOUNT_ATTEMPTS
    if not from_known_device:
        NETWORK_ATTEMPTS.check(network)
    limit.take(address)
    NETWORK_ATTEMPTS.count(network)
    user = user_by_email(address)
    if (
        not verify_password(user.password_hash if user else None, password)
        or user is None
        or not _admitted(user, password)
    ):
        with transaction():
            record("user.sign_in_refused", user, user)
        return None
    stored, user_id = user.password_hash or "", user.id
    renewed = hash_password(password) if needs_rehash(stored) else None  # slow, so before the transaction
    with transaction():
        limit.forgive(address)
        NETWORK_ATTEMPTS.take_back(network)
        if renewed:
            db.session.execute(update(User).where(User.id == user_id).values(password_hash=renewed))
    return user


def _admitted(user: User, password: str) -> bool:
    """Refuse closed accounts, and the documented password of the demo wherever strangers can reach the site."""
    known = user.is_demo and password == DEMO_PASSWORD
    return may_sign_in(user) and (not known or current_app.config["SETTINGS"].demo_passwords_known)


def confirm_by_password(user: User, password: str, network: str) -> bool:
    """Tell whether the person already signed in knows their password; counted as at sign-in, outside of transactions.

    Raises TooManyError.
    """
    subject = str(user.id)
    NETWORK_ATTEMPTS.check(network)
    CONFIRMATION_ATTEMPTS.take(subject)
    NETWORK_ATTEMPTS.count(network)
    right = verify_password(user.password_hash, password)
    with transaction():
        if right:
            CONFIRMATION_ATTEMPTS.forgive(subject)
            NETWORK_ATTEMPTS.take_back(network)
        record("user.confirmed" if right else "user.confirmation_refused", user, user)
    return right


def mail_confirmation_link(user: User, target: str | None) -> None:
    """Mail the link by which a person without a password confirms; ``target`` is the page to come back to.

    Runs outside of any transaction. Raises TooManyError.
    """
    CONFIRMATION_LINKS.take(str(user.id))
    with transaction():
        secret = make_secret_link(user, CONFIRMATION, CONFIRMATION_LIFE)
        link = address("confirmation.confirmation_link_page", secret=secret, next=target)
        send(user.email, _l("Confirmer que c'est vous"), "confirmation", language=user.language, user=user, link=link)


def use_link(purpose: str, secret: str) -> User:
    """Use up a mailed link and return whose it is, inside a transaction. Raises NotFoundError when it is over."""
    link = valid_link(purpose, secret)
    if link is None:
        raise NotFoundError
    lock(link)
    if link.used_at is not None:
        raise NotFoundError
    link.used_at = now()
    return link.user


def make_secret_link(user: User, purpose: str, life: timedelta) -> str:
    """Make a single-use link and return its secret, which is not kept. Call inside ``transaction()``."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    db.session.add(SecretLink(purpose=purpose, user_id=user.id, secret_hash=hashed(secret), expires_at=now() + life))
    return secret


def choose_password(secret: str, password_hash: str) -> User:
    """Set a new password through a mailed link, inside a transaction; every session of the person ends.

    Raises NotFoundError when the link is not valid any more.
    """
    link = valid_link(RESET, secret)
    if link is None:
        raise NotFoundError
    set_password(link.user, password_hash)
    record("user.password_reset", link.user, link.user)
    return link.user


def set_password(user: User, password_hash: str, *, but: str | None = None) -> None:
    """Change a password, inside a transaction: mailed links and all sessions die, but the one stored under ``but``."""
    user.password_hash = password_hash
    end_links(user)
    end_sessions(user.id, but=but)


def end_links(user: User) -> None:
    """Make the links mailed to a person useless. Call inside ``transaction()``."""
    unused = (SecretLink.user_id == user.id) & SecretLink.used_at.is_(None)
    db.session.execute(update(SecretLink).where(unused).values(used_at=now()))


def replace_password(user: User, password_hash: str) -> None:
    """Give an account another password, from the host: all its sessions end, and the owner is told.

    Call inside ``transaction()``.
    """
    set_password(user, password_hash)
    record("user.password_changed", None, user)
    _tell_new_password(user)


def change_password(user: User, password_hash: str, *, but: str | None) -> None:
    """Change one's own password: the other sessions end, and the owner is told. Call inside ``transaction()``."""
    set_password(user, password_hash, but=but)
    record("user.password_changed", user, user)
    _tell_new_password(user)


def _tell_new_password(user: User) -> None:
    tell(user, _l("Votre mot de passe a changé"), _l("Le mot de passe de votre compte vient d'être changé."))


def disable(user: User, by: User | None = None) -> None:
    """Close an account at once: its sessions end. Call inside ``transaction()``."""
    user.disabled_at = now()
    end_sessions(user.id)
    record("user.disabled", by, user)
