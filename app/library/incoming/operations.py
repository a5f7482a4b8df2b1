"""Keeping a list of references, bringing it in row by row, giving up. Plain functions, inside ``transaction()``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import BULK, enqueue
from app.core.text import one_line
from app.extensions import db
from app.library.exchange.references import Reference
from app.library.exchange.understanding import details_of
from app.library.incoming.judging import DOES, Outcome, Seen, rows_seen, verdicts
from app.library.incoming.models import ReferenceImport, ReferenceImportRow
from app.library.operations import share_resource, taken_in
from app.library.permissions import can_add_resource
from app.spaces.models import ImportState, Space

JOB = "library.import_references"
CHUNK = 25  # rows written in one transaction, so that nobody waits behind a long list
AT_ONCE = 10  # a list this short is done while the person waits
STEPS = 4
KEPT_DRAFT, KEPT = timedelta(days=7), timedelta(days=90)


def keep_list(by: User, space: Space, name: str, references: Sequence[Reference]) -> ReferenceImport:
    """Keep a list as it was read. Call inside ``transaction()``. Raises RefusedError."""
    can_add_resource.require(by, space)
    kept = ReferenceImport(space=space, by_id=by.id, name=one_line(name)[:200], total=len(references))
    db.session.add(kept)
    db.session.flush()
    rows = [
        {"import_id": kept.id, "n": n, "said": one.plain, "remarks": one.remarks, "refusal": one.refusal[:300]}
        for n, one in enumerate(references, 1)
    ]
    db.session.execute(insert(ReferenceImportRow), rows)
    return kept


def start(by: User, kept: ReferenceImport) -> None:
    """Begin the work. Call inside ``transaction()``. Raises DomainError when it has begun, RefusedError."""
    lock(kept)
    can_add_resource.require(by, kept.space)
    if kept.state != ImportState.DRAFT:
        raise DomainError(_l("Cet import a déjà commencé."))
    kept.state = ImportState.RUNNING
    go_on(kept.id)
    record("library.import_started", by, kept.space, rows=kept.total)


def give_up(by: User, kept: ReferenceImport) -> None:
    """Stop: what came in stays; a list that was only prepared is forgotten. Call inside ``transaction()``."""
    lock(kept)
    if kept.state == ImportState.DRAFT:
        db.session.delete(kept)
    elif kept.state == ImportState.RUNNING:
        kept.state = ImportState.CANCELLED
        record("library.import_cancelled", by, kept.space, done=kept.done, rows=kept.total)


def go_on(import_id: int) -> None:
    """Have the next rows done soon."""
    enqueue(JOB, {"id": import_id}, key=f"{JOB}:{import_id}")


def work_on(import_id: int, steps: int = STEPS) -> bool:
    """Do some of the rows that are left; tell whether there may be more.

    Killed and begun again, or run twice at once, each row is done once.
    """
    kept = db.session.get(ReferenceImport, import_id)
    if kept is None:
        return False
    seen = rows_seen(kept)
    return all(step(import_id, seen) for _ in range(steps))


def step(import_id: int, seen: Seen) -> bool:
    """Do the next rows in one transaction; tell whether there may be more."""
    with transaction():
        kept = db.session.get(ReferenceImport, import_id)
        if kept is None:
            return False
        lock(kept)
        by = db.session.get_one(User, kept.by_id)
        if kept.state != ImportState.RUNNING:
            return False
        lock(kept.space)  # two lists at once wait for each other, so neither doubles the other's references
        left = (ReferenceImportRow.import_id == kept.id) & (ReferenceImportRow.outcome == "")
        rows = db.session.scalars(
            select(ReferenceImportRow).where(left).order_by(ReferenceImportRow.n).limit(CHUNK)
        ).all()
        if rows and by.disabled_at is None and can_add_resource(by, kept.space):
            with force_locale(by.language):
                _do(by, kept, rows, seen)
        else:
            _finish(by, kept, given_up=bool(rows))
        return bool(rows) and kept.state == ImportState.RUNNING


def _do(by: User, kept: ReferenceImport, rows: Sequence[ReferenceImportRow], seen: Seen) -> None:
    for row, verdict in zip(rows, list(verdicts(by, rows, seen)), strict=True):
        row.outcome, row.detail = verdict.outcome, verdict.detail[:300]
        row.resource_id = verdict.double.id if verdict.double else None
        if verdict.outcome in DOES:
            _bring_in(by, kept, row, verdict.reference)
    kept.done += len(rows)


def _bring_in(by: User, kept: ReferenceImport, row: ReferenceImportRow, reference: Reference) -> None:
    """Share one reference; a refusal is kept with the row and undoes nothing of the others."""
    try:
        with db.session.begin_nested():
            details, left_out = taken_in(details_of(reference), kept.space)
            row.resource_id = share_resource(by, kept.space, details, priority=BULK).id
            row.detail = " ; ".join(filter(None, (row.detail, left_out)))[:300]
    except (DomainError, IntegrityError) as error:
        row.outcome = Outcome.REFUSED
        row.detail = str(error.message)[:300] if isinstance(error, DomainError) else ""


def _finish(by: User, kept: ReferenceImport, *, given_up: bool) -> None:
    """Write the end in the journal; somebody who no longer writes in the space brings nothing in any more."""
    kept.state = ImportState.CANCELLED if given_up else ImportState.DONE
    action = "library.import_cancelled" if given_up else "library.import_done"
    record(action, by, kept.space, rows=kept.total, done=kept.done)


def outcomes_of(kept: ReferenceImport) -> dict[str, int]:
    """Return how many rows had each outcome."""
    query = select(ReferenceImportRow.outcome, func.count()).where(ReferenceImportRow.import_id == kept.id)
    done = query.where(ReferenceImportRow.outcome != "").group_by(ReferenceImportRow.outcome)
    return {str(outcome): int(number) for outcome, number in db.session.execute(done)}


def forget_old() -> None:
    """Delete lists that were only prepared, after a week, and finished ones after three months."""
    moment = now()
    prepared = (ReferenceImport.state == ImportState.DRAFT) & (ReferenceImport.updated_at < moment - KEPT_DRAFT)
    finished = ReferenceImport.state.in_((ImportState.DONE, ImportState.CANCELLED))
    old: Any = prepared | (finished & (ReferenceImport.updated_at < moment - KEPT))
    db.session.execute(delete(ReferenceImport).where(old).execution_options(synchronize_session=False))


def forget_lists_of(person: User) -> None:
    """Delete the lists a person brought; what came in is a matter of its own."""
    db.session.execute(delete(ReferenceImport).where(ReferenceImport.by_id == person.id))
