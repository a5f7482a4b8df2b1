"""How far a rebuild has come, kept in the database after each step: who takes it up again goes on from there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.core.clock import now
from app.core.db import UtcDateTime, insert_into, transaction
from app.extensions import db

_ONLY = 1


class SearchRebuild(db.Model):
    """One row: the rebuild under way, or the last one.

    ``number`` marks the words it met. ``generation`` names the index it makes, ``made_with`` what that is made with.
    Everything up to ``last_id`` of ``type`` is in; ``version`` is the audience whose later changes are to be replayed.
    """

    __tablename__ = "search_rebuild"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    generation: Mapped[str] = mapped_column(String(80), default="")
    made_with: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=0)
    type: Mapped[str] = mapped_column(String(20), default="")
    last_id: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Plan:
    """The row, as one step leaves it to the next."""

    number: int
    generation: str
    made_with: str
    version: int
    started_at: datetime
    type: str = ""
    last_id: int = 0
    done: int = 0
    total: int = 0
    finished_at: datetime | None = None

    @classmethod
    def kept(cls) -> Self | None:
        """Return the rebuild under way or the last one; None before the first."""
        columns = [getattr(SearchRebuild, name) for name in cls.__dataclass_fields__]
        row = db.session.execute(select(*columns).where(SearchRebuild.id == _ONLY)).one_or_none()
        return None if row is None else cls(**row._mapping)  # noqa: SLF001 - a row as a mapping, by SQLAlchemy's docs

    @property
    def is_under_way(self) -> bool:
        """Whether there is an index begun and not in use yet."""
        return bool(self.generation) and self.finished_at is None

    @property
    def percent(self) -> int:
        """How much is done."""
        return 100 * self.done // self.total if self.total else 0

    def moved(self, **changed: Any) -> Self:
        """Keep the plan with these changes, and return it."""
        plan = replace(self, **changed)
        values = asdict(plan) | {"moved_at": now()}
        with transaction() as session:
            row = insert_into(SearchRebuild).values(id=_ONLY, **values)
            session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))
        return plan

    def ended(self) -> Self:
        """Keep that the new index is in use."""
        return self.moved(finished_at=now())

    def given_up(self) -> Self:
        """Keep that nothing is left of this rebuild, so that the next begins anew."""
        return self.moved(generation="")


def number_of_rebuild() -> int:
    """Return the number of the rebuild under way or of the last one, 0 before the first."""
    return db.session.scalar(select(SearchRebuild.number).where(SearchRebuild.id == _ONLY)) or 0
