"""Accepting an invitation: everything it still opens, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.accounts.models import User, UserKind
from app.accounts.operations import create_user
from app.accounts.queries import may_sign_in, normal_email, user_by_email
from app.accounts.sso.operations import link
from app.accounts.sso.proofs import Proof
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.sessions import hashed
from app.core.text import one_line
from app.extensions import db
from app.spaces.invitations.details import USUAL_STAY
from app.spaces.invitations.offers import home_of, offer_of
from app.spaces.invitations.permissions import can_invite_into
from app.spaces.invitations.queries import invitation_of_hash
from app.spaces.models import Invitation, InvitationSpace, Role, Space
from app.spaces.operations import add_member, membership_in
from app.spaces.permissions import forget_memberships, memberships_of

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Newcomer:
    """What somebody without an account says of themselves when they accept.

    Without a password they come in by ``proof``: what the provider of the single sign-on says of them.
    """

    name: str
    function: str
    password_hash: str | None
    language: str
    proof: Proof | None = None


@dataclass(frozen=True)
class Welcome:
    """What came of an acceptance: whose account, the spaces entered, and a sentence for each part that lapsed."""

    user: User
    spaces: list[Space]
    lapsed: list[LazyString]


def accept(secret: str, who: User | Newcomer) -> Welcome:
    """Accept an invitation as the account of its address, or as somebody new. Call inside ``transaction()``.

    What it opens is checked with the rights its author has now. Raises NotFoundError when the link is over (used,
    cancelled, too old, unknown), RefusedError for another account, DomainError when nothing of it is left.
    """
    return accept_by_hash(hashed(secret), who)


def accept_by_hash(secret_hash: str, who: User | Newcomer) -> Welcome:
    """Accept an invitation by the hash of its secret, which a session may keep. As ``accept``."""
    invitation = _held(secret_hash)
    account = user_by_email(invitation.email)
    if isinstance(who, User) and who.id != (account.id if account else None):
        raise RefusedError(_l("Cette invitation est pour une autre adresse."))
    if isinstance(who, Newcomer) and account is not None:
        raise DomainError(_l("Un compte existe déjà pour cette adresse : identifiez-vous pour accepter."))
    if account is not None and not may_sign_in(account):
        raise NotFoundError
    offer = offer_of(invitation, account)
    if offer.kind is None:
        raise DomainError(offer.lapsed[0])
    user = account or _created(invitation, offer.kind, who)
    if offer.kind == UserKind.MEMBER and user.is_guest and invitation.invited_by is not None:
        user.organisation = user.organisation or home_of(invitation)
        become_member(user, by=invitation.invited_by)
    for place in sorted(offer.places, key=lambda one: one.space_id):  # held in one order, whoever else enters
        _enter(user, place, invitation)
    invitation.accepted_at, invitation.accepted_by_id = now(), user.id
    entered = [one.id for one in offer.spaces]
    record("invitation.accepted", user, invitation, spaces=entered, lapsed=len(offer.lapsed))
    return Welcome(user, offer.spaces, offer.lapsed)


def _held(secret_hash: str) -> Invitation:
    """Return the invitation of a secret, held until the end of the transaction. Raises NotFoundError."""
    invitation = invitation_of_hash(secret_hash)
    if invitation is None:
        raise NotFoundError
    lock(invitation)
    if not invitation.is_open:
        raise NotFoundError
    return invitation


def is_proof_for(proof: Proof | None, invitation: Invitation) -> bool:
    """Tell whether what a provider says of somebody is of the address invited: it opens no other."""
    return proof is not None and normal_email(proof.email) == invitation.email


def _created(invitation: Invitation, kind: UserKind, who: User | Newcomer) -> User:
    if not isinstance(who, Newcomer) or not one_line(who.name):
        raise DomainError(_l("Indiquez votre nom."))
    if who.password_hash is None and not is_proof_for(who.proof, invitation):
        raise RefusedError(_l("Cette invitation est pour une autre adresse."))
    user = create_user(
        invitation.email,
        who.name,
        password_hash=who.password_hash,
        organisation=home_of(invitation),
        function=one_line(who.function),
        kind=kind,
        language=who.language,
        by=invitation.invited_by,
    )
    if who.proof is not None:
        link(user, who.proof.issuer, who.proof.subject)
    return user


def become_member(guest: User, *, by: User) -> None:
    """Make a member of the network of a guest; their places have no end any more where those who may invite wish it.

    They wish it who do this (``by``), and who proposed it. Call inside ``transaction()``; whether ``by`` may is asked
    by the caller.
    """
    guest.kind = UserKind.MEMBER
    for place in memberships_of(guest).values():
        if any(who is not None and can_invite_into(who, place.space) for who in (by, place.proposed_by)):
            place.expires_at = place.sponsor_id = place.warned_at = None
    db.session.flush()
    forget_memberships(guest)
    record("user.became_member", by, guest)


def _enter(user: User, place: InvitationSpace, invitation: Invitation) -> None:
    """Open one space; a place the person already has is never made shorter nor less."""
    until, role = _end_for(user, invitation), Role.MEMBER if user.is_guest else Role(place.role)
    found = membership_in(place.space, user)
    if found is not None and found.is_running:
        until = max(until, found.expires_at) if until and found.expires_at else None
        role = Role.FACILITATOR if found.role == Role.FACILITATOR and user.is_member else role
        until = None if role == Role.FACILITATOR else until
        if (role, until) == (found.role, found.expires_at):
            return
    author = invitation.invited_by
    sponsor = (invitation.sponsor or author) if until else None
    membership = add_member(place.space, user, role=role, expires_at=until, sponsor=sponsor, by=author)
    membership.purpose, membership.warned_at = invitation.purpose if until else "", None


def _end_for(user: User, invitation: Invitation) -> datetime | None:
    """Return when a place given by an invitation ends: never for a member, always for a guest."""
    if invitation.guest_until is not None:
        return invitation.guest_until
    return now() + USUAL_STAY if user.is_guest else None
