"""Named leases: work that must not run twice at once is done by who holds its name, until a moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime, insert_into
from app.extensions import db


class Lease(db.Model):
    """A name that one owner holds until a moment: work that must not run twice at once."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(80))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


def leases_held_by_others(owner: str) -> set[str]:
    """Return the names that somebody else holds now."""
    return set(db.session.scalars(select(Lease.name).where(Lease.until > now(), Lease.owner != owner)))


def take_lease(name: str, owner: str, duration: timedelta) -> bool:
    """Hold a named lease, or say that somebody else does. Call inside ``transaction()``."""
    moment = now()
    db.session.execute(insert_into(Lease).values(name=name).on_conflict_do_nothing())
    taken = db.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.until.is_(None), Lease.until <= moment, Lease.owner == owner))
        .values(owner=owner, until=moment + duration)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def release_lease(name: str, owner: str) -> None:
    """Give a named lease back. Call inside ``transaction()``."""
    held = (Lease.name == name) & (Lease.owner == owner)
    db.session.execute(
        update(Lease).where(held).values(owner=None, until=None).execution_options(synchronize_session=False)
    )


def release_leases_of(worker: str) -> None:
    """Give back every name a worker held in any of its queues. Call inside ``transaction()``."""
    db.session.execute(
        update(Lease)
        .where(is_owned_by(Lease.owner, worker))
        .values(owner=None, until=None)
        .execution_options(synchronize_session=False)
    )


def is_owned_by(column: Any, worker: str) -> ColumnElement[bool]:
    """Return the condition that a column of owners names a worker, in whichever of its queues."""
    owned: ColumnElement[bool] = column.startswith(f"{worker}-", autoescape=True)
    return owned
