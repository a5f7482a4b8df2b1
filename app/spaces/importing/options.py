"""What is decided once for a whole table: as what people come in, where, until when, with which words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import select

from app.accounts.models import Organisation, User, UserKind
from app.core.clock import now
from app.extensions import db
from app.spaces.invitations.details import USUAL_STAY, end_of
from app.spaces.invitations.permissions import can_invite_into
from app.spaces.models import PeopleImport, Space


@dataclass(frozen=True)
class Options:
    """The choices of a table, kept with it as plain values."""

    kind: UserKind = UserKind.MEMBER
    space_ids: tuple[str, ...] = ()
    organisation_id: str = ""
    create_organisations: bool = False
    accept_near: bool = False
    language: str = ""
    words: str = ""
    purpose: str = ""
    until: str = ""

    @classmethod
    def of(cls, people_import: PeopleImport) -> Self:
        """Return the choices kept with a table."""
        kept: dict[str, Any] = {name: value for name, value in people_import.options.items() if name in _NAMES}
        kept["kind"] = UserKind(kept.get("kind", UserKind.MEMBER))
        kept["space_ids"] = tuple(kept.get("space_ids", ()))
        return cls(**kept)

    @property
    def plain(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "kind": self.kind.value, "space_ids": list(self.space_ids)}

    def spaces(self) -> list[Space]:
        """Return the spaces every row opens."""
        chosen = Space.public_id.in_(self.space_ids) & Space.deleted_at.is_(None)
        return list(db.session.scalars(select(Space).where(chosen).order_by(Space.sort_key)))

    def organisation(self) -> Organisation | None:
        """Return the organisation of the rows that name none."""
        return db.session.scalar(select(Organisation).where(Organisation.public_id == self.organisation_id))

    def end_of(self, day: date | None) -> datetime:
        """Return when a guest's access ends: with the day of the row, else of the table, else in 90 days."""
        day = day or (date.fromisoformat(self.until) if self.until else None)
        return end_of(day) if day else now() + USUAL_STAY


_NAMES = frozenset(Options.__dataclass_fields__)


def spaces_offered(person: User) -> list[Space]:
    """Return the spaces into which a person may bring people, by name."""
    query = select(Space).where(can_invite_into.where(person))
    return list(db.session.scalars(query.order_by(Space.sort_key)))
