"""What administrators do with other people's accounts: correct, entrust, close, open again, help back in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.accounts.factors import CODE_ATTEMPTS, disable_factor
from app.accounts.models import Organisation, User
from app.accounts.operations import (
    ACCOUNT_ATTEMPTS,
    CONFIRMATION_ATTEMPTS,
    DEVICE_ATTEMPTS,
    LINK_ATTEMPTS,
    RESET_ATTEMPTS,
    disable,
)
from app.accounts.queries import may_sign_in
from app.core.audit import record
from app.core.db import lock
from app.core.errors import DomainError, EditConflictError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import URGENT, enqueue
from app.core.sessions import end_sessions
from app.core.slots import collect
from app.core.text import one_line
from app.extensions import db


@dataclass(frozen=True)
class PersonDetails:
    """What an administrator may correct of a person."""

    name: str
    function: str
    organisation: Organisation | None
    language: str


#: What the journal says of a correction with its value; of a name it says only that it changed: erased is erased.
TOLD = ("language", "organisation", "referent")


def hold(user: User, edit_version: int | None) -> None:
    """Read an account again and hold it; ``None`` is for commands, which show nothing that could be out of date.

    Raises EditConflictError when somebody changed it since ``edit_version``.
    """
    lock(user)
    if edit_version is not None and user.edit_version != edit_version:
        raise EditConflictError(_l("Quelqu'un a modifié ce compte entre-temps. Relisez sa fiche, puis recommencez."))
    user.edit_version += 1


def change_person(user: User, details: PersonDetails, *, by: User | None, edit_version: int | None = None) -> None:
    """Correct what is said of a person. A referent who changes organisation is a referent no more.

    Call inside ``transaction()``. Raises DomainError for an empty name, EditConflictError.
    """
    hold(user, edit_version)
    if not one_line(details.name):
        raise DomainError(_l("Indiquez le nom de la personne."))
    before = _facts_of(user)
    user.name, user.function, user.language = details.name, one_line(details.function)[:160], details.language
    if (user.organisation_id or 0) != (details.organisation.id if details.organisation else 0):
        user.organisation, user.is_referent = details.organisation, False
    after = _facts_of(user)
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        moved = {name: [before[name], after[name]] for name in changed if name in TOLD}
        record("user.changed", by, user, fields=[name for name in changed if name not in TOLD], **moved)


def _facts_of(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "function": user.function,
        "language": user.language,
        "organisation": user.organisation.name if user.organisation else "",
        "referent": user.is_referent,
    }


def set_administrator(user: User, *, is_admin: bool, by: User | None, edit_version: int | None = None) -> None:
    """Entrust the running of the site to a member, or take it back. Call inside ``transaction()``.

    Raises DomainError for a guest, a closed account, and the last administrator; EditConflictError.
    """
    others = other_administrators(user)
    hold(user, edit_version)
    if user.is_admin == is_admin:
        return
    if is_admin and (not user.is_member or not may_sign_in(user)):
        raise DomainError(_l("Un administrateur est un membre du réseau dont le compte est ouvert."))
    if not is_admin and not others:
        raise DomainError(_l("Le réseau n'aurait plus d'administrateur. Nommez-en d'abord un autre."))
    user.is_admin = is_admin
    record("user.administrator_named" if is_admin else "user.administrator_removed", by, user)


def other_administrators(user: User) -> list[int]:
    """Return those who would still run the site without this person, held so that two cannot leave at once."""
    running = select(User.id).where(User.is_admin.is_(True), User.disabled_at.is_(None)).order_by(User.id)
    return [one for one in db.session.scalars(running.with_for_update()) if one != user.id]


def hold_who_leaves(user: User) -> None:
    """Hold a person about to leave, and all whose rules count on them, so that two cannot each count on the other.

    Always in this order: what other features hold for them, the administrators, the account; then what was entrusted
    to the person before the account was held. Call inside ``transaction()``.
    """
    collect("person.hold", user)
    other_administrators(user)
    lock(user)
    collect("person.hold", user)


def close_account(user: User, *, by: User | None, edit_version: int | None = None) -> None:
    """Close an account at once; what the person wrote stays. Call inside ``transaction()``.

    Raises DomainError for the last administrator, EditConflictError.
    """
    others = other_administrators(user)
    hold(user, edit_version)
    if user.is_admin and not others:
        raise DomainError(_l("Le compte du dernier administrateur ne se ferme pas. Nommez-en d'abord un autre."))
    if user.disabled_at is None:
        disable(user, by)


def reopen_account(user: User, *, by: User | None, edit_version: int | None = None) -> None:
    """Open a closed account again, with the places it had. Call inside ``transaction()``.

    Raises DomainError for an erased account, EditConflictError.
    """
    hold(user, edit_version)
    if user.erased_at is not None:
        raise DomainError(_l("Ce compte est effacé : il ne peut plus être ouvert."))
    if user.disabled_at is not None:
        user.disabled_at = None
        record("user.reopened", by, user)


def end_sessions_of(user: User, *, by: User | None) -> None:
    """Sign a person out everywhere. Call inside ``transaction()``."""
    end_sessions(user.id)
    record("user.sessions_ended", by, user)


def reset_factor(user: User, *, by: User | None, edit_version: int | None = None) -> None:
    """Let a person who has lost their app and their codes sign in by password alone; sign them out everywhere.

    ``by`` is None for the host. Call inside ``transaction()``. Raises DomainError for one's own, which is switched off
    with a code on one's own pages, and EditConflictError.
    """
    if by is not None and by.id == user.id:
        raise DomainError(_l("La vôtre se règle dans votre compte, à la page « Sécurité »."))
    hold(user, edit_version)
    disable_factor(user, by)
    end_sessions(user.id)


def send_password_link(user: User, *, by: User | None) -> None:
    """Mail a person a link to choose a password. Call inside ``transaction()``.

    Raises DomainError for a closed account.
    """
    if not may_sign_in(user):
        raise DomainError(_l("Ce compte est fermé. Ouvrez-le d'abord."))
    enqueue("accounts.mail_reset", {"email": user.email}, priority=URGENT)
    record("user.password_link_sent", by, user)


def lift_waits(user: User, *, by: User | None) -> None:
    """Let a person try again at once after wrong passwords or codes. Call inside ``transaction()``."""
    for limit in (ACCOUNT_ATTEMPTS, DEVICE_ATTEMPTS, RESET_ATTEMPTS, LINK_ATTEMPTS):
        limit.forgive(user.email)
    for limit in (CODE_ATTEMPTS, CONFIRMATION_ATTEMPTS):
        limit.forgive(str(user.id))
    record("user.waits_lifted", by, user)
