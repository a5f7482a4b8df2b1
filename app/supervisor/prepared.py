"""Whether a site is prepared already, told in milliseconds: so a second start need not load the application twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from .places import ROOT
from .stamps import Stamps, digest

if TYPE_CHECKING:
    from config import Settings

SQLITE = "sqlite:///"
STAMPS = "prepared.json"
MIGRATIONS = ROOT / "app" / "migrations" / "versions"


def embedded_database(settings: Settings) -> Path | None:
    """Return the file of the embedded database, there or not; nothing where a server keeps the data."""
    url = settings.sqlalchemy_url
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def remember(settings: Settings, greeting: str) -> None:
    """Note that the site is prepared as things stand, and what a start prints."""
    stamps = Stamps(settings.instance / STAMPS)
    stamps.keep("greeting", greeting)
    stamps.keep("mark", _mark(settings))


def recall(settings: Settings) -> str | None:
    """Return what a start prints when the site is prepared; nothing when it must be looked at.

    The mark holds the revision found in the database itself: an older one put back in its place is noticed.
    """
    stamps = Stamps(settings.instance / STAMPS)
    mark = _mark(settings)
    return stamps.get("greeting") if mark and stamps.get("mark") == mark else None


def _mark(settings: Settings) -> str:
    """Digest of the migrations, of the database's revision and of what the demo depends on; empty when unknown."""
    revision = _revision(settings)
    if not revision:
        return ""
    demo = f"{settings.demo_allowed} {settings.demo_passwords_known}"
    return digest(sorted(MIGRATIONS.glob("*.py")), revision, demo)


def _revision(settings: Settings) -> str:
    """Return the schema's revision in the embedded database, empty when it has none or cannot be read."""
    path = embedded_database(settings)
    if path is None or not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return ""
    return str(found[0]) if found else ""
