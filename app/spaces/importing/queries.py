"""What is asked about tables of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from app.accounts.models import User
from app.core.db import sort_key
from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.extensions import db
from app.spaces.importing.judging import Judge, Outcome, Verdict
from app.spaces.models import PeopleImport, PeopleImportRow

ROWS_PER_PAGE = 50
RECENT = 10


def import_for(person: User, public_id: str) -> PeopleImport:
    """Return a table this person brought. Raises NotFoundError for any other."""
    query = select(PeopleImport).where(PeopleImport.public_id == public_id, PeopleImport.by_id == person.id)
    found: PeopleImport | None = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def imports_of(person: User) -> Sequence[PeopleImport]:
    """Return the last tables a person brought, newest first."""
    query = select(PeopleImport).where(PeopleImport.by_id == person.id).order_by(PeopleImport.id.desc())
    return db.session.scalars(query.limit(RECENT)).all()


def rows_of(kept: PeopleImport) -> Select[Any]:
    """Return the query of the rows of a table, in order."""
    return select(PeopleImportRow).where(PeopleImportRow.import_id == kept.id).order_by(PeopleImportRow.n)


def first_cells(kept: PeopleImport, limit: int) -> list[list[str]]:
    """Return the cells of the first rows."""
    return [row.cells for row in db.session.scalars(rows_of(kept).limit(limit))]


def rows_page(kept: PeopleImport, outcome: str, number: int) -> Page[PeopleImportRow]:
    """Return one page of the rows of a table, all or those with one outcome."""
    query = rows_of(kept).where(PeopleImportRow.outcome == outcome) if outcome else rows_of(kept)
    return paginate(query, number, ROWS_PER_PAGE)


@dataclass(frozen=True)
class Judged:
    """One row with what would become of it."""

    row: PeopleImportRow
    verdict: Verdict


def trial(kept: PeopleImport, by: User) -> list[Judged]:
    """Return what would become of every row; nothing is written."""
    rows = db.session.scalars(rows_of(kept)).all()
    verdicts = Judge(kept, by).verdicts(rows, {})
    return [Judged(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]


def counted(judged: Sequence[Judged]) -> dict[str, int]:
    """Return how many rows would have each outcome."""
    return dict(Counter(one.verdict.outcome.value for one in judged))


def new_places(judged: Sequence[Judged]) -> list[str]:
    """Return the names of the organisations that would be created, each once, in the order of the table."""
    names = [one.verdict.named.organisation for one in judged if one.verdict.outcome == Outcome.INVITED_NEW_CITY]
    return list({sort_key(name): name for name in reversed(names)}.values())[::-1]


def part_of(judged: Sequence[Judged], outcome: str, number: int) -> Page[Judged]:
    """Return one page of judged rows, all or those with one outcome."""
    chosen = [one for one in judged if not outcome or one.verdict.outcome == outcome]
    number = min(number, max(1, -(-len(chosen) // ROWS_PER_PAGE)))
    return Page(chosen[(number - 1) * ROWS_PER_PAGE : number * ROWS_PER_PAGE], number, ROWS_PER_PAGE, len(chosen))
