"""The address of a reading list, one wherever it is shown."""

from __future__ import annotations

from flask import url_for

from app.core.text import slugify
from app.library.reading_lists.models import ReadingList


def list_url(reading: ReadingList) -> str:
    """Return the address of a reading list."""
    return url_for("library.list_page", public_id=reading.public_id, slug=slugify(reading.title))
