"""What is done with saved searches. Plain functions, inside ``transaction()``; rights and limits are checked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update

from app.accounts.models import User
from app.alerts.matching import Start, match_soon
from app.alerts.models import LONGEST_NAME, Finding, Rhythm, SavedSearch, Watch
from app.alerts.permissions import can_see_search, can_share_searches
from app.alerts.queries import count_of_watches, searches_in, watch_asking
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line
from app.extensions import db
from app.search.audience import catalogue
from app.search.catalogue import Scope
from app.search.filters import filtered
from app.search.kept import reopened
from app.search.query import Filter
from app.search.sources import scope_of
from app.spaces.models import Space

MOST_FOLLOWED, MOST_SHARED = 30, 20


def save_search(person: User, asked: Mapping[str, Any], name: str, rhythm: str, begin: Start) -> Watch:
    """Keep a question under a name for a person, who follows it; the one they kept already when it asks the same.

    ``begin``: what it finds now (``matching.start``), which is not news. Raises DomainError without a name, for an
    unknown rhythm, and when they follow as many as one may.
    """
    lock(person)
    known = watch_asking(person, asked)
    if known is not None:
        return known
    search = SavedSearch(name=_name(name), asked=dict(asked), user_id=person.id)
    return _followed(person, search, rhythm, begin)


def subscribe(person: User, search: SavedSearch, rhythm: str, begin: Start) -> Watch:
    """Follow a search of a space with a rhythm of one's own. Raises RefusedError, DomainError as ``save_search``."""
    lock(person)
    can_see_search.require(person, search)
    mine = (Watch.search_id == search.id) & (Watch.user_id == person.id)
    watch: Watch | None = db.session.scalar(select(Watch).where(mine))
    if watch is not None:
        set_rhythm(watch, rhythm)
        return watch
    return _followed(person, search, rhythm, begin)


def _followed(person: User, search: SavedSearch, rhythm: str, begin: Start) -> Watch:
    if count_of_watches(person) >= MOST_FOLLOWED:
        raise DomainError(
            _l(
                "Vous suivez déjà %(most)s recherches, le plus que le site garde pour chacun. Supprimez-en une "
                "d'abord.",
                most=MOST_FOLLOWED,
            )
        )
    watch = Watch(search=search, user_id=person.id, rhythm=_rhythm(rhythm))
    watch.checked, watch.reach, watch.known = begin.checked, begin.reach, begin.known
    db.session.add(watch)
    db.session.flush()
    match_soon()
    return watch


def rename(person: User, search: SavedSearch, name: str) -> None:
    """Give a search of one's own, or one of a space, another name. Raises DomainError without one, RefusedError."""
    lock(search)
    _require_tending(person, search)
    search.name = _name(name)


def set_rhythm(watch: Watch, rhythm: str) -> None:
    """Choose when one is told. What was found while nothing was sent is not told afterwards. Raises DomainError."""
    lock(watch)
    if watch.rhythm == rhythm:
        return
    watch.rhythm, watch.stopped_from = _rhythm(rhythm), None
    if watch.rhythm == Rhythm.NONE:
        _untell(Finding.watch_id == watch.id)


def stop(person: User, watch_id: int | None = None) -> None:
    """Stop the mails of a person, or of one search; what was found and not told is not told any more."""
    lock(person)
    theirs = (Watch.user_id == person.id) & (Watch.rhythm != Rhythm.NONE)
    if watch_id is not None:
        theirs &= Watch.id == watch_id
    # Held first: what a look is just finding for them is written before, and not told, or after, and not to be told.
    ids = list(db.session.scalars(select(Watch.id).where(theirs).order_by(Watch.id).with_for_update()))
    stopped = update(Watch).where(Watch.id.in_(ids)).values(stopped_from=Watch.rhythm, rhythm=Rhythm.NONE)
    db.session.execute(stopped.execution_options(synchronize_session=False))
    _untell(Finding.watch_id.in_(ids))


def take_up(person: User, watch_id: int | None = None) -> None:
    """Take up again, each with its rhythm, the mails that a link has stopped."""
    lock(person)
    theirs = (Watch.user_id == person.id) & (Watch.rhythm == Rhythm.NONE) & Watch.stopped_from.is_not(None)
    if watch_id is not None:
        theirs &= Watch.id == watch_id
    again = update(Watch).where(theirs).values(rhythm=Watch.stopped_from, stopped_from=None)
    db.session.execute(again.execution_options(synchronize_session=False))


