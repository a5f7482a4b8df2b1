"""What answers a question among some things, for all readers at once: what each may read of it is asked afterwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from app.core.jobs import QUEUED, RUNNING, Job
from app.extensions import db
from app.search.catalogue import Allowed, Bools, Catalogue, Scope
from app.search.filters import Beside, filtered
from app.search.models import SearchChange, audience_version, changes_after
from app.search.operations import engine
from app.search.query import Field, Query
from app.search.sources import scope_of
from app.search.terms import Terms

MOST_CHANGES = 50_000
INDEX = "search.index"
BUSY = (QUEUED, RUNNING)


def answering(catalogue: Catalogue, terms: Terms, among: Bools | None = None) -> Bools:
    """Tell for every thing whether it answers some terms, whoever may read it; ``among``: of these things only.

    Never shown as it is: see ``Reader.finds``. Raises IndexUnavailableError.
    """
    mask = catalogue.published if among is None else catalogue.published & among
    return engine().search(terms, Allowed(catalogue, mask), limit=0).facets.found[Field.LANG]


@dataclass(frozen=True)
class Reader:
    """One person before the catalogue: what they may read at this minute."""

    person: Any
    catalogue: Catalogue
    scope: Scope
    mask: Bools

    @classmethod
    def of(cls, person: Any, catalogue: Catalogue) -> Reader:
        """Look up what a person may read now."""
        scope = scope_of(person)
        return cls(person, catalogue, scope, catalogue.mask(scope))

    def finds(self, found: Bools, query: Query, beside: Beside) -> Bools:
        """Keep, of what answers a question, what this person may read and the filters let through."""
        mine = found & self.mask
        if not mine.any() or not (query.filters or beside != Beside()):
            return mine
        return mine & filtered(self.person, self.scope, self.catalogue, query, beside).allowed.passing()

    def may_read(self, keys: Collection[str]) -> set[str]:
        """Return those of some keys that this person may read now."""
        mine = self.catalogue.among(keys) & self.mask
        return {self.catalogue.key(int(place)) for place in np.flatnonzero(mine)}

    def wrote(self, place: int) -> bool:
        """Tell whether what is new in a thing is this person's own: theirs, or the last word in it is."""
        row = self.catalogue.row(self.catalogue.key(place))
        return row.last_by == self.person.id if row.last_by is not None else self.person.id in row.authors


@dataclass(frozen=True)
class News:
    """What the index has taken in after a version: the keys (None: too much is unknown by now), up to which version."""

    keys: frozenset[str] | None
    version: int


def news_since(version: int) -> News:
    """Return what changed after a version and stands in the index, if the index can be asked at all.

    What waits to be indexed stops the version that is reached: it comes again the next time, with what followed it.
    """
    reached = audience_version()
    if reached <= version:
        return News(frozenset(), reached)
    changes = changes_after(version, MOST_CHANGES)
    if changes is None:
        return News(None, reached)
    keys = {f"{type_}:{number}" for type_, number in changes if type_ is not None}
    late = keys & changes_on_their_way()
    return News(frozenset(keys - late), _before(late, version, reached))


def settled_version() -> int:
    """Return the version up to which all that changed stands in the index."""
    return _before(changes_on_their_way(), 0, audience_version())


def changes_on_their_way() -> set[str]:
    """Return the keys of what is to be indexed, or is being."""
    jobs = select(Job.key).where(Job.name == INDEX, Job.state.in_(BUSY))
    return {str(key).removeprefix(f"{INDEX}:") for key in db.session.scalars(jobs)}


def _before(late: Collection[str], version: int, reached: int) -> int:
    """Return the version up to which nothing waits."""
    if not late:
        return reached
    change = SearchChange
    after = select(change.version, change.type, change.object_id).where(change.version > version)
    rows = db.session.execute(after.order_by(change.version))
    first = next((number for number, type_, one in rows if f"{type_}:{one}" in late), reached + 1)
    return first - 1
