"""What is kept of searches: the words, the day, how often. Neither who, nor where from, nor the hour."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db

LONGEST = 100


class SearchAsked(db.Model):
    """Words looked for on a day. ``hits`` is how many things any member finds now, None until it is counted."""

    __tablename__ = "search_asked"

    words: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    times: Mapped[int] = mapped_column(default=1)
    hits: Mapped[int | None]
