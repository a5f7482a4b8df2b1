"""The stored files that spaces name: their images."""

from __future__ import annotations

from sqlalchemy import select

from app.core.slots import fill
from app.extensions import db
from app.spaces.models import Space


@fill("storage.named")
def hashes_of_spaces() -> set[str]:
    """Return the addresses of the images of spaces."""
    return {one for one in db.session.scalars(select(Space.image_sha256).where(Space.image_sha256.is_not(None))) if one}
