"""What spaces hold of a person, and how they forget them."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from app.accounts.events import AddressChanged
from app.accounts.models import User
from app.core.events import listen
from app.core.i18n import gettext as _
from app.core.slots import fill
from app.core.takeaway import ExportPart
from app.extensions import db
from app.spaces.archive.models import ArchiveImport, SpaceArchive
from app.spaces.importing.operations import forget_in_lists
from app.spaces.models import Invitation, JoinRequest, Membership, Role, Space, SpaceEntry
from app.spaces.operations import hold_spaces_run_by, is_last_facilitator
from app.spaces.permissions import can_see_space, forget_memberships


@fill("person.export", order=20)
def space_parts(user: User) -> list[ExportPart]:
    """Return the person's places in spaces, those they asked for, and the invitations they received."""
    places = db.session.scalars(select(Membership).where(Membership.user_id == user.id).order_by(Membership.id))
    asked = db.session.scalars(select(JoinRequest).where(JoinRequest.user_id == user.id).order_by(JoinRequest.id))
    invited = db.session.scalars(select(Invitation).where(Invitation.email == user.email).order_by(Invitation.id))
    return [
        ExportPart("spaces", _("Mes espaces"), [_place(user, one) for one in places]),
        ExportPart(
            "join_requests",
            _("Mes demandes d'accès"),
            [
                {_("Espace"): _name(user, one.space), _("Date"): one.created_at.isoformat(), _("Message"): one.message}
                for one in asked
            ],
        ),
        ExportPart(
            "invitations",
            _("Mes invitations"),
            [{_("Reçue le"): one.created_at.isoformat(), _("Mots d'accueil"): one.words} for one in invited],
        ),
    ]


def _name(user: User, space: Space) -> str:
    """Return the name of a space as long as the person may know of it: an access that has ended tells nothing more."""
    return space.name if can_see_space(user, space) else ""


def _place(user: User, one: Membership) -> dict[str, str]:
    return {
        _("Espace"): _name(user, one.space),
        _("Rôle"): _("Animation") if one.role == Role.FACILITATOR else _("Participation"),
        _("Depuis le"): one.created_at.isoformat(),
        _("Jusqu'au"): one.expires_at.isoformat() if one.expires_at else "",
        _("Objet"): one.purpose,
    }


@fill("person.hold")
def spaces_they_run(user: User) -> None:
    """Hold the spaces a person runs: two facilitators cannot each count on the other when both leave at once."""
    hold_spaces_run_by(user)


@fill("person.obstacles", order=20)
def spaces_without_another_facilitator(user: User) -> list[str]:
    """Return one sentence for each living space that would have nobody left to run it."""
    running = select(Space).join(Membership, Membership.space_id == Space.id)
    running = running.where(Membership.user_id == user.id, Membership.role == Role.FACILITATOR)
    living = running.where(Space.deleted_at.is_(None), Space.archived_at.is_(None)).order_by(Space.sort_key)
    alone = [one for one in db.session.scalars(living) if is_last_facilitator(one, user)]
    return [
        _("Personne d'autre n'anime l'espace « %(space)s ». Confiez-le d'abord à un autre membre.", space=one.name)
        for one in alone
    ]


@fill("person.erase", order=20)
def leave_spaces(user: User, _withdraw: bool) -> None:  # noqa: FBT001 - the slot's own form
    """End the places, requests, stays, invitations and rows of lists of a person; their guests have no sponsor now."""
    for model in (Membership, JoinRequest, SpaceEntry):
        db.session.execute(delete(model).where(model.user_id == user.id))
    for archives in (SpaceArchive, ArchiveImport):  # their bytes go with the sweep
        db.session.execute(delete(archives).where(archives.by_id == user.id))
    theirs = (Invitation.email == user.email) | (Invitation.accepted_by_id == user.id)
    db.session.execute(delete(Invitation).where(theirs))
    forget_in_lists(user.email)
    db.session.execute(update(Membership).where(Membership.sponsor_id == user.id).values(sponsor_id=None))
    forget_memberships(user)


@listen(AddressChanged)
def forget_former_address(event: AddressChanged) -> None:
    """Forget what waits at an address its owner gave up.

    Whoever reads it now may be another; and erasing the person later would not find it.
    """
    waiting = (Invitation.email == event.former) & Invitation.accepted_by_id.is_(None)
    db.session.execute(delete(Invitation).where(waiting))
    forget_in_lists(event.former)
