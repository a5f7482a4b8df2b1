"""What would happen with each row of a table: decided once, for the trial as for the work itself."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.models import Organisation, User, UserKind
from app.accounts.organisations.details import codes_differ
from app.accounts.queries import is_address
from app.core.clock import now
from app.core.sheets import folded
from app.extensions import db
from app.spaces.importing.columns import Meaning, said_in
from app.spaces.importing.options import Options
from app.spaces.importing.persons import Named, named_in
from app.spaces.invitations.details import LONGEST_STAY
from app.spaces.invitations.permissions import can_open
from app.spaces.models import Invitation, Membership, PeopleImport, PeopleImportRow, Role, Space

AT_ONCE = 400  # addresses asked for in one statement
NEAR = 0.8
MOST_NEAR = 300  # near names looked for in one table


class Outcome(enum.StrEnum):
    """What becomes of a row."""

    INVITED = "invited"
    INVITED_NEW_CITY = "invited_new_city"
    ADDED = "added"
    BECOMES_MEMBER = "becomes_member"
    ALREADY_MEMBER = "already_member"
    ALREADY_INVITED = "already_invited"
    CLOSED = "closed"
    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    DUPLICATE = "duplicate"
    UNKNOWN_CITY = "unknown_city"
    UNSURE_CITY = "unsure_city"
    UNKNOWN_SPACE = "unknown_space"
    BAD_CELL = "bad_cell"
    BAD_END = "bad_end"
    NO_SPACE = "no_space"
    REFUSED = "refused"


#: The rows that lead to an invitation.
DOES = frozenset({Outcome.INVITED, Outcome.INVITED_NEW_CITY, Outcome.ADDED, Outcome.BECOMES_MEMBER})
#: Rows in which there was nothing to do.
SETTLED = frozenset({Outcome.ALREADY_MEMBER, Outcome.ALREADY_INVITED})
#: The rows below which an address is a duplicate: a row that was refused takes none.
TAKES = DOES | SETTLED


@dataclass(frozen=True)
class Verdict:
    """What is decided of one row. ``detail`` is a name or a number that the sentence of the outcome needs."""

    outcome: Outcome
    named: Named
    detail: str = ""
    kind: UserKind = UserKind.MEMBER
    role: Role = Role.MEMBER
    organisation: Organisation | None = None
    spaces: tuple[Space, ...] = ()
    until: datetime | None = None


@dataclass
class Known:
    """What the site knows of some addresses: accounts, where they take part, where they are already invited."""

    users: dict[str, User] = field(default_factory=dict)
    places: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    invited: dict[str, list[Invitation]] = field(default_factory=lambda: defaultdict(list))


class Judge:
    """Judges the rows of one table, with what they name read once for all."""

    def __init__(self, people_import: PeopleImport, by: User) -> None:
        self.mapping, self.by = people_import.mapping, by
        self.options = Options.of(people_import)
        self.default_spaces = self.options.spaces()
        self.default_place = self.options.organisation()
        self.places = Places()
        self.named_spaces = {
            folded(name): space for space in _living_spaces() for name in (space.name, space.short_name, space.slug)
        }
        self.named_spaces.pop("", None)

    def verdicts(self, rows: Sequence[PeopleImportRow], taken: Mapping[str, int]) -> Iterator[Verdict]:
        """Yield the verdict of each row; ``taken`` gives the rows above these that took an address.

        A row takes its address once it has its outcome: who does the work may yet have to refuse it.
        """
        named = [named_in(said_in(row.cells, self.mapping)) for row in rows]
        known, taken = _known({one.email for one in named}, self.by), dict(taken)
        for row, one in zip(rows, named, strict=True):
            verdict = self._verdict(one, taken.get(one.email), known)
            yield verdict
            if (row.outcome or verdict.outcome) in TAKES:
                taken[one.email] = row.n

    def _verdict(self, named: Named, above: int | None, known: Known) -> Verdict:
        if not named.email:
            return Verdict(Outcome.NO_ADDRESS, named)
        if not is_address(named.email):
            return Verdict(Outcome.BAD_ADDRESS, named, named.email[:200])
        if above is not None:
            return Verdict(Outcome.DUPLICATE, named, str(above))
        if named.odd is not None:
            return Verdict(Outcome.BAD_CELL, named, named.odd[1][:200])
        return self._placed(named, known)

    def _placed(self, named: Named, known: Known) -> Verdict:
        """Judge a row whose cells are understood: its spaces, its end, its organisation, then what is already there."""
        kind, role = named.kind or self.options.kind, named.role or Role.MEMBER
        unknown = [name for name in named.spaces if folded(name) not in self.named_spaces]
        spaces = tuple({s.id: s for s in (*self.default_spaces, *map(self._space, named.spaces)) if s}.values())
        closed = [s.label for s in spaces if not can_open(self.by, s, kind, role)]
        if unknown or closed:
            return Verdict(Outcome.UNKNOWN_SPACE, named, (unknown or closed)[0][:200])
        if not spaces and (kind == UserKind.GUEST or role == Role.FACILITATOR):
            return Verdict(Outcome.NO_SPACE, named)
        until = self.options.end_of(named.until) if kind == UserKind.GUEST else None
        if until is not None and not now() < until <= now() + LONGEST_STAY:
            return Verdict(Outcome.BAD_END, named, (named.until or until).strftime("%d/%m/%Y"))
        if unsure := self.places.namesakes(named):
            return Verdict(Outcome.UNSURE_CITY, named, unsure[:200])
        place, near = self.places.of(named) if named.organisation or named.insee else (self.default_place, "")
        if near and self.options.accept_near:
            place, near = self.places.by_name[folded(near)][0], ""
        if place is None and named.organisation and not self.options.create_organisations:
            return Verdict(Outcome.UNKNOWN_CITY, named, near)
        is_new = place is None and bool(named.organisation)
        outcome = self._outcome(named, kind, spaces, known)
        if is_new and outcome == Outcome.INVITED:
            outcome = Outcome.INVITED_NEW_CITY
        return Verdict(outcome, named, near if is_new else "", kind, role, place, spaces, until)

    def _space(self, name: str) -> Space | None:
        return self.named_spaces.get(folded(name))

    def _outcome(self, named: Named, kind: UserKind, spaces: Sequence[Space], known: Known) -> Outcome:
        wanted = {one.id for one in spaces}
        waiting = known.invited.get(named.email, [])
        if any(one.kind == kind and wanted <= {place.space_id for place in one.places} for one in waiting):
            return Outcome.ALREADY_INVITED
        user = known.users.get(named.email)
        if user is None:
            return Outcome.INVITED
        if user.disabled_at is not None:
            return Outcome.CLOSED
        if user.is_guest and kind == UserKind.MEMBER:
            return Outcome.BECOMES_MEMBER
        return Outcome.ADDED if wanted - known.places[user.id] else Outcome.ALREADY_MEMBER


class Places:
    """The organisations of the network, found by code or by name whatever its accents, hyphens and letter case."""

    def __init__(self) -> None:
        self.by_name: defaultdict[str, list[Organisation]] = defaultdict(list)
        self.by_code: defaultdict[str, list[Organisation]] = defaultdict(list)
        self.near: dict[str, str] = {}
        for one in db.session.scalars(select(Organisation)):
            self.add(one)

    def add(self, place: Organisation) -> None:
        """Take one more organisation in."""
        self.by_name[folded(place.name)].append(place)
        if place.insee_code:
            self.by_code[place.insee_code].append(place)

    def of(self, named: Named) -> tuple[Organisation | None, str]:
        """Return the organisation a row names; when there is none, the nearest name known."""
        found = self._found(named)
        return (found[0], "") if found else (None, self._nearest(folded(named.organisation)))

    def namesakes(self, named: Named) -> str:
        """Return the organisations among which a row does not choose, with their codes; none where there is no doubt.

        Several have its name or its code, or the one so named has another code.
        """
        alike, found = self._alike(named), self._found(named)
        if len(found) == 1 or not (alike or found):
            return ""
        unsure = found or [*alike, *self.by_code.get(named.insee, [])]
        return ", ".join(f"{one.name} ({one.insee_code or '–'})" for one in unsure)

    def _alike(self, named: Named) -> list[Organisation]:
        return self.by_name.get(folded(named.organisation), []) if named.organisation else []

    def _found(self, named: Named) -> list[Organisation]:
        """Return those a row may mean: of its code, of its name, of both where it gives both."""
        alike, coded = self._alike(named), self.by_code.get(named.insee, [])
        if coded:
            both = [one for one in coded if one in alike]
            return both or ([] if alike else coded)
        fitting = [one for one in alike if not codes_differ(named.insee, one.insee_code)]
        return [one for one in fitting if one.name == named.organisation] or fitting

    def _nearest(self, name: str) -> str:
        if name not in self.near and len(self.near) < MOST_NEAR:
            close = get_close_matches(name, self.by_name, 1, NEAR)
            self.near[name] = self.by_name[close[0]][0].name if close else ""
        return self.near.get(name, "")


def _living_spaces() -> Sequence[Space]:
    return db.session.scalars(select(Space).where(Space.deleted_at.is_(None))).all()


def _known(addresses: Iterable[str], by: User) -> Known:
    """Return what the site knows of some addresses, a few statements for hundreds of them."""
    known, rest = Known(), iter(sorted(addresses))
    while batch := list(islice(rest, AT_ONCE)):
        users = db.session.scalars(select(User).where(User.email.in_(batch))).all()
        known.users |= {one.email: one for one in users}
        running = (Membership.expires_at.is_(None)) | (Membership.expires_at > now())
        in_spaces = select(Membership.user_id, Membership.space_id).where(
            Membership.user_id.in_([one.id for one in users]), running
        )
        for user_id, space_id in db.session.execute(in_spaces):
            known.places[user_id].add(space_id)
        waiting = (
            select(Invitation)
            .options(selectinload(Invitation.places))
            .where(
                Invitation.email.in_(batch),
                Invitation.invited_by_id == by.id,
                Invitation.accepted_at.is_(None),
                Invitation.cancelled_at.is_(None),
                Invitation.expires_at > now(),
            )
        )
        for one in db.session.scalars(waiting):
            known.invited[one.email].append(one)
    return known


def addresses_again(people_import: PeopleImport) -> dict[int, str]:
    """Return the address of each row whose address other rows of the table give too."""
    column = next((int(i) for i, meaning in people_import.mapping.items() if meaning == Meaning.EMAIL), None)
    if column is None:
        return {}
    query = select(PeopleImportRow.n, PeopleImportRow.cells).where(PeopleImportRow.import_id == people_import.id)
    email_only = {str(column): Meaning.EMAIL}
    addresses = {n: named_in(said_in(cells, email_only)).email for n, cells in db.session.execute(query)}
    times = Counter(addresses.values())
    return {n: email for n, email in addresses.items() if times[email] > 1}


def taken_above(
    people_import: PeopleImport, again: Mapping[int, str], rows: Sequence[PeopleImportRow]
) -> dict[str, int]:
    """Return which rows done already took the addresses of these; ``again`` as ``addresses_again`` gives it."""
    wanted = {again[row.n] for row in rows if row.n in again}
    if not wanted:
        return {}
    took = PeopleImportRow.outcome.in_(TAKES) & (PeopleImportRow.import_id == people_import.id)
    done = db.session.scalars(select(PeopleImportRow.n).where(took).order_by(PeopleImportRow.n))
    return {again[n]: n for n in done if again.get(n) in wanted}
