"""What is done with invitations: write, send again, cancel."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from app.accounts.models import User, UserKind
from app.accounts.queries import is_address, normal_email
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, RefusedError, TooManyError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import BULK, URGENT, enqueue
from app.core.sessions import hashed
from app.core.text import clean_text, one_line
from app.extensions import db
from app.spaces.invitations.details import LONGEST_WORDS, InvitationDetails, check_stay
from app.spaces.invitations.journal import RESENT, SENT
from app.spaces.invitations.offers import offer_of
from app.spaces.invitations.permissions import (
    can_bring_in,
    can_invite_into,
    can_open,
    can_propose,
    is_administrator,
    is_referent,
    owns,
    refuse_archived,
)
from app.spaces.invitations.queries import open_invitations, sent_today
from app.spaces.models import Invitation, InvitationSpace
from app.spaces.permissions import can_moderate_space, takes_part

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

LIFE = timedelta(days=14)
DAILY = 500
SECRET_BYTES = 32  # 256 bits
MAIL = "invitations.mail"
NOTHING_LEFT = _l(
    "Cette invitation n'ouvre plus rien : sa date de fin est passée, son espace n'existe plus, ou la personne qui l'a "
    "écrite n'invite plus. Écrivez-en une nouvelle."
)


def invite(by: User, details: InvitationDetails) -> Invitation:
    """Invite an address, by mail; an open invitation of the same person into the same spaces is replaced.

    Call inside ``transaction()``. The answer is the same whether the address has an account or not. Raises DomainError
    for what is badly said, RefusedError for what ``by`` may not give, TooManyError beyond what one sends in a day.
    """
    if not is_address(details.email):
        raise DomainError(_l("Cette adresse de courriel n'est pas valable."))
    _check_rights(by, details)
    if details.is_for_guest:
        _check_guest(by, details)
    if details.people_import is None or not is_administrator(by):
        _check_quota(by)
    invitation = _written(by, details)
    _replace(invitation, by)
    _send(invitation, BULK if details.people_import else URGENT)
    record(SENT, by, invitation, kind=str(details.kind), spaces=[one.id for one in details.spaces])
    return invitation


def _check_rights(by: User, details: InvitationDetails) -> None:
    """Refuse what the author may not give. Raises RefusedError; DomainError for a guest without a space, or oneself.

    Who runs a space invites any address as a member: whether somebody new also enters the network is asked when they
    accept, so that the answer tells nothing of who has an account.
    """
    if normal_email(details.email) == by.email:
        raise DomainError(_l("Cette adresse est la vôtre : on ne s'invite pas soi-même."))
    refuse_archived(by, details.spaces)
    if not all(can_open(by, space, details.kind, details.role) for space in details.spaces):
        raise RefusedError(_l("Vous n'invitez que dans les espaces que vous animez."))
    if details.is_for_guest:
        if not details.spaces:
            raise DomainError(_l("Un invité vient dans un espace au moins : choisissez lequel."))
    elif not (
        can_bring_in(by, details.email, details.organisation, details.spaces)
        or can_propose(by, details.email, details.organisation)
        or any(can_invite_into(by, space) for space in details.spaces)
    ):
        raise RefusedError(_why_no_colleague(by, details))


def _why_no_colleague(by: User, details: InvitationDetails) -> LazyString:
    """Return why the person does not invite this address into the network."""
    own = details.organisation if is_referent(by) else None
    if own is None or own.id != by.organisation_id or not own.domains:
        return _l("Vous n'invitez dans le réseau que des collègues de votre collectivité.")
    domains = ", ".join(f"@{one.domain}" for one in own.domains)
    return _l("Vous n'invitez que des adresses de votre collectivité : %(domains)s.", domains=domains)


def _check_guest(by: User, details: InvitationDetails) -> None:
    """Refuse a guest without end, or whose sponsor is not of the spaces. Raises DomainError."""
    check_stay(details.guest_until)
    sponsor = details.sponsor or by
    if sponsor.id != by.id and not (sponsor.is_member and all(takes_part(sponsor, one) for one in details.spaces)):
        raise DomainError(_l("Qui répond d'un invité participe aux mêmes espaces que lui."))


def _check_quota(by: User) -> None:
    if sent_today(by) >= DAILY:
        raise TooManyError(
            _l("Vous avez envoyé beaucoup d'invitations aujourd'hui. Envoyez les suivantes demain."),
            int(timedelta(hours=12).total_seconds()),
        )


def _written(by: User, details: InvitationDetails) -> Invitation:
    sponsor = details.sponsor or by
    guest = details.is_for_guest
    invitation = Invitation(
        email=normal_email(details.email),
        kind=UserKind(details.kind),
        name=one_line(details.name)[:120],
        function=one_line(details.function)[:160],
        organisation_id=details.organisation.id if details.organisation else None,
        language=details.language,
        words=clean_text(details.words)[:LONGEST_WORDS].strip(),
        purpose=one_line(details.purpose)[:300] if guest else "",
        guest_until=details.guest_until if guest else None,
        sponsor_id=sponsor.id if guest else None,
        invited_by_id=by.id,
        import_id=details.people_import.id if details.people_import else None,
        secret_hash=_unknown(),
        expires_at=now() + LIFE,
        places=[InvitationSpace(space_id=one.id, role=details.role) for one in details.spaces],
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation


def _unknown() -> str:
    """Return the hash of a secret nobody has: the link is made when the mail is."""
    return hashed(secrets.token_urlsafe(SECRET_BYTES))


def _replace(invitation: Invitation, by: User) -> None:
    """Cancel the author's older open invitations of this address that open nothing more than this one."""
    opened = {place.space_id for place in invitation.places}
    for older in open_invitations(invitation.email, by):
        same = older.id != invitation.id and older.kind == invitation.kind
        if same and {place.space_id for place in older.places} <= opened:
            older.cancelled_at = now()


