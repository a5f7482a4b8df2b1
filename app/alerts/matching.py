"""Looks for what is new in every saved search: only among what the index has taken in since the last look.

A question is put to the engine once for all who ask it; what each of them may read of the answer, and what their
filters let through, is asked person by person. What has ever been among somebody's results is kept (``Watch.known``),
so that a thing is new once, however often it is indexed, edited or looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import delete, select, update
from sqlalchemy.orm import contains_eager, undefer

from app.accounts.models import User
from app.accounts.queries import may_sign_in
from app.alerts.models import Finding, Rhythm, SavedSearch, Watch
from app.alerts.permissions import NETWORK, can_see_search
from app.alerts.telling import tell_soon
from app.core.clock import now
from app.core.db import insert_into, transaction
from app.core.jobs import enqueue
from app.extensions import db
from app.search.audience import catalogue
from app.search.catalogue import Bools, Catalogue, Scope
from app.search.engine import IndexUnavailableError
from app.search.kept import reopened
from app.search.matching import News, Reader, answering, news_since, settled_version
from app.search.models import audience_version
from app.search.query import Query, Sort
from app.search.rules import rules
from app.search.widening import terms_for

MATCH = "alerts.match"
#: What is corrected or taken back within this time is not announced; a burst of changes is one look.
GATHER = timedelta(seconds=20)
BATCH = 100
"""How many watches a look takes, and how many findings a statement writes."""
MOST_KEPT = 100
"""How many findings of one search are kept, the last ones."""


def match_soon() -> None:
    """Have everything looked at, in the present transaction; not at all while nobody follows anything."""
    if db.session.scalar(select(Watch.id).limit(1)) is not None:
        enqueue(MATCH, {}, key=MATCH, run_at=now() + GATHER)


@dataclass(frozen=True)
class Seen:
    """What one look has found for one watch: what came in, what was there before, what the person may read."""

    watch_id: int
    came: frozenset[str]
    stood: frozenset[str]
    reach: list[int]


@dataclass(frozen=True)
class Start:
    """Where somebody begins to follow: what is among their results already, what they may read, up to which version.

    ``reach`` is None when the index could not be asked: then the first look learns what stands there.
    """

    known: frozenset[str]
    reach: list[int] | None
    checked: int


def start(person: User, asked: Mapping[str, Any]) -> Start:
    """Look at what a question finds for a person now. Outside of ``transaction()``: it asks the engine once."""
    state, things, version = reopened(asked), catalogue(), settled_version()
    reader = Reader.of(person, things)
    try:
        found = Asking(things, np.zeros(len(things), np.bool_)).everywhere(state.query)
    except IndexUnavailableError:
        return Start(frozenset(), None, version)
    there = reader.finds(found, state.query, state.beside)
    return Start(_keys(things, there), reach_of(reader.scope), version)


def _keys(things: Catalogue, places: Bools) -> frozenset[str]:
    return frozenset(things.key(int(place)) for place in np.flatnonzero(places))


def match(after: int = 0) -> None:
    """Look at some watches, those that come after an id, and have the next ones looked at.

    Raises IndexUnavailableError; then nothing is lost, the next look begins where this one did.
    """
    watches = _watches(after)
    seen: list[Seen] = []
    reached: dict[int, list[int]] = {}
    for checked in sorted({one.checked for one in watches}):
        news = news_since(checked)
        together = [one for one in watches if one.checked == checked]
        seen += _looked(together, news)
        reached.setdefault(news.version, []).extend(one.id for one in together)
    ids = [one.id for one in watches]
    db.session.rollback()
    with transaction():
        _keep(seen)
        for version, moved in reached.items():
            forward = update(Watch).where(Watch.id.in_(moved), Watch.checked < version).values(checked=version)
            db.session.execute(forward.execution_options(synchronize_session=False))
        if len(ids) == BATCH:
            enqueue(MATCH, {"after": ids[-1]}, key=f"{MATCH}:{ids[-1]}")


def _watches(after: int) -> list[Watch]:
    query = select(Watch).join(Watch.search).join(Watch.user)
    query = query.where(Watch.id > after, (Watch.checked < audience_version()) | Watch.reach.is_(None))
    query = query.where(SavedSearch.removed_at.is_(None), User.disabled_at.is_(None))
    query = query.options(contains_eager(Watch.search), contains_eager(Watch.user))
    return list(db.session.scalars(query.order_by(Watch.id).limit(BATCH)))


def _looked(watches: Sequence[Watch], news: News) -> list[Seen]:
    """Look for some that were last looked at together; those for whom nothing has changed are left out."""
    things = catalogue()
    came = np.ones(len(things), np.bool_) if news.keys is None else things.among(news.keys)
    asking, readers = Asking(things, came), {}
    found = []
    for watch in watches:
        person = watch.user
        if not (may_sign_in(person) and can_see_search(person, watch.search)):
            continue
        if person.id not in readers:
            readers[person.id] = Reader.of(person, things)
        one = _look(watch, readers[person.id], asking, all_is_new=news.keys is None)
        if one is not None:
            found.append(one)
    return found


def _look(watch: Watch, reader: Reader, asking: Asking, *, all_is_new: bool) -> Seen | None:
    state, reach = reopened(watch.search.asked), reach_of(reader.scope)
    came = reader.finds(asking.among_news(state.query), state.query, state.beside)
    stood = np.zeros_like(came)
    if watch.reach is None or not set(reach) <= set(watch.reach):
        # More can be read than before: what stood there already is not news.
        everything = reader.finds(asking.everywhere(state.query), state.query, state.beside)
        stood = everything if all_is_new else everything & ~asking.news
        came = came & ~stood
    if not came.any() and reach == watch.reach:
        return None
    places = [int(place) for place in np.flatnonzero(came)]
    new = frozenset(reader.catalogue.key(place) for place in places if not reader.wrote(place))
    return Seen(watch.id, new, _keys(reader.catalogue, stood), reach)


def reach_of(scope: Scope) -> list[int]:
    """Return what a person may read, to tell at the next look whether it has grown."""
    return sorted({*scope.space_ids, *((NETWORK,) if scope.is_member else ())})


class Asking:
    """Puts each question to the engine once, however many follow it."""

    def __init__(self, things: Catalogue, news: Bools) -> None:
        self.things, self.news = things, news
        self._among_news: dict[Query, Bools] = {}
        self._everywhere: dict[Query, Bools] = {}

    def among_news(self, query: Query) -> Bools:
        """Tell what of the news answers a question, whoever may read it."""
        if not self.news.any():
            return self.news
        return self._asked(self._among_news, query, self.news)

    def everywhere(self, query: Query) -> Bools:
        """Tell what answers a question, whoever may read it."""
        return self._asked(self._everywhere, query, None)

    def _asked(self, known: dict[Query, Bools], query: Query, among: Bools | None) -> Bools:
        words = replace(query, filters=(), page=1, sort=Sort.RELEVANCE)
        if words not in known:
            known[words] = answering(self.things, terms_for(words, rules()), among)
        return known[words]


def _keep(seen: Sequence[Seen]) -> None:
    """Write down what was found, each thing once; those who are told at once are told soon."""
    query = select(Watch).where(Watch.id.in_([one.watch_id for one in seen])).options(undefer(Watch.packed_known))
    watches = {one.id: one for one in db.session.scalars(query.order_by(Watch.id).with_for_update())}
    for one in seen:
        watch = watches.get(one.watch_id)
        if watch is None:
            continue  # followed no more
        known = watch.known
        new = sorted(one.came - known)
        watch.reach = one.reach
        if not one.stood <= known or new:
            watch.known = known | one.stood | set(new)
        if new:
            _note(watch, new)


def _note(watch: Watch, keys: Sequence[str]) -> None:
    tells = watch.rhythm != Rhythm.NONE
    rows = [_row(watch, key, tells=tells) for key in keys]
    for at in range(0, len(rows), BATCH):
        statement = insert_into(Finding).values(rows[at : at + BATCH]).on_conflict_do_nothing()
        db.session.execute(statement)
    last = select(Finding.id).where(Finding.watch_id == watch.id).order_by(Finding.id.desc())
    bound = last.offset(MOST_KEPT).limit(1).scalar_subquery()
    old = Finding.watch_id == watch.id, Finding.to_tell.is_(False), Finding.id <= bound
    db.session.execute(delete(Finding).where(*old).execution_options(synchronize_session=False))
    if watch.rhythm == Rhythm.AT_ONCE:
        tell_soon(watch.user_id)


def _row(watch: Watch, key: str, *, tells: bool) -> dict[str, Any]:
    type_, _, number = key.partition(":")
    return {
        "watch_id": watch.id,
        "type": type_,
        "object_id": int(number),
        "found_at": now(),
        "is_new": True,
        "to_tell": tells,
    }