def _untell(which: Any) -> None:
    quiet = update(Finding).where(which, Finding.to_tell.is_(True)).values(to_tell=False)
    db.session.execute(quiet.execution_options(synchronize_session=False))


def see(watch: Watch, upto: int) -> None:
    """Say that the person has seen what was found, up to a finding."""
    seen = update(Finding).where(Finding.watch_id == watch.id, Finding.id <= upto, Finding.is_new.is_(True))
    db.session.execute(seen.values(is_new=False).execution_options(synchronize_session=False))


def remove(person: User, search: SavedSearch) -> None:
    """Put away a search of one's own, or one of a space; it can be put back. Raises RefusedError."""
    lock(search)
    _require_tending(person, search)
    search.removed_at = now()
    if search.space is not None:
        record("search.unshared", person, search.space)


def restore(person: User, search: SavedSearch) -> None:
    """Put a search back. Raises DomainError where its space has it again, or as many as there may be; RefusedError."""
    lock(search.space or person, search)  # what is counted is held, as when one is shared or saved
    _require_tending(person, search)
    if search.removed_at is None:
        return
    if search.space is not None:
        _require_place(search.space, search)
        record("search.shared", person, search.space)
    elif count_of_watches(person) >= MOST_FOLLOWED:
        raise DomainError(
            _l("Vous suivez déjà %(most)s recherches : supprimez-en une autre d'abord.", most=MOST_FOLLOWED)
        )
    search.removed_at = None


def _require_tending(person: User, search: SavedSearch) -> None:
    if search.user_id == person.id:
        return
    if search.space is None:
        raise RefusedError
    can_share_searches.require(person, search.space)


def unsubscribe(watch: Watch) -> None:
    """Follow a search of a space no more."""
    db.session.execute(delete(Finding).where(Finding.watch_id == watch.id))
    db.session.delete(watch)


def share(person: User, search: SavedSearch, space: Space, name: str) -> SavedSearch:
    """Share a search to a space: those who read it see it there and may follow it, each with their own rights.

    It is another search from now on: the person's own stays theirs. Raises RefusedError; DomainError without a name,
    when the space has it already or as many as it may, and for a filter whose words only another closed place knows.
    """
    lock(space)
    can_share_searches.require(person, space)
    _require_place(space, search)
    closed = closed_filters(person, search, space)
    if closed:
        raise DomainError(
            _l(
                "Le filtre « %(name)s » ne dit rien à ceux qui lisent cet espace : retirez-le de la recherche avant de "
                "la partager.",
                name=closed[0].value,
            )
        )
    shared = SavedSearch(name=_name(name), asked=search.asked, space_id=space.id, by_id=person.id)
    db.session.add(shared)
    db.session.flush()
    record("search.shared", person, space)
    return shared


def _require_place(space: Space, search: SavedSearch) -> None:
    """Raise DomainError where a space has as many searches as it may, or this one already."""
    here = SavedSearch.space_id == space.id, SavedSearch.removed_at.is_(None)
    if (db.session.scalar(select(func.count()).select_from(SavedSearch).where(*here)) or 0) >= MOST_SHARED:
        raise DomainError(
            _l("%(most)s recherches sont déjà partagées dans cet espace : retirez-en une d'abord.", most=MOST_SHARED)
        )
    same = next((one for one in searches_in(space) if one.asked == search.asked), None)
    if same is not None:
        raise DomainError(_l("Cette recherche est déjà partagée dans cet espace : « %(name)s ».", name=same.name))


def closed_filters(person: User, search: SavedSearch, space: Space) -> list[Filter]:
    """Return the filters of a search that mean something to a person, and nothing to whoever reads this space alone.

    The name of another closed space, a keyword or an author known there only would be told to those who do not know it.
    """
    query = reopened(search.asked).query
    things, own = catalogue(), scope_of(person)
    narrow = Scope(None, is_member=person.is_member, space_ids=frozenset({space.id}))
    known = set(query.filters) - set(filtered(person, own, things, query).unknown)
    told = set(query.filters) - set(filtered(person, narrow, things, query).unknown)
    return [one for one in query.filters if one in known - told]


def _name(name: str) -> str:
    kept = one_line(name)[:LONGEST_NAME].strip()
    if not kept:
        raise DomainError(_l("Donnez un nom à la recherche."))
    return kept


def _rhythm(rhythm: str) -> Rhythm:
    try:
        return Rhythm(rhythm)
    except ValueError as error:
        raise DomainError(_l("Choisissez le rythme des courriels.")) from error
