"""What an invitation still opens at this minute, with the rights its author has now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.accounts.models import User, UserKind
from app.accounts.organisations.domains import organisation_of_address
from app.core.clock import now
from app.core.i18n import lazy_gettext as _l
from app.spaces.invitations.permissions import can_bring_in, can_open, can_propose
from app.spaces.models import Invitation, InvitationSpace, Role, Space

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

    from app.accounts.models import Organisation

AUTHOR_GONE = _l("La personne qui vous a invité n'a plus de compte dans le réseau.")
OWN = _l("Cette invitation est de vous : on ne s'invite pas soi-même.")
TOO_LATE = _l("La date jusqu'à laquelle vous étiez invité est passée.")
SPACE_GONE = _l("Un espace de cette invitation n'existe plus.")
SPACE_ARCHIVED = _l("Un espace de cette invitation est archivé : on n'y entre plus.")
SPACE_REFUSED = _l("La personne qui vous a invité ne peut plus ouvrir l'un des espaces.")
AUTHOR_REFUSED = _l("La personne qui vous a invité ne peut plus vous faire entrer dans le réseau.")
NOT_RECOGNISED = _l("Votre adresse n'est pas encore celle d'un membre du réseau.")


@dataclass(frozen=True)
class Offer:
    """What may be accepted now. ``kind`` is what the person is afterwards, None when they may not come in at all.

    ``lapsed`` says, a sentence each, what the invitation no longer opens. ``needs_approval``: somebody of the network
    must first let this new person in; the invitation keeps waiting meanwhile, and ``places`` are those that would open.
    """

    kind: UserKind | None
    places: list[InvitationSpace] = field(default_factory=list)
    lapsed: list[LazyString] = field(default_factory=list)
    needs_approval: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to accept."""
        return self.kind is None

    @property
    def spaces(self) -> list[Space]:
        """The spaces that open."""
        return [place.space for place in self.places]


def offer_of(invitation: Invitation, account: User | None) -> Offer:
    """Return what an invitation opens now, to the account of its address or to somebody new (None)."""
    author = invitation.invited_by
    if author is None or not author.is_member:
        return Offer(None, lapsed=[AUTHOR_GONE])
    is_own = account is not None and account.id == author.id
    if is_own or (invitation.guest_until is not None and invitation.guest_until <= now()):
        return Offer(None, lapsed=[OWN if is_own else TOO_LATE])
    kind = _becomes(invitation, author, account)
    problems = [
        (place, _problem(author, place, invitation.kind, kind or UserKind.MEMBER)) for place in invitation.places
    ]
    places = [place for place, problem in problems if problem is None]
    lapsed = [problem for _place, problem in problems if problem is not None]
    if kind is None:
        waits = bool(places) or can_propose(author, invitation.email, invitation.organisation)
        return Offer(None, places, [NOT_RECOGNISED] if waits else lapsed or [AUTHOR_REFUSED], needs_approval=waits)
    if kind == UserKind.GUEST and not places:
        return Offer(None, lapsed=lapsed or [AUTHOR_REFUSED])
    if account is not None and account.is_member and lapsed and not places:
        return Offer(None, lapsed=lapsed)
    return Offer(kind, places, lapsed)


def _becomes(invitation: Invitation, author: User, account: User | None) -> UserKind | None:
    """Return what the person is once they have accepted; None for somebody new whom the author may not bring in."""
    if account is not None and account.is_member:
        return UserKind.MEMBER
    if invitation.kind == UserKind.GUEST:
        return UserKind.GUEST
    if can_bring_in(author, invitation.email, invitation.organisation, [place.space for place in invitation.places]):
        return UserKind.MEMBER
    return None if account is None else UserKind.GUEST


def _problem(author: User, place: InvitationSpace, invited_as: str, kind: UserKind) -> LazyString | None:
    """Return why a space does not open, None when it does."""
    space = place.space
    if space.deleted_at is not None:
        return SPACE_GONE
    if space.archived_at is not None:
        return SPACE_ARCHIVED
    comes_as = UserKind.GUEST if UserKind.GUEST in (invited_as, kind) else UserKind.MEMBER
    role = Role.MEMBER if comes_as == UserKind.GUEST else place.role
    return None if can_open(author, space, comes_as, role) else SPACE_REFUSED


def home_of(invitation: Invitation) -> Organisation | None:
    """Return the organisation of whoever accepts: the one named, or for a member the one whose domain it is."""
    if invitation.organisation is not None or invitation.kind == UserKind.GUEST:
        return invitation.organisation
    return organisation_of_address(invitation.email)
