"""Lists of references somebody brings into a space."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import HasMoments, HasPublicId
from app.extensions import db
from app.spaces.models import ImportState, Space


class ReferenceImport(HasPublicId, HasMoments, db.Model):
    """A list of references for a space, and how far the work has come."""

    __tablename__ = "reference_import"

    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=ImportState.DRAFT)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)

    space: Mapped[Space] = relationship()


class ReferenceImportRow(db.Model):
    """One reference as it was read (``said``, empty when ``refusal`` tells why not), then what came of it.

    ``outcome`` is empty until done; ``remarks`` say what could not be read.
    """

    __tablename__ = "reference_import_row"
    __table_args__ = (UniqueConstraint("import_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("reference_import.id", ondelete="CASCADE"))
    n: Mapped[int]
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    remarks: Mapped[list[str]] = mapped_column(JSON, default=list)
    refusal: Mapped[str] = mapped_column(String(300), default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id", ondelete="SET NULL"), index=True)
