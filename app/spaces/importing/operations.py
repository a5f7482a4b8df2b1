"""What is done with a table of people: keep it, choose what it means, begin, give up, and one step of the work."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import force_locale
from sqlalchemy import String, cast, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Organisation, User, UserKind
from app.accounts.organisations.operations import record_by_name
from app.accounts.places.finding import compile_places
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import enqueue
from app.core.sheets import Sheet
from app.core.text import one_line
from app.extensions import db
from app.spaces.importing.columns import MEANINGS, Meaning, guess
from app.spaces.importing.judging import DOES, Judge, Outcome, Verdict, addresses_again, taken_above
from app.spaces.importing.options import Options
from app.spaces.invitations.details import InvitationDetails
from app.spaces.invitations.operations import invite
from app.spaces.invitations.permissions import is_administrator
from app.spaces.models import ImportState, PeopleImport, PeopleImportRow

CHUNK = 25  # rows written in one transaction, so that nobody waits behind a long table
KEPT_DRAFT = timedelta(days=7)
KEPT = timedelta(days=90)
JOB = "people.import"
SAMPLE = 20


def keep_sheet(by: User, name: str, sheet: Sheet) -> PeopleImport:
    """Keep a table as it was read, with what its columns seem to mean. Call inside ``transaction()``."""
    kept = PeopleImport(
        by_id=by.id,
        name=one_line(name)[:200],
        columns=sheet.columns,
        mapping=guess(sheet.columns, [row.cells for row in sheet.rows[:SAMPLE]]),
        total=len(sheet.rows),
    )
    db.session.add(kept)
    db.session.flush()
    db.session.execute(
        insert(PeopleImportRow), [{"import_id": kept.id, "n": row.n, "cells": row.cells} for row in sheet.rows]
    )
    return kept


def choose(people_import: PeopleImport, mapping: Mapping[str, str], options: Options) -> None:
    """Say what the columns mean and how people come in. Call inside ``transaction()``.

    Raises DomainError when no column holds addresses, or two mean the same, or the work has begun.
    """
    _hold_draft(people_import)
    width = len(people_import.columns)
    chosen = {i: m for i, m in mapping.items() if i.isdecimal() and int(i) < width and m in set(Meaning)}
    double = [meaning for meaning, times in Counter(chosen.values()).items() if times > 1]
    if double:
        raise DomainError(_l("Deux colonnes ont le même sens : %(name)s.", name=MEANINGS[Meaning(double[0])]))
    if Meaning.EMAIL not in chosen.values():
        raise DomainError(_l("Dites quelle colonne contient les adresses de courriel."))
    people_import.mapping, people_import.options = chosen, options.plain


def _hold_draft(people_import: PeopleImport) -> None:
    lock(people_import)
    if people_import.state != ImportState.DRAFT:
        raise DomainError(_l("Cet import a déjà commencé."))


def start(by: User, people_import: PeopleImport) -> None:
    """Begin the work, in the background. Call inside ``transaction()``. Raises DomainError when it has begun."""
    _hold_draft(people_import)
    people_import.state = ImportState.RUNNING
    go_on(people_import.id)
    record("people.import_started", by, people_import, rows=people_import.total)


def give_up(by: User, people_import: PeopleImport) -> None:
    """Stop: who was invited stays invited; a table that was only prepared is forgotten.

    Call inside ``transaction()``.
    """
    lock(people_import)
    if people_import.state == ImportState.DRAFT:
        db.session.delete(people_import)
    elif people_import.state == ImportState.RUNNING:
        people_import.state = ImportState.CANCELLED
        record("people.import_cancelled", by, people_import, done=people_import.done, rows=people_import.total)


def work_on(import_id: int, steps: int) -> bool:
    """Do some of the rows that are left; tell whether there may be more.

    Killed and begun again, or run twice at once, each row is done once.
    """
    kept = db.session.get(PeopleImport, import_id)
    if kept is None:
        return False
    if Options.of(kept).create_organisations:
        compile_places()  # some seconds the first time: before any transaction
    again = addresses_again(kept)
    return all(step(import_id, again) for _ in range(steps))


def go_on(import_id: int) -> None:
    """Have the next rows done soon: before the mails that wait, after what somebody waits for."""
    enqueue(JOB, {"id": import_id}, key=f"{JOB}:{import_id}")


def step(import_id: int, again: Mapping[int, str]) -> bool:
    """Do the next rows in one transaction; tell whether there may be more. ``again``: as ``addresses_again`` gives."""
    with transaction():
        kept = db.session.get(PeopleImport, import_id)
        if kept is None:
            return False
        lock(kept)
        by = db.session.get(User, kept.by_id)
        if kept.state != ImportState.RUNNING or by is None:
            return False
        rows = _rows_left(kept)
        if rows and is_administrator(by):
            with force_locale(by.language):
                _do(by, kept, rows, again)
        else:
            _finish(by, kept, given_up=bool(rows))
        return bool(rows)


def _rows_left(kept: PeopleImport) -> Sequence[PeopleImportRow]:
    left = (PeopleImportRow.import_id == kept.id) & (PeopleImportRow.outcome == "")
    return db.session.scalars(select(PeopleImportRow).where(left).order_by(PeopleImportRow.n).limit(CHUNK)).all()


def _finish(by: User, kept: PeopleImport, *, given_up: bool) -> None:
    """Write the end in the journal; somebody who no longer runs the site brings nobody in any more."""
    kept.state = ImportState.CANCELLED if given_up else ImportState.DONE
    action = "people.import_cancelled" if given_up else "people.import_done"
    record(action, by, kept, rows=kept.total, outcomes=outcomes_of(kept))


def outcomes_of(kept: PeopleImport) -> dict[str, int]:
    """Return how many rows had each outcome."""
    query = select(PeopleImportRow.outcome, func.count()).where(PeopleImportRow.import_id == kept.id)
    done = query.where(PeopleImportRow.outcome != "").group_by(PeopleImportRow.outcome)
    return dict(db.session.execute(done).all())


def _do(by: User, kept: PeopleImport, rows: Sequence[PeopleImportRow], again: Mapping[int, str]) -> None:
    judge = Judge(kept, by)
    for row, verdict in zip(rows, judge.verdicts(rows, taken_above(kept, again, rows)), strict=True):
        row.outcome, row.detail = verdict.outcome, verdict.detail[:300]
        if verdict.outcome in DOES:
            _bring_in(by, kept, row, verdict, judge)
    kept.done += len(rows)


def _bring_in(by: User, kept: PeopleImport, row: PeopleImportRow, verdict: Verdict, judge: Judge) -> None:
    """Invite one person; a refusal is kept with the row and undoes nothing of the others."""
    try:
        with db.session.begin_nested():
            place = verdict.organisation
            if verdict.outcome == Outcome.INVITED_NEW_CITY:
                place = _new_place(verdict, by)
            invite(by, _details(by, kept, verdict, place, judge.options))
    except (DomainError, IntegrityError) as error:
        row.outcome = Outcome.REFUSED
        row.detail = str(error.message)[:300] if isinstance(error, DomainError) else ""
        return
    if place is not None and verdict.outcome == Outcome.INVITED_NEW_CITY:
        judge.places.add(place)
        row.detail = place.name


def _new_place(verdict: Verdict, by: User) -> Organisation:
    named, is_member = verdict.named, verdict.kind == UserKind.MEMBER
    return record_by_name(named.organisation, named.insee, is_member=is_member, by=by)


def _details(
    by: User, kept: PeopleImport, verdict: Verdict, place: Organisation | None, options: Options
) -> InvitationDetails:
    named = verdict.named
    return InvitationDetails(
        email=named.email,
        kind=verdict.kind,
        spaces=verdict.spaces,
        role=verdict.role,
        name=named.name,
        function=named.function,
        organisation=place,
        language=named.language or options.language or by.language,
        words=options.words,
        purpose=options.purpose,
        guest_until=verdict.until,
        people_import=kept,
    )


def forget_old() -> None:
    """Delete tables that were only prepared, after a week, and finished ones after three months."""
    moment = now()
    prepared = (PeopleImport.state == ImportState.DRAFT) & (PeopleImport.updated_at < moment - KEPT_DRAFT)
    finished = PeopleImport.state.in_((ImportState.DONE, ImportState.CANCELLED))
    old = prepared | (finished & (PeopleImport.updated_at < moment - KEPT))
    db.session.execute(delete(PeopleImport).where(old).execution_options(synchronize_session=False))


def forget_in_lists(email: str) -> None:
    """Empty the rows that name an address, in every table kept; their numbers and outcomes stay. Inside a transaction.

    The database narrows down, in the form in which it keeps texts; letters beyond ASCII are compared here.
    """
    cells = func.lower(cast(PeopleImportRow.cells, String))
    likely = select(PeopleImportRow).where(cells.contains(json.dumps(email)[1:-1].lower(), autoescape=True))
    whole = re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)")
    for row in db.session.scalars(likely):
        if any(whole.search(cell.casefold()) for cell in row.cells):
            row.cells, row.detail = ["" for _cell in row.cells], ""
