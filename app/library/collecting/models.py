"""Pages of the web that were fetched for a resource."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import HasMoments, HasPublicId
from app.extensions import db


class PageState(enum.StrEnum):
    """How far the fetching of a page has come."""

    WAITING = "waiting"
    FOUND = "found"
    FILE = "file"
    REFUSED = "refused"


class FetchedPage(HasPublicId, HasMoments, db.Model):
    """A page fetched for a form, then for the resource it became; ``form`` is the path the form posts to.

    ``found`` holds what the page proposes, by the names of the fields; ``refusal`` is a code, told in ``sentences``.
    ``text`` is the article's own words: looked through by the search, shown only where the right to is stated.
    """

    __tablename__ = "fetched_page"
    __table_args__ = (Index("ix_fetched_page_form", "by_id", "form"),)

    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    form: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(10), default=PageState.WAITING)
    refusal: Mapped[str] = mapped_column(String(20), default="")
    found: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), unique=True)
