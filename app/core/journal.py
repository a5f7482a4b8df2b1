"""The journal in words: who did what, to what, as far as the reader may know it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_

from app.core.audit import ACTIONS, AuditEntry
from app.core.i18n import gettext as _

Namer = Callable[[Collection[int], Any], dict[int, str]]
Belonging = Callable[[Sequence[int]], Select[Any]]
Teller = Callable[[Any], str]

PERSON, SPACE = "user", "space"
#: Details that hold the id of a thing, or a list of ids, and its table.
REFERENCES = {"user_id": PERSON, "spaces": SPACE, "from_space": SPACE, "to_space": SPACE}
#: Details that people typed: told inside their space only, unless their action is spoken aloud.
TYPED = "reason"

_namers: dict[str, Namer] = {}
_inside: dict[str, Namer] = {}
_belongings: dict[str, Belonging] = {}
_tellers: dict[str, Teller] = {}
_aloud: set[str] = set()


def names(table: str, *, inside: Namer | None = None) -> Callable[[Namer], Namer]:
    """Register the function that names the things of a table: (ids, reader) -> words by id.

    A title is given only to a reader who may read the thing; for others a neutral word, the home space and no more.
    ``inside`` names them in the journal of the home space itself, where that space goes without saying.
    """

    def register(namer: Namer) -> Namer:
        _namers[table] = namer
        _inside[table] = inside or namer
        return namer

    return register


def belongs(table: str) -> Callable[[Belonging], Belonging]:
    """Register the query of the ids of a table's things whose home is one of some spaces."""

    def register(belonging: Belonging) -> Belonging:
        _belongings[table] = belonging
        return belonging

    return register


def tell(tellers: Mapping[str, Teller]) -> None:
    """Register how details are told, by their name: from the value kept to words. Others are not shown."""
    _tellers.update(tellers)


def aloud(*actions: str) -> None:
    """Declare actions whose typed reason is meant to be known by all who read the journal."""
    _aloud.update(actions)


@dataclass(frozen=True)
class Line:
    """One line of the journal, in words."""

    at: datetime
    who: str
    action: str
    what: str
    details: tuple[str, ...]
    request_id: str


def lines_of(entries: Sequence[AuditEntry], reader: Any, *, inside: int | None = None) -> list[Line]:
    """Return lines in words, in a few statements however many there are.

    ``inside`` is the id of the space whose own journal is read: its name then goes without saying.
    """
    named = _named(entries, reader, inside=inside is not None)
    named.pop((SPACE, inside or 0), None)
    return [_line(entry, named, inside=inside is not None) for entry in entries]


def _named(entries: Sequence[AuditEntry], reader: Any, *, inside: bool) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.person_id is not None:
            wanted[PERSON].add(entry.person_id)
        if entry.subject_type is not None and entry.subject_id is not None:
            wanted[entry.subject_type].add(entry.subject_id)
        for detail, table in REFERENCES.items():
            wanted[table].update(_ids(entry.detail.get(detail)))
    namers = _inside if inside else _namers
    return {
        (table, key): words
        for table, ids in wanted.items()
        if table in namers and ids
        for key, words in namers[table](ids, reader).items()
    }


def _ids(value: Any) -> list[int]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, int) and not isinstance(one, bool)]


def _line(entry: AuditEntry, named: Mapping[tuple[str, int], str], *, inside: bool) -> Line:
    nobody = _("Personne non identifiée") if entry.request_id else _("Le site")
    who = nobody if entry.person_id is None else named.get((PERSON, entry.person_id), _("Ancien compte"))
    what = named.get((entry.subject_type or "", entry.subject_id or 0), "")
    return Line(
        entry.at,
        who,
        str(ACTIONS.get(entry.action, entry.action)),
        "" if _goes_without_saying(entry, inside=inside) else what,
        tuple(words for words in _details(entry, named, inside=inside) if words),
        entry.request_id or "",
    )


def _goes_without_saying(entry: AuditEntry, *, inside: bool) -> bool:
    """Tell whether a line is about who did it, or about the very space whose journal is read."""
    return (entry.subject_type, entry.subject_id) == (PERSON, entry.person_id) or (
        inside and entry.subject_type == SPACE
    )


def _details(entry: AuditEntry, named: Mapping[tuple[str, int], str], *, inside: bool) -> Iterable[str]:
    for name, value in entry.detail.items():
        if name in REFERENCES:
            yield from (named[REFERENCES[name], key] for key in _ids(value) if (REFERENCES[name], key) in named)
        elif name == TYPED:
            if value and (inside or entry.action in _aloud):
                yield _("motif : %(reason)s", reason=value)
        elif name in _tellers and value not in (None, "", [], {}):
            yield _tellers[name](value)


def about_spaces(ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition of the lines about some spaces and about what they hold."""
    homes = [
        and_(AuditEntry.subject_type == table, AuditEntry.subject_id.in_(belonging(ids)))
        for table, belonging in _belongings.items()
    ]
    return or_(false(), and_(AuditEntry.subject_type == SPACE, AuditEntry.subject_id.in_(ids)), *homes)


def about_people(ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition of the lines about some people: their account, or their place in a space."""
    placed = and_(AuditEntry.subject_type == SPACE, AuditEntry.detail["user_id"].as_integer().in_(ids))
    return or_(and_(AuditEntry.subject_type == PERSON, AuditEntry.subject_id.in_(ids)), placed)
