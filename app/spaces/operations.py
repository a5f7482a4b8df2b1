"""What is done with spaces: create, join, leave, add and remove people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock
from app.core.errors import DomainError
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.core.text import clean_text, one_line, render_markdown, slugify
from app.extensions import db
from app.spaces.events import MemberJoined, MemberLeft, SpaceCreated
from app.spaces.models import JoinPolicy, JoinRequest, Membership, Role, Space, Visibility
from app.spaces.permissions import can_join_space, forget_memberships, takes_part
from app.spaces.queries import facilitators_of

RESERVED_SLUGS = {"nouveau", "apercu"}


def free_slug(name: str) -> str:
    """Return the slug of a new space: a taken one gets ``-2`` in silence, whoever took it, even a private space."""
    slug = slugify(name)
    taken = set(db.session.scalars(select(Space.slug).where(Space.slug.startswith(slug, autoescape=True))))
    taken |= RESERVED_SLUGS
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free


@dataclass(frozen=True)
class SpaceDetails:
    """What is said of a space. ``purpose`` and ``welcome`` are Markdown, rendered before any transaction."""

    name: str
    short_name: str = ""
    summary: str = ""
    purpose: str = ""
    partner: str = ""
    welcome: str = ""
    visibility: str = Visibility.OPEN
    join_policy: str = JoinPolicy.FREE
    purpose_html: str = ""
    welcome_html: str = ""

    @classmethod
    def of(cls, **given: Any) -> SpaceDetails:
        """Return details with their Markdown rendered."""
        htmls = {f"{name}_html": render_markdown(given.get(name) or "") for name in ("purpose", "welcome")}
        return cls(**given, **htmls)


def write_details(space: Space, details: SpaceDetails) -> None:
    """Give a space its words and its two settings, cleaned and cut to what may be stored.

    Raises DomainError when the name is empty, or when a private space would let people in by themselves.
    """
    if not one_line(details.name):
        raise DomainError(_l("Donnez un nom à l'espace."))
    if details.visibility == Visibility.PRIVATE and details.join_policy != JoinPolicy.INVITATION:
        raise DomainError(_l("On n'entre dans un espace privé que sur invitation."))
    space.name, space.short_name = details.name, one_line(details.short_name)[:60]
    space.summary, space.partner = one_line(details.summary)[:400], one_line(details.partner)[:200]
    space.purpose, space.purpose_html = clean_text(details.purpose), details.purpose_html
    space.welcome, space.welcome_html = clean_text(details.welcome), details.welcome_html
    space.visibility, space.join_policy = details.visibility, details.join_policy


def found_space(details: SpaceDetails, *, facilitator: User | None = None, by: User | None = None) -> Space:
    """Create a space, run by ``facilitator`` when there is one. Call inside ``transaction()``.

    Raises DomainError as ``write_details`` does, and for a guest as facilitator.
    """
    space = Space(slug=free_slug(details.name))
    write_details(space, details)
    db.session.add(space)
    db.session.flush()
    settings = {"visibility": str(space.visibility), "join_policy": str(space.join_policy)}
    record("space.created", by, space, **settings)
    announce(SpaceCreated(space.id, by.id if by else None))
    if facilitator is not None:
        add_member(space, facilitator, role=Role.FACILITATOR, by=by)
    return space


def create_space(name: str, *, facilitator: User | None = None, by: User | None = None, **more: Any) -> Space:
    """Create a space from a name and any other of the ``SpaceDetails``. Raises as ``found_space``."""
    return found_space(SpaceDetails.of(name=name, **more), facilitator=facilitator, by=by)


def membership_in(space: Space, user: User) -> Membership | None:
    """Return the membership of a person in a space, running or not."""
    query = select(Membership).where(Membership.space_id == space.id, Membership.user_id == user.id)
    return db.session.scalar(query)


def add_member(
    space: Space,
    user: User,
    *,
    role: str = Role.MEMBER,
    expires_at: datetime | None = None,
    sponsor: User | None = None,
    by: User | None = None,
) -> Membership:
    """Let a person take part in a space, or change how they do. Call inside ``transaction()``.

    ``expires_at`` is the moment their access ends, None for never; ``sponsor`` answers for a guest. An open request of
    theirs is settled. Raises DomainError for a guest, a closed account or an end as facilitator, or when the last
    facilitator would lose the role.
    """
    lock(space)
    if role == Role.FACILITATOR:
        hold_new_facilitator(user)
        if expires_at is not None:
            raise DomainError(_l("Qui anime un espace y participe sans date de fin."))
    found = membership_in(space, user)
    came_in = found is None or not found.is_running
    was = found.role if found is not None else role
    if found is None:
        found = Membership(space_id=space.id, user_id=user.id)
        db.session.add(found)
    elif role != Role.FACILITATOR:
        keep_a_facilitator(space, user)
    found.role, found.expires_at = role, expires_at
    found.sponsor_id = sponsor.id if sponsor else None
    _settle_request(space, user)
    db.session.flush()
    forget_memberships(user)
    until = expires_at.isoformat() if expires_at else None
    told = str(role) if was == role else [str(was), str(role)]
    record("space.member_added", by, space, user_id=user.id, role=told, expires_at=until)
    if came_in:
        announce(MemberJoined(space.id, user.id, by.id if by else None))
    return found


def _settle_request(space: Space, user: User) -> None:
    db.session.execute(delete(JoinRequest).where(JoinRequest.space_id == space.id, JoinRequest.user_id == user.id))


def hold_new_facilitator(user: User) -> None:
    """Hold, after the space, who is about to run it: an account being closed meanwhile counts as closed.

    Raises DomainError for a guest and for a closed account.
    """
    lock(user)
    if user.is_guest:
        raise DomainError(_l("Un invité ne peut pas animer un espace."))
    if not user.is_active:
        raise DomainError(_l("Ce compte est fermé. Ouvrez-le d'abord."))


def hold_spaces_run_by(user: User) -> None:
    """Hold the spaces a person runs until the transaction ends, always in the same order."""
    theirs = select(Membership.space_id).where(Membership.user_id == user.id, Membership.role == Role.FACILITATOR)
    held = select(Space).where(Space.id.in_(theirs)).order_by(Space.id).with_for_update(of=Space)
    db.session.scalars(held.execution_options(populate_existing=True)).all()


def is_last_facilitator(space: Space, user: User) -> bool:
    """Tell whether nobody would run a space without this person; who only stays until a day does not count."""
    running = any(one.id == user.id for one in facilitators_of(space))
    return running and all(one.id == user.id for one in facilitators_of(space, lasting=True))


def keep_a_facilitator(space: Space, user: User) -> None:
    """Refuse that the only person who runs a space stops doing so; the space must be held. Raises DomainError."""
    if is_last_facilitator(space, user):
        raise DomainError(
            _l("L'espace n'aurait plus personne pour l'animer. Confiez d'abord l'animation à un autre membre.")
        )


def keep_oneself_out(space: Space, user: User, by: User | None) -> None:
    """Refuse that who has only entered a closed space, for a time, takes part in it by their own hand.

    Raises DomainError.
    """
    if by is not None and by.id == user.id and space.visibility != Visibility.OPEN and not takes_part(by, space):
        raise DomainError(_l("On n'entre pas ainsi dans un espace fermé : c'est à une autre personne de vous ouvrir."))


def join(person: User, space: Space) -> Membership:
    """Enter a space that lets people in by themselves. Entering twice is entering once.

    Raises DomainError when the space does not let this person in freely.
    """
    lock(space)
    found = membership_in(space, person)
    if found is not None and found.is_running:
        return found
    if not can_join_space(person, space):
        raise DomainError(_l("On n'entre pas librement dans cet espace."))
    return add_member(space, person, by=person)


def leave(person: User, space: Space) -> None:
    """Stop taking part in a space; what the person wrote and shared stays. Leaving twice is leaving once.

    Raises DomainError for the last facilitator.
    """
    lock(space)
    _end_membership(space, person, by=person, action="space.left")


def remove_member(space: Space, user: User, *, by: User | None = None) -> None:
    """Take a person out of a space, from the next request on. Raises DomainError for the last facilitator."""
    lock(space)
    _end_membership(space, user, by=by, action="space.member_removed")


def _end_membership(space: Space, user: User, *, by: User | None, action: str) -> None:
    found = membership_in(space, user)
    if found is None:
        return
    keep_a_facilitator(space, user)
    db.session.delete(found)
    db.session.flush()
    forget_memberships(user)
    record(action, by, space, user_id=user.id)
    announce(MemberLeft(space.id, user.id, by.id if by else None))