def _send(invitation: Invitation, priority: int = URGENT) -> None:
    """Have the mail made in the background, with a secret of its own."""
    invitation.sent_at, invitation.secret_hash = None, _unknown()
    db.session.flush()
    enqueue(MAIL, {"id": invitation.id}, key=f"{MAIL}:{invitation.id}", priority=priority)


def send_again(by: User, invitation: Invitation) -> None:
    """Mail a new link for 14 days; the old one dies. Call inside ``transaction()``.

    Raises DomainError when the invitation was used or cancelled, opens archived spaces only, or nothing any more, and
    TooManyError as ``invite``. The answer is the same whether the address has an account or not.
    """
    lock(invitation)
    if invitation.accepted_at is not None or invitation.cancelled_at is not None:
        raise DomainError(_l("Cette invitation n'attend plus de réponse."))
    spaces = [place.space for place in invitation.places]
    if all(one.archived_at is not None for one in spaces):
        refuse_archived(by, spaces)
    offer = offer_of(invitation, None)
    if offer.is_empty and not offer.needs_approval:
        raise DomainError(NOTHING_LEFT)
    _check_quota(by)
    invitation.expires_at = now() + LIFE
    _send(invitation)
    record(RESENT, by, invitation)


def cancel(by: User, invitation: Invitation) -> None:
    """Close an invitation: its link opens nothing from now on. Cancelling twice is cancelling once.

    Call inside ``transaction()``. Raises DomainError when it has been accepted meanwhile.
    """
    lock(invitation)
    if invitation.accepted_at is not None:
        raise DomainError(_l("Cette personne a déjà accepté."))
    if invitation.cancelled_at is None:
        invitation.cancelled_at = now()
        record("invitation.cancelled", by, invitation)


def withdraw(by: User, invitation: Invitation) -> None:
    """Close an invitation for those whose it is; for others who run some of its spaces, take these spaces out of it.

    Call inside ``transaction()``. Raises as ``cancel``.
    """
    mine = [place for place in invitation.places if can_moderate_space(by, place.space)]
    if owns(by, invitation):
        cancel(by, invitation)
        return
    lock(invitation)
    for place in mine:
        invitation.places.remove(place)
    record("invitation.narrowed", by, invitation, spaces=[place.space_id for place in mine])
