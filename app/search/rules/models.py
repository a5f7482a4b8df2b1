"""What is remembered of the rules of the search, and the number by which every process knows that they changed."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime, insert_into
from app.extensions import db

_ONLY = 1


class RuleKind(enum.StrEnum):
    """What a rule does."""

    SYNONYMS = "synonyms"
    IGNORED = "ignored"
    FIRST = "first"


class SearchRule(HasPublicId, db.Model):
    """One rule. ``said`` is what it says, in the shape of its kind (``judging``); ``before`` what it said before.

    A rule removed stays a day, so that it can be put back.
    """

    __tablename__ = "search_rule"

    kind: Mapped[str] = mapped_column(String(12), index=True)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edit_version: Mapped[int] = mapped_column(default=1)


class SearchRulesVersion(db.Model):
    """One row: a number that moves with every change of a rule."""

    __tablename__ = "search_rules_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


def rules_version() -> int:
    """Return the number that moves with every change, 0 before the first."""
    return db.session.scalar(select(SearchRulesVersion.version).where(SearchRulesVersion.id == _ONLY)) or 0


def rules_changed() -> None:
    """Have every process read the rules, and the names of what everybody knows, again at its next search.

    Inside ``transaction()``.

    The row stays locked to its end: of two people who change rules at once, one waits.
    """
    db.session.execute(insert_into(SearchRulesVersion).values(id=_ONLY, version=0).on_conflict_do_nothing())
    moved = update(SearchRulesVersion).where(SearchRulesVersion.id == _ONLY)
    moved = moved.values(version=SearchRulesVersion.version + 1)
    db.session.execute(moved.execution_options(synchronize_session=False))
