"""Erases an account: the person is forgotten, what they wrote stays under a neutral name or goes with them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, select

from app.accounts.managing import hold_who_leaves
from app.accounts.models import (
    AccessRequest,
    DataExport,
    EmailChange,
    Expertise,
    IdentityLink,
    RecoveryCode,
    SecretLink,
    ShownTo,
    User,
)
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.drafts import Draft
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.mail import forget_mails_to
from app.core.sessions import end_sessions
from app.core.slots import collect, fill, fillers
from app.extensions import db

NEUTRAL_NAME = "Ancien membre"
EMPTIED = (
    "organisation",
    "mandate",
    "mandate_start",
    "mandate_end",
    "photo_sha256",
    "directory_answered_at",
    "theme",
    "timezone",
    "password_hash",
    "totp_secret",
    "totp_confirmed_at",
    "totp_last_step",
    "charter_version",
    "charter_accepted_at",
    "last_seen_at",
    "previous_visit_at",
)
OWNED = (Expertise, RecoveryCode, SecretLink, IdentityLink, EmailChange, DataExport)


def obstacles_to_erasing(user: User) -> list[str]:
    """Return the sentences that say what must be settled first; none when the account can be erased now."""
    return [sentence for found in collect("person.obstacles", user) for sentence in found]


@fill("person.obstacles", order=10)
def last_administrator(user: User) -> list[str]:
    """Keep somebody to run the site."""
    if not user.is_admin:
        return []
    others = (User.is_admin.is_(True)) & (User.id != user.id) & User.disabled_at.is_(None)
    if db.session.scalar(select(func.count()).select_from(User).where(others)):
        return []
    return [_("Personne d'autre n'administre le site. Confiez d'abord ce rôle à quelqu'un.")]


def erase(user: User, *, withdraw: bool, by: User | None = None) -> None:
    """Forget a person for good. Call inside ``transaction()``; ends all their sessions.

    What they wrote stays under a neutral name; with ``withdraw``, what nobody answered goes too. A line in a file of
    the instance remembers it, so that an older copy of the database put back forgets them again. Raises DomainError,
    with the first obstacle, when something must be settled first.
    """
    hold_who_leaves(user)
    if user.erased_at is not None:
        return
    for sentence in obstacles_to_erasing(user):
        raise DomainError(sentence)
    _forget(user, withdraw=withdraw)
    record("user.erased", by or user, user, withdraw=withdraw)
    db.session.flush()
    remember_erased(user, withdraw=withdraw)


def _forget(user: User, *, withdraw: bool) -> None:
    for filler in fillers("person.erase"):
        filler(user, withdraw)
    end_sessions(user.id)
    for model in OWNED:
        db.session.execute(delete(model).where(model.user_id == user.id))
    db.session.execute(delete(Draft).where(Draft.person_id == user.id))
    theirs = (AccessRequest.email == user.email) | (AccessRequest.user_id == user.id)
    db.session.execute(delete(AccessRequest).where(theirs))
    forget_mails_to(user.email)
    db.session.expire(user, ["expertise"])
    for name, value in _blank(user).items():
        setattr(user, name, value)
    user.edit_version += 1
    db.session.flush()


def _blank(user: User) -> dict[str, Any]:
    """Return what a person's row says once they are forgotten."""
    return dict.fromkeys(EMPTIED) | {
        "email": f"{user.public_id}@erased.invalid",  # RFC 6761, 6.4: a name that never resolves
        "name": NEUTRAL_NAME,
        "function": "",
        "about": "",
        "phone": "",
        "spoken_languages": [],
        "is_admin": False,
        "is_referent": False,
        "is_demo": False,
        "in_directory": False,
        "email_shown_to": ShownTo.NOBODY,
        "phone_shown_to": ShownTo.NOBODY,
        "photo_shown_to": ShownTo.NOBODY,
        "disabled_at": user.disabled_at or now(),
        "erased_at": now(),
    }


def _list_of_erased() -> Path:
    return Path(current_app.config["SETTINGS"].instance) / "erased.jsonl"


def remember_erased(user: User, *, withdraw: bool) -> None:
    """Add a person to the list of those erased, durably: it names nobody, and no backup takes its place."""
    line = json.dumps({"public_id": user.public_id, "at": now().isoformat(), "withdraw": withdraw}) + "\n"
    descriptor = os.open(_list_of_erased(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def erased_ids() -> dict[str, bool]:
    """Return the public ids of the people ever erased on this site, each with whether what they wrote went too."""
    try:
        lines = _list_of_erased().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    said = {}
    for line in lines:
        try:
            one = json.loads(line)
            said[str(one["public_id"])] = bool(one["withdraw"])
        except (ValueError, KeyError, TypeError):
            continue  # half a line, written when the machine stopped: its transaction was not committed either
    return said


def erased_again() -> Iterator[tuple[str, bool]]:
    """Yield the people of the list whom the database still knows (an older copy was put back): public id, withdraw."""
    said = erased_ids()
    known = select(User.public_id).where(User.public_id.in_(said), User.erased_at.is_(None))
    for public_id in db.session.scalars(known).all():
        yield public_id, said[public_id]


def forget_again(public_id: str, *, withdraw: bool) -> None:
    """Erase once more a person an older copy brought back, whatever stands in the way. Inside ``transaction()``."""
    user = db.session.scalar(select(User).where(User.public_id == public_id, User.erased_at.is_(None)))
    if user is not None:
        lock(user)
        _forget(user, withdraw=withdraw)
        record("user.erased_again", None, user, withdraw=withdraw)
