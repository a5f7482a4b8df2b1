"""What would happen with each reference of a list: decided once, for the trial as for the work itself."""

from __future__ import annotations

import enum
from collections import defaultdict
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
from app.library.kinds import kind_of
from app.library.models import Resource
from app.library.permissions import can_read_resource
from app.spaces.models import State

AT_ONCE = 300  # titles, identifiers and addresses asked for in one statement
Sign = tuple[str, str]
#: The rows of a list by the signs they bear, each with the marks that part it from others of its title.
Seen = dict[Sign, list[tuple[int, "Marks"]]]


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


@dataclass(frozen=True)
class Marks:
    """What parts two references of one title, « Rapport annuel »: their DOI, their year; empty where not said."""

    doi: str
    year: str

    @classmethod
    def of(cls, reference: Reference) -> Marks:
        """Return the marks of a reference."""
        date = reference.date or reference.kind.date_of(reference.fields) or ""
        return cls(str(reference.fields.get("doi") or ""), date[:4])

    def agree(self, other: Marks) -> bool:
        """Tell whether nothing that both say differs."""
        pairs = ((self.doi, other.doi), (self.year, other.year))
        return all(mine == theirs for mine, theirs in pairs if mine and theirs)


def rows_seen(kept: ReferenceImport) -> Seen:
    """Return the rows of the whole list by their signs, in order."""
    query = select(ReferenceImportRow.n, ReferenceImportRow.said).where(ReferenceImportRow.import_id == kept.id)
    seen: Seen = defaultdict(list)
    for n, said in db.session.execute(query.where(ReferenceImportRow.refusal == "").order_by(ReferenceImportRow.n)):
        reference = Reference.of_plain(said)
        for sign in signs_of(reference):
            seen[sign].append((n, Marks.of(reference)))
    return seen


def _is_same(sign: Sign, marks: Marks, other: Marks) -> bool:
    """Tell whether a sign that two references share makes them one; a title does not where their marks differ."""
    return sign[0] != "title" or marks.agree(other)


def verdicts(by: User, rows: Sequence[ReferenceImportRow], seen: Seen) -> Iterator[Verdict]:
    """Yield the verdict of each row; doubles are looked for in what the person reads, and nowhere else."""
    references = [Reference.of_plain(row.said) for row in rows]
    known = _known(by, {sign for one in references for sign in signs_of(one)})
    for row, reference in zip(rows, references, strict=True):
        yield _verdict(row, reference, seen, known)


def _verdict(
    row: ReferenceImportRow, reference: Reference, seen: Seen, known: dict[Sign, list[tuple[Resource, Marks]]]
) -> Verdict:
    if row.refusal:
        return Verdict(Outcome.REFUSED, reference, row.refusal)
    signs, marks = signs_of(reference), Marks.of(reference)
    first = min((n for sign in signs for n, other in seen.get(sign, ()) if _is_same(sign, marks, other)), default=row.n)
    if first < row.n:
        return Verdict(Outcome.TWICE, reference, str(first))
    doubles = (one for sign in signs for one, other in known.get(sign, ()) if _is_same(sign, marks, other))
    double = next(doubles, None)
    if double is not None:
        return Verdict(Outcome.ALREADY_THERE, reference, double=double)
    return Verdict(Outcome.INCOMPLETE if row.remarks else Outcome.BROUGHT_IN, reference, " ; ".join(row.remarks))


def _known(by: User, signs: Iterable[Sign]) -> dict[Sign, list[tuple[Resource, Marks]]]:
    """Return the resources of the library the person reads, by the signs they share with a list."""
    asked, found = sorted(signs), defaultdict[Sign, list[tuple[Resource, Marks]]](list)
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
            said = Reference(
                kind_of(resource.kind), resource.title, date=resource.dated_on or "", fields=resource.fields
            )
            for sign in signs_of(said):
                found[sign].append((resource, Marks.of(said)))
    return found
