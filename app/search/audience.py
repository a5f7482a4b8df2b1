"""The catalogue of this process, kept as fresh as the database: only what changed is read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock
from typing import cast

from flask import current_app

from app.core.db import is_writing
from app.search.catalogue import Catalogue, CatalogueRow
from app.search.models import audience_version, changes_after
from app.search.sources import source_of, sources

MOST_CHANGES = 500


class CatalogueKeeper:
    """Holds the catalogue of one application in one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: Catalogue | None = None

    def latest(self) -> Catalogue:
        """Return the catalogue as of the present transaction, reading what is missing."""
        version = audience_version()
        kept = self._kept
        if kept is not None and kept.version == version:
            return kept
        with self._lock:
            kept = self._kept
            if kept is None or kept.version != version:
                kept = _renewed(kept, version)
                if not is_writing():  # what is being written may never be: the same number would then say other things
                    self._kept = kept
            return kept


def _renewed(kept: Catalogue | None, version: int) -> Catalogue:
    # An older version than ours means that the database was replaced (a restored backup): all is read again.
    changes = changes_after(kept.version, MOST_CHANGES) if kept is not None and kept.version < version else None
    if kept is None or changes is None or any(type_ is None for type_, _ in changes):
        return Catalogue((row for source in sources() for row in source.rows(None)), version)
    touched = [(str(type_), int(number or 0)) for type_, number in changes]
    return kept.with_changes(_rows_of(touched), [f"{type_}:{number}" for type_, number in touched], version)


def _rows_of(touched: Iterable[tuple[str, int]]) -> Iterable[CatalogueRow]:
    by_type: dict[str, list[int]] = defaultdict(list)
    for type_, number in touched:
        by_type[type_].append(number)
    for type_, numbers in by_type.items():
        source = source_of(type_)
        if source is not None:
            yield from source.rows(numbers)


def catalogue() -> Catalogue:
    """Return the catalogue of everything that can be found."""
    return cast("CatalogueKeeper", current_app.extensions["search_catalogue"]).latest()
