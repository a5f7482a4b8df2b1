"""Moving what a space holds into another: which spaces may receive it, and who will stop or begin to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.accounts.models import User, UserKind
from app.core.errors import DomainError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.extensions import db
from app.spaces.models import Audience, Membership, Space, Visibility
from app.spaces.permissions import can_moderate_space, can_write_in_space
from app.spaces.queries import is_present, writable_spaces


@dataclass(frozen=True)
class Readers:
    """Who reads a thing: those who stop, and those who begin, when it moves."""

    leaving: int
    coming: int

    @property
    def sentences(self) -> list[str]:
        """What is said before the move."""
        said = []
        if self.leaving:
            said.append(
                ngettext(
                    "%(num)s personne ne pourra plus la lire.",
                    "%(num)s personnes ne pourront plus la lire.",
                    self.leaving,
                )
            )
        if self.coming:
            said.append(
                ngettext(
                    "%(num)s personne de plus pourra la lire.",
                    "%(num)s personnes de plus pourront la lire.",
                    self.coming,
                )
            )
        return said


def targets_for(person: User, thing: Any, section: str) -> list[Space]:
    """Return the other spaces in which a person writes and that show the section: there they may move a thing."""
    return [one for one in writable_spaces(person) if one.id != thing.space_id and one.shows(section)]


def check_move(person: User, thing: Any, target: Space, section: str) -> None:
    """Refuse a move the person may not make. Raises RefusedError or DomainError."""
    can_moderate_space.require(person, thing.space)
    can_write_in_space.require(person, target)
    if not target.shows(section):
        raise RefusedError
    if target.id == thing.space_id:
        raise DomainError(_l("C'est déjà son espace : choisissez-en un autre."))


def audience_after(thing: Any, audience: str) -> str:
    """Return who will read a moved thing: those who read its new space, or still the network when that is kept."""
    kept = thing.audience == Audience.NETWORK and audience == Audience.NETWORK
    return Audience.NETWORK if kept else Audience.SPACE


def change_of_readers(thing: Any, target: Space, audience: str) -> Readers:
    """Return how many people stop and begin to read a thing when it moves; four statements at most."""
    before = _readers(thing.space, thing.audience)
    after = _readers(target, audience_after(thing, audience))
    return Readers(len(before - after), len(after - before))


def _readers(space: Space, audience: str) -> set[int]:
    inside = select(Membership.user_id).join(User, User.id == Membership.user_id)
    people = set(db.session.scalars(inside.where(Membership.space_id == space.id, is_present())))
    if audience == Audience.NETWORK or space.visibility == Visibility.OPEN:
        members = select(User.id).where(User.kind == UserKind.MEMBER, User.disabled_at.is_(None))
        people |= set(db.session.scalars(members))
    return people


@dataclass(frozen=True)
class Move:
    """A move being prepared: where it may go, where it would go, what that means. ``target`` is None until chosen."""

    targets: list[Space]
    target: Space | None
    audience: str
    offers_network: bool
    readers: Readers | None

    @property
    def sentences(self) -> list[str]:
        """What is said before the move."""
        if self.readers is None:
            return []
        return self.readers.sentences or [str(_l("Les mêmes personnes continueront de la lire."))]


def prepare_move(person: User, thing: Any, section: str, slug: str, audience: str) -> Move:
    """Return the move a person is preparing; a space they may not move it to is not chosen."""
    targets = targets_for(person, thing, section)
    target = next((one for one in targets if one.slug == slug), None)
    audience = Audience.NETWORK.value if audience == Audience.NETWORK else Audience.SPACE.value
    readers = change_of_readers(thing, target, audience) if target is not None else None
    return Move(targets, target, audience, thing.audience == Audience.NETWORK, readers)
