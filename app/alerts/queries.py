"""What is asked of saved searches: each person sees their own, and those of the spaces they read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import User
from app.alerts.models import Finding, Rhythm, SavedSearch, Watch
from app.alerts.permissions import can_see_search, can_share_searches, saved_it
from app.core.db import sort_key
from app.core.errors import NotFoundError
from app.extensions import db
from app.search.audience import catalogue
from app.search.matching import Reader
from app.spaces.models import Space


def _watches(person: User, *conditions: Any) -> list[Watch]:
    query = select(Watch).join(Watch.search).outerjoin(SavedSearch.space)
    query = query.options(contains_eager(Watch.search).contains_eager(SavedSearch.space))
    found = db.session.scalars(query.where(Watch.user_id == person.id, can_see_search.where(person), *conditions))
    return sorted(found, key=lambda one: (sort_key(one.search.name), one.id))


def watches_of(person: User) -> list[Watch]:
    """Return what a person follows, by name: their own searches, and those of spaces they subscribed to."""
    return _watches(person)


def watches_with_alerts(person: User, ids: Collection[int] | None = None) -> list[Watch]:
    """Return those of a person's watches that send mails; ``ids``: of these only."""
    among = () if ids is None else (Watch.id.in_(ids),)
    return _watches(person, Watch.rhythm != Rhythm.NONE, *among)


def watch_for(person: User, public_id: str) -> Watch:
    """Return what a person follows, by the public id of the search. Raises NotFoundError."""
    found = _watches(person, SavedSearch.public_id == public_id)
    if not found:
        raise NotFoundError
    return found[0]


def watch_asking(person: User, asked: Mapping[str, Any]) -> Watch | None:
    """Return the watch of a person whose search asks exactly this, None when there is none."""
    return next((one for one in watches_of(person) if one.search.asked == asked), None)


def removed_search_for(person: User, public_id: str) -> SavedSearch:
    """Return a search that a person may put back: their own, or one of a space they tend. Raises NotFoundError."""
    gone = SavedSearch.public_id == public_id, SavedSearch.removed_at.is_not(None)
    spaces = select(Space.id).where(can_share_searches.where(person))
    theirs = saved_it.where(person) | SavedSearch.space_id.in_(spaces)
    found: SavedSearch | None = db.session.scalar(
        select(SavedSearch).where(*gone, theirs).options(joinedload(SavedSearch.space))
    )
    if found is None:
        raise NotFoundError
    return found


def searches_in(space: Space) -> list[SavedSearch]:
    """Return what is shared in a space, by name; for those who read it."""
    kept = SavedSearch.space_id == space.id, SavedSearch.removed_at.is_(None)
    found = db.session.scalars(select(SavedSearch).where(*kept).options(joinedload(SavedSearch.by)))
    return sorted(found, key=lambda one: (sort_key(one.name), one.id))


def shared_search_for(person: User, space: Space, public_id: str) -> SavedSearch:
    """Return a search shared in a space the person reads. Raises NotFoundError."""
    here = SavedSearch.space_id == space.id, SavedSearch.public_id == public_id, can_see_search.where(person)
    found: SavedSearch | None = db.session.scalar(select(SavedSearch).where(*here))
    if found is None:
        raise NotFoundError
    return found


def count_of_watches(person: User) -> int:
    """Count what a person follows, seen or not at this minute; what is removed counts no more."""
    query = select(func.count()).select_from(Watch).join(Watch.search)
    return db.session.scalar(query.where(Watch.user_id == person.id, SavedSearch.removed_at.is_(None))) or 0


def news_of(person: User, watches: Sequence[Watch]) -> dict[int, int]:
    """Count, by watch, what is new since the person last looked, among what they may read now. One statement."""
    new = select(Finding).where(Finding.watch_id.in_([one.id for one in watches]), Finding.is_new.is_(True))
    found = list(db.session.scalars(new)) if watches else []
    readable = Reader.of(person, catalogue()).may_read({one.key for one in found}) if found else set()
    counts: defaultdict[int, int] = defaultdict(int)
    for one in found:
        counts[one.watch_id] += one.key in readable
    return dict(counts)


def findings_of(person: User, watch: Watch) -> list[Finding]:
    """Return what came into the results of a search, the last found first, of what the person may read now."""
    query = select(Finding).where(Finding.watch_id == watch.id).order_by(Finding.id.desc())
    found = list(db.session.scalars(query))
    readable = Reader.of(person, catalogue()).may_read({one.key for one in found}) if found else set()
    return [one for one in found if one.key in readable]


def shareable_spaces(person: User) -> list[Space]:
    """Return the spaces in which a person may share a search, by name."""
    mine = select(Space).where(can_share_searches.where(person))
    return list(db.session.scalars(mine.order_by(Space.sort_key, Space.id)))
