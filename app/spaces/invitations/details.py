"""What an invitation says, before it is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app

from app.accounts.models import UserKind
from app.core.clock import now
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.spaces.models import Role

if TYPE_CHECKING:
    from app.accounts.models import Organisation, User
    from app.spaces.models import PeopleImport, Space

USUAL_STAY = timedelta(days=90)
LONGEST_STAY = timedelta(days=366)
LONGEST_WORDS = 2000


@dataclass(frozen=True)
class InvitationDetails:
    """Who is invited, as what, into which spaces and until when.

    ``kind`` is what the person becomes when they have no account; ``role`` is their part in ``spaces``. A guest has an
    end (``guest_until``), a reason (``purpose``) and somebody who answers for them (``sponsor``; the author if none).
    """

    email: str
    kind: str = UserKind.MEMBER
    spaces: tuple[Space, ...] = ()
    role: str = Role.MEMBER
    name: str = ""
    function: str = ""
    organisation: Organisation | None = None
    language: str = "fr"
    words: str = ""
    purpose: str = ""
    guest_until: datetime | None = None
    sponsor: User | None = None
    people_import: PeopleImport | None = None

    @property
    def is_for_guest(self) -> bool:
        """Whether the person is invited as a guest."""
        return self.kind == UserKind.GUEST


def end_of(day: date) -> datetime:
    """Return the last minute of a calendar day in the time zone of the site."""
    zone = ZoneInfo(current_app.config["SETTINGS"].timezone)
    try:
        return datetime.combine(day, time(23, 59), zone).astimezone(UTC)
    except OverflowError:  # the last day of the year 9999, west of Greenwich
        return datetime.max.replace(tzinfo=UTC)


def check_stay(until: datetime | None) -> datetime:
    """Return a guest's end. Raises DomainError unless it lies ahead, within a year."""
    if until is None:
        raise DomainError(_l("Indiquez jusqu'à quand l'invité aura accès."))
    if until <= now():
        raise DomainError(_l("La date de fin est passée. Choisissez un jour à venir."))
    if until > now() + LONGEST_STAY:
        raise DomainError(_l("Un invité a accès pendant un an au plus. Choisissez une date plus proche."))
    return until
