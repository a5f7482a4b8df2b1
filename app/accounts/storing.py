"""The stored files that accounts name: photos, and the ZIPs of people's data."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import DataExport, User
from app.core.slots import fill
from app.extensions import db


@fill("storage.named")
def hashes_of_accounts() -> set[str]:
    """Return the addresses of photos and of data gathered for people."""
    photos = select(User.photo_sha256).where(User.photo_sha256.is_not(None))
    exports = select(DataExport.sha256).where(DataExport.sha256.is_not(None))
    return {sha256 for sha256 in db.session.scalars(photos.union(exports)) if sha256}
