"""What those who run a space do with its people. Called inside ``transaction()``; ``by`` is None for a command."""

from __future__ import annotations

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.extensions import db
from app.spaces.asking import tell_person
from app.spaces.models import Membership, Role, Space, Visibility
from app.spaces.operations import (
    add_member,
    hold_new_facilitator,
    keep_a_facilitator,
    keep_oneself_out,
    membership_in,
    remove_member,
)
from app.spaces.permissions import can_run_space, forget_memberships
from app.spaces.queries import facilitators_of


def change_role(space: Space, user: User, role: str, *, by: User | None = None) -> Membership:
    """Hand the running of a space to a person, or take it back. Who runs a space takes part without an end.

    Raises NotFoundError when they take no part in it, DomainError for a guest, a closed account or the last
    facilitator, RefusedError.
    """
    _may_run(space, by)
    found = membership_in(space, user)
    if found is None or not found.is_running:
        raise NotFoundError
    if role == Role.FACILITATOR:
        hold_new_facilitator(user)
        found.expires_at = found.sponsor_id = found.warned_at = None
    else:
        keep_a_facilitator(space, user)
    if found.role != role:
        found.role = Role(role)
        db.session.flush()
        forget_memberships(user)
        record("space.role_changed", by, space, user_id=user.id, role=str(role))
        if role == Role.FACILITATOR:
            tell_entrusted(space, user, by=by)
    return found


def tell_entrusted(space: Space, user: User, *, by: User | None) -> None:
    """Mail a person that they run a space from now on, unless they have just taken it on themselves."""
    if by is None or by.id != user.id:
        tell_person(user, space, "entrusted")


def add_directly(space: Space, user: User, *, by: User | None = None) -> Membership:
    """Let a member of the network take part without being asked; they are told by mail, and may leave.

    Raises DomainError for a guest (they are invited, with a sponsor and an end) and in an archived space, RefusedError.
    """
    _may_run(space, by)
    keep_oneself_out(space, user, by)
    if not user.is_member:
        raise DomainError(_l("Seul un membre du réseau peut être ajouté directement. Invitez les autres personnes."))
    if space.archived_at is not None:
        raise DomainError(_l("L'espace est archivé : personne n'y entre plus."))
    found = membership_in(space, user)
    if found is not None and found.is_running:
        return found
    membership = add_member(space, user, by=by)
    tell_person(user, space, "added")
    return membership


def name_facilitator(space: Space, user: User, *, by: User | None = None) -> Membership:
    """Give a space that nobody runs any more a person who does; for administrators and commands.

    Raises DomainError when somebody runs it, for a guest, and for an administrator who would let themselves into a
    closed space that way.
    """
    lock(space)
    if facilitators_of(space):
        raise DomainError(_l("Cet espace est déjà animé : c'est à ces personnes d'en nommer d'autres."))
    if by is not None and by.id == user.id and space.visibility != Visibility.OPEN:
        raise DomainError(_l("On n'entre pas ainsi dans un espace fermé : nommez quelqu'un d'autre."))
    membership = add_member(space, user, role=Role.FACILITATOR, by=by)
    tell_entrusted(space, user, by=by)
    return membership


def take_out(space: Space, user: User, *, by: User | None = None) -> None:
    """Take a person out of a space from the next request on; what they wrote stays.

    Raises DomainError for the last facilitator, RefusedError.
    """
    _may_run(space, by)
    remove_member(space, user, by=by)


def _may_run(space: Space, by: User | None) -> None:
    lock(space)
    if by is not None:
        can_run_space.require(by, space)
