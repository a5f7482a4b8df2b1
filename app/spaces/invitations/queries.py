"""What is asked about invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import selectinload

from app.accounts.models import Organisation, User, UserKind
from app.accounts.queries import holds
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.errors import NotFoundError
from app.core.i18n import ngettext
from app.core.paging import Page, paginate
from app.core.sessions import hashed
from app.core.slots import fill
from app.extensions import db
from app.spaces.invitations.journal import RESENT, SENT
from app.spaces.invitations.permissions import can_invite_into, can_manage, can_send_colleagues_to, is_administrator
from app.spaces.models import Invitation, InvitationSpace, Membership, Space
from app.spaces.permissions import can_moderate_space
from app.spaces.queries import is_present

PER_PAGE = 50
MOST_SPONSORS = 500
SHOWN = timedelta(days=60)


def invitation_of(secret: str) -> Invitation | None:
    """Return the invitation whose link can still be used; reading it does not use it up."""
    return invitation_of_hash(hashed(secret))


def invitation_of_hash(secret_hash: str) -> Invitation | None:
    """Return the invitation that can still be used by the hash of its secret, which a session may keep."""
    found: Invitation | None = db.session.scalar(select(Invitation).where(Invitation.secret_hash == secret_hash))
    return found if found is not None and found.is_open else None


def sent_today(author: User) -> int:
    """Return how many invitations a person has sent, for the first time or again, in the last 24 hours.

    A list that an administrator brought in has no limit, and does not use up what they send otherwise.
    """
    theirs = AuditEntry.person_id == author.id, AuditEntry.action.in_((SENT, RESENT))
    query = select(func.count()).select_from(AuditEntry).where(*theirs, AuditEntry.at > now() - timedelta(days=1))
    if is_administrator(author):
        of_lists = select(Invitation.id).where(Invitation.import_id.is_not(None))
        query = query.where(or_(AuditEntry.action == RESENT, AuditEntry.subject_id.not_in(of_lists)))
    return db.session.scalar(query) or 0


def open_invitations(email: str, author: User) -> list[Invitation]:
    """Return the invitations of this person to an address that wait for an answer."""
    waiting = Invitation.accepted_at.is_(None), Invitation.cancelled_at.is_(None), Invitation.expires_at > now()
    query = select(Invitation).where(Invitation.email == email, Invitation.invited_by_id == author.id, *waiting)
    return list(db.session.scalars(query))


def _listed() -> Select[Any]:
    """Return the query of the invitations worth showing: those that wait, and those of the last two months."""
    lately = Invitation.cancelled_at.is_(None), Invitation.expires_at > now() - SHOWN
    people = selectinload(Invitation.invited_by), selectinload(Invitation.organisation)
    places = selectinload(Invitation.places).selectinload(InvitationSpace.space)
    waiting_first = Invitation.accepted_at.is_not(None), Invitation.created_at.desc(), Invitation.id.desc()
    return select(Invitation).where(*lately).options(*people, places).order_by(*waiting_first)


def _called(words: str) -> ColumnElement[bool]:
    """Return the condition that an invitation answers to words, each in its address or its name; all do to none."""
    return holds(words, Invitation.sort_key, Invitation.email) if words else true()


def invitations_into(space: Space, number: int, words: str = "") -> Page[Invitation]:
    """Return one page of the invitations into a space that answer words, those that wait first."""
    into = select(InvitationSpace.invitation_id).where(InvitationSpace.space_id == space.id)
    return paginate(_listed().where(Invitation.id.in_(into), _called(words)), number, PER_PAGE)


def invitations_by(author: User, number: int, words: str = "") -> Page[Invitation]:
    """Return one page of the invitations a person has written; for an administrator, of all those into the network.

    What others sent into a space stays theirs: the page of the space shows it.
    """
    mine: ColumnElement[bool] = Invitation.invited_by_id == author.id
    if is_administrator(author):
        mine = or_(mine, ~Invitation.places.any())
    return paginate(_listed().where(mine, _called(words)), number, PER_PAGE)


def invitations_naming(place: Organisation, reader: User) -> list[Invitation]:
    """Return the invitations that wait for an answer and name an organisation, those this person finds on a page.

    They are theirs, into spaces they run, or for an administrator into the network: nobody hears of the others.
    """
    run = select(Space.id).where(can_moderate_space.where(reader))
    known = or_(Invitation.invited_by_id == reader.id, Invitation.places.any(InvitationSpace.space_id.in_(run)))
    if is_administrator(reader):
        known = or_(known, ~Invitation.places.any())
    alive = Invitation.guest_until.is_(None) | (Invitation.guest_until > now())
    waiting = Invitation.accepted_at.is_(None), Invitation.cancelled_at.is_(None), Invitation.expires_at > now(), alive
    query = select(Invitation).where(Invitation.organisation_id == place.id, known, *waiting)
    places = selectinload(Invitation.places).selectinload(InvitationSpace.space)
    return list(db.session.scalars(query.options(places).order_by(Invitation.created_at, Invitation.id)))


@fill("organisation.obstacles")
def invitations_that_wait(place: Organisation, by: User | None) -> list[str]:
    """Say that invitations name an organisation: whoever accepts one would come from nowhere once it is deleted."""
    number = len(invitations_naming(place, by)) if by is not None else 0
    sentence = ngettext(
        "%(num)s invitation au nom de cette collectivité attend une réponse. Attendez-la, ou annulez l'invitation.",
        "%(num)s invitations au nom de cette collectivité attendent une réponse. Attendez-les, ou annulez-les.",
        number,
    )
    return [sentence] if number else []


def invitation_for(person: User, public_id: str) -> Invitation:
    """Return an invitation this person may manage. Raises NotFoundError for any other."""
    found: Invitation | None = db.session.scalar(select(Invitation).where(Invitation.public_id == public_id))
    if found is None or not can_manage(person, found):
        raise NotFoundError
    return found


def inviting_spaces(person: User) -> list[Space]:
    """Return the spaces into which a person invites whom they like, by name."""
    return list(
        db.session.scalars(select(Space).where(can_invite_into.where(person)).order_by(Space.sort_key, Space.id))
    )


def spaces_for_colleagues(person: User) -> list[Space]:
    """Return the spaces a referent may open to colleagues, by name."""
    free = select(Space).where(can_send_colleagues_to.where(person)).order_by(Space.sort_key, Space.id)
    return list(db.session.scalars(free))


def sponsors_in(space: Space) -> list[User]:
    """Return the members of the network who take part in a space, by name: those who may answer for its guests."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.space_id == space.id, User.kind == UserKind.MEMBER, is_present())
        .order_by(User.sort_key, User.id)
    )
    return list(db.session.scalars(query.limit(MOST_SPONSORS)))
