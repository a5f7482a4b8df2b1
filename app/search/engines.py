"""Which engine stands behind the seam: the one the settings name, and when a site had better name another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.extensions import db
from app.search.engine import Health, SearchEngine

if TYPE_CHECKING:
    from config import Settings

WHOOSH, TANTIVY, POSTGRES = "whoosh", "tantivy", "postgres"

MOST_FOR_WHOOSH = 50_000
"""Passages beyond which a process of Whoosh holds hundreds of mebibytes and a first question waits (decision 0031)."""


def engine_of(settings: Settings) -> SearchEngine:
    """Open the engine the settings name. Each is imported only where it is named: their libraries are large."""
    folder = settings.instance / "index"
    if settings.search_engine == TANTIVY:
        from app.search.tantivy_engine import TantivyEngine  # see above

        return TantivyEngine(folder)
    if settings.search_engine == POSTGRES:
        from app.search.postgres_engine import PostgresEngine  # see above

        return PostgresEngine(lambda: db.engine)
    from app.search.whoosh_engine import WhooshEngine  # see above

    return WhooshEngine(folder)


def outgrown(name: str, health: Health) -> bool:
    """Tell whether the index has more passages than this engine answers well for."""
    return name == WHOOSH and health.passages > MOST_FOR_WHOOSH
