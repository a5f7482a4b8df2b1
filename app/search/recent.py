"""What a person asked lately: theirs alone, a few, for some weeks, and forgotten as soon as they wish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app.core.clock import now
from app.core.db import insert_into, new_public_id
from app.core.errors import NotFoundError
from app.core.i18n import current_language, pgettext
from app.core.i18n import gettext as _
from app.core.sessions import hashed
from app.core.slots import fill
from app.core.takeaway import ExportPart
from app.extensions import db
from app.search.analysis import fold
from app.search.beginnings import Begun, is_named
from app.search.models import RecentSearch
from app.search.query import Query, typed
from app.search.query.keeping import from_dict, to_dict

MOST_KEPT = 20
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Recent:
    """One search of the past: how it is typed, in the reader's language, when it was made, how its address names it."""

    words: str
    at: datetime
    public_id: str


def remember(person: Any, query: Query) -> None:
    """Keep a search of a person, the last first; the oldest make room. Call inside ``transaction()``."""
    if query.is_empty:
        return
    key, moment = hashed(fold(typed(query))), now()
    row = insert_into(RecentSearch).values(
        public_id=new_public_id(), user_id=person.id, key=key, query=to_dict(query), at=moment
    )
    again = {"query": row.excluded.query, "at": moment}
    db.session.execute(row.on_conflict_do_update(index_elements=["user_id", "key"], set_=again))
    order = (RecentSearch.at.desc(), RecentSearch.id.desc())
    kept = select(RecentSearch.id).where(RecentSearch.user_id == person.id).order_by(*order).limit(MOST_KEPT)
    _delete(RecentSearch.user_id == person.id, RecentSearch.id.not_in(kept))


def recent_of(person: Any) -> list[Recent]:
    """Return what a person asked lately, the last first."""
    mine = (RecentSearch.user_id == person.id) & (RecentSearch.at > now() - KEPT)
    rows = db.session.scalars(select(RecentSearch).where(mine).order_by(RecentSearch.at.desc(), RecentSearch.id.desc()))
    lang = current_language()
    return [Recent(typed(from_dict(row.query), lang), row.at, row.public_id) for row in rows]


def recent_like(person: Any, words: Sequence[Begun], limit: int) -> list[Recent]:
    """Return the last searches of a person that hold what is typed."""
    return [one for one in recent_of(person) if is_named(one.words, words)][:limit] if words else []


def forget(person: Any, public_id: str) -> None:
    """Forget one search of a person. Call inside ``transaction()``. Raises NotFoundError for any other."""
    mine = select(RecentSearch).where(RecentSearch.user_id == person.id, RecentSearch.public_id == public_id)
    found = db.session.scalar(mine)
    if found is None:
        raise NotFoundError
    db.session.delete(found)


def forget_all(person: Any) -> None:
    """Forget every search of a person. Call inside ``transaction()``."""
    _delete(RecentSearch.user_id == person.id)


def forget_old() -> None:
    """Forget what was asked too long ago. Call inside ``transaction()``."""
    _delete(RecentSearch.at <= now() - KEPT)


def _delete(*conditions: Any) -> None:
    db.session.execute(delete(RecentSearch).where(*conditions).execution_options(synchronize_session=False))


@fill("person.export", order=45)
def part_of_searches(user: Any) -> list[ExportPart]:
    """Return the searches of a person that are kept."""
    records = [
        {pgettext("search page", "Recherche"): one.words, _("Date"): one.at.isoformat()} for one in recent_of(user)
    ]
    return [ExportPart("recent_searches", _("Mes recherches récentes"), records)]


@fill("person.erase", order=45)
def forget_searches(user: Any, withdraw: bool) -> None:  # noqa: ARG001, FBT001 - the slot's own arguments
    """Forget the searches of somebody who leaves."""
    forget_all(user)
