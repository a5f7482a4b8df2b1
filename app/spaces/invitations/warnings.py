"""Telling guests and those who answer for them, once, that an access ends soon."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.accounts.models import User
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.extensions import db
from app.spaces.models import Membership, Space
from app.spaces.permissions import can_moderate_space, takes_part
from app.spaces.queries import facilitators_of

#: How long before the end one is told; a stay of less than two weeks is announced half-way through.
NOTICE = timedelta(days=7)


@job("invitations.warn_guests", every=timedelta(hours=1))
def warn_guests(_payload: dict[str, Any]) -> None:
    """Warn of every end that comes soon and was not announced yet: a week before, half-way through a shorter stay.

    ``warned_at`` is written with the mails: a clock that jumps, or a second run, warns nobody twice. What has ended
    already is not announced.
    """
    for user_id in _guests_to_warn():
        with transaction():
            _warn(user_id)


def is_time_to_warn(place: Membership) -> bool:
    """Tell whether the end of a stay is near enough to be announced."""
    end = place.expires_at
    return end is not None and now() >= end - min(NOTICE, (end - place.created_at) / 2)


def _due() -> Any:
    """Return the query of the ends of the coming week; those of short stays may have to wait."""
    moment = now()
    soon = Membership.expires_at > moment, Membership.expires_at <= moment + NOTICE
    return select(Membership).where(*soon, Membership.warned_at.is_(None))


def _guests_to_warn() -> list[int]:
    open_accounts = _due().join(Membership.user).where(User.disabled_at.is_(None))
    return sorted({one.user_id for one in db.session.scalars(open_accounts) if is_time_to_warn(one)})


def _warn(user_id: int) -> None:
    """Mail one guest, and once each of those who may prolong their access. Call inside ``transaction()``."""
    query = _due().join(Membership.space).options(contains_eager(Membership.space)).where(Space.deleted_at.is_(None))
    places = list(db.session.scalars(query.where(Membership.user_id == user_id).order_by(Space.sort_key)))
    guest = db.session.get(User, user_id)
    if guest is None:
        return
    told: dict[User, list[Membership]] = defaultdict(list)
    for place in filter(is_time_to_warn, places):
        lock(place)
        place.warned_at = now()
        for reader in [guest, *_responsible(place)]:
            told[reader].append(place)
    for reader, theirs in told.items():
        _mail(reader, guest, theirs)


def _responsible(place: Membership) -> list[User]:
    """Return who answers for a guest, if they still take part in the space, and those who run it."""
    sponsor = place.sponsor
    present = sponsor is not None and sponsor.is_member and takes_part(sponsor, place.space)
    people = ([sponsor] if sponsor is not None and present else []) + facilitators_of(place.space)
    return list(dict.fromkeys(people))


def _mail(reader: User, guest: User, places: list[Membership]) -> None:
    mine, space = reader.id == guest.id, places[0].space
    endpoint = "space_invitations.invitations_page" if can_moderate_space(reader, space) else "spaces.space_page"
    subject = (
        _l("Votre accès prend bientôt fin") if mine else _l("L'accès de %(name)s prend bientôt fin", name=guest.name)
    )
    send(
        reader.email,
        subject,
        "guest_ending" if mine else "guest_ending_sponsor",
        language=reader.language,
        timezone=reader.timezone,
        guest=guest,
        places=places,
        link=address(endpoint, slug=space.slug, _anchor=None if endpoint == "spaces.space_page" else "invites"),
    )
