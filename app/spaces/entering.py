"""An administrator enters a space that is not theirs: with a reason, until a moment, told to those who run it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, RefusedError
from app.core.events import announce
from app.core.i18n import format_until
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.core.text import one_line
from app.extensions import db
from app.spaces.events import AdministratorEntered
from app.spaces.models import Space, SpaceEntry, Visibility
from app.spaces.permissions import entries_of, forget_memberships, takes_part
from app.spaces.queries import facilitators_of, members_of

SHORTEST_REASON = 15
LONGEST_REASON = 600
LONGEST_STAY = timedelta(hours=8)
SHOWN_STAYS = 20


def reason_to_stay_out(admin: User, space: Space) -> str | None:
    """Return why an administrator does not enter a space, in a sentence; None when they may."""
    stay = entries_of(admin).get(space.id)
    if space.deleted_at is not None:
        return _("Cet espace est supprimé : on n'y entre plus.")
    if space.visibility == Visibility.OPEN:
        return _("Cet espace est ouvert : vous le lisez et le modérez déjà.")
    if takes_part(admin, space):
        return _("Vous participez à cet espace : vous le lisez déjà.")
    if stay is not None:
        return _("Vous êtes déjà entré dans cet espace, jusqu'à %(end)s.", end=format_until(stay.ends_at))
    return None


def enter_space(admin: User, space: Space, reason: str, until: datetime) -> SpaceEntry:
    """Let an administrator into a space not theirs until a moment. Call inside ``transaction()``.

    They read and moderate there, and write nothing. Those who run the space are told by mail; when nobody does, its
    members are. Raises RefusedError for anybody else, DomainError for a reason too short, a stay too long, or a space
    where there is nothing to enter.
    """
    if not (admin.is_admin and admin.is_member):
        raise RefusedError
    lock(space)
    refusal = reason_to_stay_out(admin, space)
    if refusal is not None:
        raise DomainError(refusal)
    reason = one_line(reason)[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        raise DomainError(_l("Dites en une phrase pourquoi vous entrez : quinze caractères au moins."))
    if not now() < until <= now() + LONGEST_STAY:
        raise DomainError(_l("On n'entre dans un espace que pour huit heures au plus."))
    stay = SpaceEntry(space_id=space.id, user_id=admin.id, reason=reason, ends_at=until)
    db.session.add(stay)
    db.session.flush()
    forget_memberships(admin)
    record("space.entered", admin, space, reason=reason, until=until.isoformat())
    announce(AdministratorEntered(space.id, admin.id, until))
    _tell(space, stay)
    return stay


def _tell(space: Space, stay: SpaceEntry) -> None:
    """Mail the entry to those who run the space, or to its members. The subject names no space."""
    link = address("spaces.members_page", slug=space.slug)
    for reader in facilitators_of(space) or members_of(space):
        subject = _l("L'administration du réseau entre dans un espace auquel vous participez")
        send(
            reader.email,
            subject,
            "space_entered",
            language=reader.language,
            timezone=reader.timezone,
            user=reader,
            admin=stay.user,
            space=space,
            reason=stay.reason,
            until=stay.ends_at,
            link=link,
        )


def leave_entered_space(admin: User, space: Space) -> bool:
    """End an administrator's stay at once; tell whether there was one. Call inside ``transaction()``."""
    lock(space)
    stay = entries_of(admin).get(space.id)
    if stay is None:
        return False
    stay.ends_at = now()
    forget_memberships(admin)
    record("space.entry_ended", admin, space)
    return True


def stays_of(admin: User) -> list[SpaceEntry]:
    """Return the running stays of an administrator, the first to end first."""
    return sorted(entries_of(admin).values(), key=lambda stay: (stay.ends_at, stay.id))


def stays_in(space: Space) -> Sequence[SpaceEntry]:
    """Return the last stays of administrators in a space, newest first, with the person loaded."""
    query = select(SpaceEntry).where(SpaceEntry.space_id == space.id).options(joinedload(SpaceEntry.user))
    return db.session.scalars(
        query.order_by(SpaceEntry.started_at.desc(), SpaceEntry.id.desc()).limit(SHOWN_STAYS)
    ).all()
