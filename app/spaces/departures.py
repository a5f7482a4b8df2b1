"""What spaces ask when a person changes their place in the network, or leaves it: who would run them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from app.accounts.managing import close_account, hold, hold_who_leaves
from app.accounts.models import User, UserKind
from app.core.audit import record
from app.core.clock import now
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.extensions import db
from app.spaces.models import JoinRequest, Membership, Role, Space
from app.spaces.permissions import forget_memberships

STAY = timedelta(days=90)


def spaces_run_alone(user: User) -> list[Space]:
    """Return the living spaces that nobody but this person runs for good, by name."""
    mine, other = aliased(Membership), aliased(User)
    others = (
        select(func.count())
        .select_from(Membership)
        .join(other, other.id == Membership.user_id)
        .where(
            Membership.space_id == Space.id,
            Membership.user_id != user.id,
            Membership.role == Role.FACILITATOR,
            Membership.expires_at.is_(None),
            other.disabled_at.is_(None),
            other.kind == UserKind.MEMBER,
        )
        .correlate(Space)
        .scalar_subquery()
    )
    query = (
        select(Space)
        .join(mine, mine.space_id == Space.id)
        .where(mine.user_id == user.id, mine.role == Role.FACILITATOR, Space.deleted_at.is_(None), others == 0)
    )
    return list(db.session.scalars(query.order_by(Space.sort_key)))


def close_person(user: User, *, by: User | None, edit_version: int | None = None, orphans: bool = False) -> None:
    """Close an account at once. Call inside ``transaction()``.

    Raises DomainError when a space would have nobody left to run it, unless ``orphans`` says that this is meant.
    """
    hold_who_leaves(user)
    alone = spaces_run_alone(user)
    if alone and not orphans:
        raise DomainError(_alone_in(alone))
    close_account(user, by=by, edit_version=edit_version)


def become_guest(user: User, *, by: User | None, edit_version: int | None = None) -> None:
    """Make a guest of a member: only their present spaces stay, for 90 days, without running any of them.

    What they asked to enter is forgotten. Call inside ``transaction()``. Raises DomainError for an administrator, and
    for who runs a space alone.
    """
    hold_who_leaves(user)
    hold(user, edit_version)
    if user.is_guest:
        return
    if user.is_admin:
        raise DomainError(_l("Un administrateur ne peut pas devenir invité. Retirez-lui d'abord l'administration."))
    alone = spaces_run_alone(user)
    if alone:
        raise DomainError(_alone_in(alone))
    user.kind, user.is_referent, user.in_directory = UserKind.GUEST, False, False
    ran = []
    for place in db.session.scalars(select(Membership).where(Membership.user_id == user.id)):
        if place.role == Role.FACILITATOR:
            ran.append(place.space_id)
            place.role = Role.MEMBER
        if place.expires_at is None:
            place.expires_at, place.sponsor_id, place.warned_at = now() + STAY, by.id if by else None, None
    db.session.execute(delete(JoinRequest).where(JoinRequest.user_id == user.id))
    db.session.flush()
    forget_memberships(user)
    record("user.became_guest", by, user, ran=ran)


def _alone_in(spaces: list[Space]) -> object:
    names = ", ".join(_("« %(name)s »", name=one.name) for one in spaces)
    return _l("Plus personne n'animerait %(spaces)s. Confiez d'abord l'animation à un autre membre.", spaces=names)
