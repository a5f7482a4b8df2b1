"""What is asked about lists of references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from app.accounts.models import User
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.extensions import db
from app.library.incoming.judging import Verdict, rows_seen, verdicts
from app.library.incoming.models import ReferenceImport, ReferenceImportRow
from app.library.models import Resource
from app.library.permissions import can_read_resource
from app.spaces.models import Space

ROWS_PER_PAGE, RECENT = 50, 10


def list_for(person: User, space: Space, public_id: str) -> ReferenceImport:
    """Return a list this person brought to a space. Raises NotFoundError for any other."""
    mine = (ReferenceImport.by_id == person.id) & (ReferenceImport.space_id == space.id)
    found: ReferenceImport | None = db.session.scalar(
        select(ReferenceImport).where(ReferenceImport.public_id == public_id, mine)
    )
    if found is None:
        raise NotFoundError
    return found


def lists_of(person: User, space: Space) -> Sequence[ReferenceImport]:
    """Return the last lists a person brought to a space, newest first."""
    mine = (ReferenceImport.by_id == person.id) & (ReferenceImport.space_id == space.id)
    query = select(ReferenceImport).where(mine).order_by(ReferenceImport.id.desc()).limit(RECENT)
    return db.session.scalars(query).all()


def rows_of(kept: ReferenceImport) -> Select[Any]:
    """Return the query of the rows of a list, in order."""
    return select(ReferenceImportRow).where(ReferenceImportRow.import_id == kept.id).order_by(ReferenceImportRow.n)


def rows_page(kept: ReferenceImport, outcome: str, number: int) -> Page[ReferenceImportRow]:
    """Return one page of the rows of a list, all or those with one outcome."""
    query = rows_of(kept).where(ReferenceImportRow.outcome == outcome) if outcome else rows_of(kept)
    return paginate(query, number, ROWS_PER_PAGE)


def resources_of(person: User, rows: Sequence[ReferenceImportRow]) -> dict[int, Resource]:
    """Return the resources rows have become or repeat, by id, where the person still reads them."""
    ids = [row.resource_id for row in rows if row.resource_id is not None]
    query = select(Resource).where(Resource.id.in_(ids), can_read_resource.where(person))
    return {one.id: one for one in db.session.scalars(query)} if ids else {}


@dataclass(frozen=True)
class Judged:
    """One row with what would become of it."""

    row: ReferenceImportRow
    verdict: Verdict


def trial(kept: ReferenceImport, by: User) -> list[Judged]:
    """Return what would become of every row; nothing is written."""
    rows = db.session.scalars(rows_of(kept)).all()
    return [Judged(row, one) for row, one in zip(rows, verdicts(by, rows, rows_seen(kept)), strict=True)]


def counted(judged: Sequence[Judged]) -> dict[str, int]:
    """Return how many rows would have each outcome."""
    return dict(Counter(one.verdict.outcome.value for one in judged))


def part_of(judged: Sequence[Judged], outcome: str, number: int) -> Page[Judged]:
    """Return one page of judged rows, all or those with one outcome."""
    chosen = [one for one in judged if not outcome or one.verdict.outcome == outcome]
    number = min(number, max(1, -(-len(chosen) // ROWS_PER_PAGE)))
    return Page(chosen[(number - 1) * ROWS_PER_PAGE : number * ROWS_PER_PAGE], number, ROWS_PER_PAGE, len(chosen))
