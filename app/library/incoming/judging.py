"""What would happen with each reference of a list: decided once, for the trial as for the work itself."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import sort_key
from app.core.i18n import lazy_gettext as _l
from app.extensions import db
from app.library.exchange.references import Reference
from app.library.incoming.models import ReferenceImport, ReferenceImportRow
from app.library.models import Resource
from app.library.permissions import can_read_resource
from app.spaces.models import State

AT_ONCE = 300  # titles, identifiers and addresses asked for in one statement
Sign = tuple[str, str]


class Outcome(enum.StrEnum):
    """What becomes of a reference."""

    BROUGHT_IN = "brought_in"
    INCOMPLETE = "incomplete"
    ALREADY_THERE = "already_there"
    TWICE = "twice"
    REFUSED = "refused"


#: The rows that become resources.
DOES = frozenset({Outcome.BROUGHT_IN, Outcome.INCOMPLETE})
BEFORE = {Outcome.BROUGHT_IN: _l("sera importée"), Outcome.INCOMPLETE: _l("sera importée, à relire")}
AFTER = {
    Outcome.BROUGHT_IN: _l("importée"),
    Outcome.INCOMPLETE: _l("importée, à relire"),
    Outcome.ALREADY_THERE: _l("déjà dans la bibliothèque"),
    Outcome.TWICE: _l("même référence que plus haut"),
    Outcome.REFUSED: _l("ne peut pas être importée"),
}


def heading(outcome: str, *, done: bool) -> str:
    """Return the words for one row, and for all rows of one outcome together."""
    known = Outcome(outcome)
    return str(AFTER[known] if done else BEFORE.get(known, AFTER[known]))


def tone(outcome: str) -> str:
    """Return the tone of a row: ok, plain for nothing to do, warn for what needs a hand."""
    return {Outcome.BROUGHT_IN: "ok", Outcome.ALREADY_THERE: "", Outcome.TWICE: ""}.get(Outcome(outcome), "warn")


@dataclass(frozen=True)
class Verdict:
    """What is decided of one row; ``detail`` says more, ``double`` is the resource it repeats."""

    outcome: Outcome
    reference: Reference
    detail: str = ""
    double: Resource | None = None


def signs_of(reference: Reference) -> list[Sign]:
    """Return by what a reference is known again: its DOI, its address, its title."""
    fields = reference.fields
    said = [(name, str(fields[name])) for name in ("doi", "address") if fields.get(name)]
    return [*said, ("title", sort_key(reference.title))]


def first_rows(kept: ReferenceImport) -> dict[Sign, int]:
    """Return the first row of each sign in the whole list."""
    query = select(ReferenceImportRow.n, ReferenceImportRow.said).where(ReferenceImportRow.import_id == kept.id)
    seen: dict[Sign, int] = {}
    for n, said in db.session.execute(query.where(ReferenceImportRow.refusal == "").order_by(ReferenceImportRow.n)):
        for sign in signs_of(Reference.of_plain(said)):
            seen.setdefault(sign, n)
    return seen


def verdicts(by: User, rows: Sequence[ReferenceImportRow], seen: dict[Sign, int]) -> Iterator[Verdict]:
    """Yield the verdict of each row; doubles are looked for in what the person reads, and nowhere else."""
    references = [Reference.of_plain(row.said) for row in rows]
    known = _known(by, {sign for one in references for sign in signs_of(one)})
    for row, reference in zip(rows, references, strict=True):
        yield _verdict(row, reference, seen, known)


def _verdict(
    row: ReferenceImportRow, reference: Reference, seen: dict[Sign, int], known: dict[Sign, Resource]
) -> Verdict:
    if row.refusal:
        return Verdict(Outcome.REFUSED, reference, row.refusal)
    signs = signs_of(reference)
    first = min(seen.get(sign, row.n) for sign in signs)
    if first < row.n:
        return Verdict(Outcome.TWICE, reference, str(first))
    double = next((known[sign] for sign in signs if sign in known), None)
    if double is not None:
        return Verdict(Outcome.ALREADY_THERE, reference, double=double)
    return Verdict(Outcome.INCOMPLETE if row.remarks else Outcome.BROUGHT_IN, reference, " ; ".join(row.remarks))


def _known(by: User, signs: Iterable[Sign]) -> dict[Sign, Resource]:
    """Return the resources of the library the person reads, by the signs they share with a list."""
    asked, found = sorted(signs), dict[Sign, Resource]()
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        of = {name: [value for key, value in part if key == name] for name in ("doi", "address", "title")}
        same = or_(
            Resource.sort_key.in_(of["title"]),
            Resource.fields["doi"].as_string().in_(of["doi"]),
            Resource.fields["address"].as_string().in_(of["address"]),
        )
        mine = can_read_resource.where(by) & (Resource.state != State.DRAFT)
        query = select(Resource).where(same, mine).order_by(Resource.id).options(joinedload(Resource.space))
        for resource in db.session.scalars(query):
            for sign in signs_of(Reference(title=resource.title, fields=resource.fields)):
                found.setdefault(sign, resource)
    return found
