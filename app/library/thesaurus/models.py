"""What links the terms of the thesaurus: every word that names one, what is broader, narrower, related; decisions."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import HasMoments, HasPublicId
from app.core.deciding import HasDecision
from app.extensions import db
from app.library.models import Tag
from app.spaces.models import ImportState

#: The names a term has beside its two labels: those shown as synonyms, and those only understood when typed.
NAMES = ("alt_fr", "alt_en", "hidden_fr", "hidden_en")


def _to_tag(name: str, *, primary_key: bool = True, index: bool = False) -> Column[int]:
    return Column(name, ForeignKey("tag.id", ondelete="CASCADE"), primary_key=primary_key, index=index, nullable=False)


#: Every word that names a term, folded as ``Tag.slug`` is: whatever is typed, one term at most answers.
tag_word = Table(
    "tag_word",
    db.metadata,
    Column("slug", String(90), primary_key=True),
    _to_tag("tag_id", primary_key=False, index=True),
)

#: A term and one of those directly above it. There may be several, and no circle.
tag_broader = Table("tag_broader", db.metadata, _to_tag("tag_id"), _to_tag("broader_id", index=True))

#: Two terms that go together, kept both ways.
tag_related = Table("tag_related", db.metadata, _to_tag("tag_id"), _to_tag("related_id", index=True))

#: A term with itself and with all that stands under it, at any depth: made anew whenever the order changes.
tag_under = Table("tag_under", db.metadata, _to_tag("tag_id"), _to_tag("under_id", index=True))

#: The words taken off resources when their space refused them: told to those who used them, and put back if need be.
tag_refused = Table(
    "tag_refused",
    db.metadata,
    Column("resource_id", ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True),
    _to_tag("tag_id", index=True),
)


class Act(enum.StrEnum):
    """What is done of a word of a space."""

    ADOPT = "adopt"
    SYNONYM = "synonym"
    MERGE = "merge"
    REFUSE = "refuse"


class ThesaurusImport(HasPublicId, HasMoments, db.Model):
    """A list of terms brought by an administrator: as it was read, then what became of each (``Verdict``, plain)."""

    __tablename__ = "thesaurus_import"

    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=ImportState.DRAFT)
    total: Mapped[int] = mapped_column(default=0)
    said: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    report: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)


class TagDecision(HasDecision, db.Model):
    """A decision on a word of a space, until it has taken effect.

    ``said`` is the term to make of it, as ``TermSaid.plain``; ``target`` the term it is a synonym of or is merged into,
    ``lang`` the language it is a synonym in.
    """

    __tablename__ = "tag_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), unique=True)
    act: Mapped[str] = mapped_column(String(10))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"))
    said: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lang: Mapped[str] = mapped_column(String(5), default="fr")

    tag: Mapped[Tag] = relationship(foreign_keys=[tag_id])
    target: Mapped[Tag | None] = relationship(foreign_keys=[target_id])
