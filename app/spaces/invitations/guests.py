"""The lives of guests in a space: until when, who answers for them, and how it ends or goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from app.accounts.models import User, UserKind
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, RefusedError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.extensions import db
from app.spaces.invitations.accepting import become_member
from app.spaces.invitations.details import check_stay
from app.spaces.invitations.permissions import can_invite_into, can_make_member, refuse_archived
from app.spaces.models import Membership, Space
from app.spaces.operations import add_member, membership_in, remove_member
from app.spaces.permissions import can_moderate_space, forget_memberships

REMEMBERED = timedelta(days=90)


def guests_of(space: Space) -> list[Membership]:
    """Return the guests of a space, and its members with an end, by end; those gone lately too, for they may return."""
    timed = or_(User.kind == UserKind.GUEST, Membership.expires_at.is_not(None))
    lately = or_(Membership.expires_at.is_(None), Membership.expires_at > now() - REMEMBERED)
    query = (
        select(Membership)
        .join(Membership.user)
        .outerjoin(User.organisation)
        .options(contains_eager(Membership.user).contains_eager(User.organisation))
        .where(Membership.space_id == space.id, User.disabled_at.is_(None), timed, lately)
        .order_by(Membership.expires_at, User.sort_key)
    )
    return list(db.session.scalars(query))


def extend(by: User, space: Space, guest: User, until: datetime | None, *, everywhere: bool = False) -> list[Space]:
    """Let a guest stay longer, or come back; return the spaces concerned. Call inside ``transaction()``.

    ``everywhere``: also in the other spaces ``by`` runs where they have an end. Raises RefusedError for who may not
    invite there, DomainError for a day gone by, more than a year away, a person without an end, or an archived space.
    """
    refuse_archived(by, [space])
    can_invite_into.require(by, space)
    until = check_stay(until)
    lock(space)
    found = membership_in(space, guest)
    if found is None or found.expires_at is None:
        raise DomainError(_l("Cette personne n'a pas de date de fin dans cet espace."))
    places = [found]
    if everywhere:
        others = Membership.user_id == guest.id, Membership.space_id != space.id, Membership.expires_at.is_not(None)
        elsewhere = db.session.scalars(select(Membership).where(*others))
        places += [one for one in elsewhere if can_invite_into(by, one.space) and (one.expires_at or until) < until]
    for place in places:
        place.expires_at, place.warned_at = until, None
        record("guest.extended", by, place.space, user_id=guest.id, until=until.isoformat())
    db.session.flush()
    forget_memberships(guest)
    return [place.space for place in places]


def settle(by: User, space: Space, member: User) -> None:
    """Let a member of the network who came until a date stay for good. Call inside ``transaction()``.

    Raises RefusedError for who may not invite there, DomainError for a guest, who always has an end, and in an
    archived space.
    """
    refuse_archived(by, [space])
    can_invite_into.require(by, space)
    lock(member)
    found = membership_in(space, member)
    if found is None or member.is_guest:
        raise DomainError(_l("Un invité vient jusqu'à une date. Faites-en d'abord un membre du réseau."))
    if found.expires_at is not None:
        add_member(space, member, role=found.role, by=by)


def end_stay(by: User, space: Space, guest: User) -> None:
    """Take a guest out now; what they wrote stays. Raises RefusedError. Call inside ``transaction()``."""
    can_moderate_space.require(by, space)
    remove_member(space, guest, by=by)


def make_member(by: User, guest: User) -> bool:
    """Make a member of the network of a guest, or ask those who may; tell whether it is done.

    Call inside ``transaction()``. Asking is open to those who run a space of the guest's; asking twice tells nobody a
    second time. Raises RefusedError.
    """
    lock(guest)
    if guest.is_member:
        return True
    if can_make_member(by, guest):
        become_member(guest, by=by)
        return True
    places = db.session.scalars(select(Membership).where(Membership.user_id == guest.id))
    mine = [one for one in places if can_moderate_space(by, one.space)]
    if not mine:
        raise RefusedError
    if not all(one.proposed_by_id for one in mine):
        record("guest.membership_asked", by, guest)
        _ask_administrators(by, guest)
    for one in mine:
        one.proposed_by_id = by.id
    return False


def _ask_administrators(by: User, guest: User) -> None:
    """Mail those who run the site that a guest is proposed as a member; no space is named."""
    admins = select(User).where(User.is_admin, User.kind == UserKind.MEMBER, User.disabled_at.is_(None))
    people: list[Any] = list(db.session.scalars(admins))
    contact = current_app.config["SETTINGS"].contact
    for email, language in [(one.email, one.language) for one in people] or [(contact, "fr")]:
        with force_locale(language):
            subject = _("%(name)s propose de faire entrer %(guest)s dans le réseau", name=by.name, guest=guest.name)
        link = address("inviting.guest_page", public_id=guest.public_id)
        send(email, subject, "guest_proposed", language=language, by=by, guest=guest, link=link)
