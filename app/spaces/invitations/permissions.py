"""Who may invite whom, into what. Asked when an invitation is written, and again when it is used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import and_, false

from app.accounts.models import Organisation, User, UserKind
from app.accounts.organisations.domains import organisation_of_address
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.spaces.models import Invitation, Role, Space
from app.spaces.permissions import (
    admits_freely,
    can_moderate_space,
    exists,
    facilitates,
    has_entered,
    is_active,
    is_open_to_members,
    runs_the_site,
)

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString


def refuse_archived(author: User, spaces: Iterable[Space]) -> None:
    """Say to those who run an archived space why nobody is let in. Raises DomainError."""
    for space in spaces:
        if space.archived_at is not None and can_moderate_space(author, space):
            raise DomainError(archived_sentence(space))


def archived_sentence(space: Space) -> LazyString:
    """Return why nobody enters an archived space, and what to do."""
    return _l(
        "L'espace « %(space)s » est archivé : personne n'y entre plus. Rouvrez-le d'abord dans ses réglages.",
        space=space.name,
    )


def is_administrator(author: User) -> bool:
    """Tell whether the person runs the site."""
    return author.is_admin and author.is_member


def is_referent(author: User) -> bool:
    """Tell whether the person may invite the colleagues of their organisation."""
    return author.is_referent and author.is_member and author.organisation_id is not None


refers_for_colleagues = Rule(
    "refers_for_colleagues",
    _l("la personne est référente de sa collectivité"),
    lambda person, _space: is_referent(person),
    lambda person: and_(exists.where(person)) if is_referent(person) else false(),
    otherwise=_l("la personne n'est pas référente de sa collectivité"),
)

can_invite_into = (exists & is_active & (facilitates | runs_the_site | has_entered)).called(
    _l("la personne invite dans l'espace"), _l("Inviter dans un espace")
)
can_send_colleagues_to = (exists & is_active & refers_for_colleagues & is_open_to_members & admits_freely).called(
    _l("la personne y fait venir ses collègues"), _l("Faire venir ses collègues dans un espace")
)


def can_open(author: User, space: Space, kind: str, role: str = Role.MEMBER) -> bool:
    """Tell whether an invitation of this person may open a space: to a member, a guest, or as a facilitator.

    A referent opens to colleagues what they could enter by themselves.
    """
    if can_invite_into(author, space):
        return role == Role.MEMBER or kind == UserKind.MEMBER
    return kind == UserKind.MEMBER and role == Role.MEMBER and can_send_colleagues_to(author, space)


def can_bring_in(author: User, email: str, organisation: Organisation | None, spaces: Iterable[Space] = ()) -> bool:
    """Tell whether the person may make a member of the network of whoever has this address, for this organisation.

    Administrators anyone; a referent only addresses whose domain their own organisation has declared, and who invites
    into one of ``spaces`` those of any member organisation: anybody can open an address elsewhere in any name.
    """
    if not author.is_member:
        return False
    if author.is_admin:
        return True
    home = organisation_of_address(email)
    if home is None or (organisation is not None and organisation.id != home.id):
        return False
    if is_referent(author) and home.id == author.organisation_id:
        return True
    return home.is_member and any(can_invite_into(author, space) for space in spaces)


def can_propose(author: User, email: str, organisation: Organisation | None) -> bool:
    """Tell whether a referent may invite a colleague whom administrators must then let in.

    So it is where the organisation has declared no domain by which an address could be recognised.
    """
    if not is_referent(author) or organisation is None or organisation.id != author.organisation_id:
        return False
    return not organisation.domains and organisation_of_address(email) is None


def owns(person: User, invitation: Invitation) -> bool:
    """Tell whether the whole invitation is this person's: they wrote it, or run the site or all its spaces."""
    if invitation.invited_by_id == person.id:
        return person.is_member
    places = [place.space for place in invitation.places]
    return all(can_moderate_space(person, space) for space in places) and (bool(places) or is_administrator(person))


def can_manage(person: User, invitation: Invitation) -> bool:
    """Tell whether the person may send an invitation again, and withdraw it or what is theirs of it."""
    return owns(person, invitation) or any(can_moderate_space(person, one.space) for one in invitation.places)


def can_make_member(author: User, guest: User) -> bool:
    """Tell whether the person may make a guest a member of the network: administrators, and their city's referent."""
    if is_administrator(author):
        return True
    return is_referent(author) and can_bring_in(author, guest.email, guest.organisation)
