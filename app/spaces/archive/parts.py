"""What a feature declares of its tables, so that the rows of a space leave in an archive and come back.

A part is one file of JSON lines. Columns travel by themselves, as their types say; what refers to people, to cities and
to rows of other parts travels under names that mean the same on another site. Derived columns are left out and made
again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.core.slots import fillers

if TYPE_CHECKING:
    from sqlalchemy import Select

    from app.spaces.archive.arriving import Arriving
    from app.spaces.archive.leaving import Leaving

Record = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """The rows of one table.

    ``rows(leaving)`` asks for those that leave, in an order that does not change. ``leave_out`` names columns that are
    derived or of this site alone. ``refers`` names, by column, the part whose rows it points to; ``choices`` the only
    values a column may have. ``also(row, leaving)`` adds to a record, or changes it; ``keys`` are the names it adds.

    Coming back: ``misfit(record)`` names what a record cannot say, empty when all is well, before anything is written;
    ``prepare(record, arriving)`` works before any transaction (Markdown, files) and returns columns, or None for a row
    that stays out; ``brought(row, record, arriving)`` finishes inside it; ``finish(arriving)`` is called
    once all parts are there, in transactions of its own. ``files(record)`` names the files that a record needs, as
    (SHA-256, name) pairs: an archive that has lost one is refused.

    ``line(record)`` is the row in the page that people read: text and the files it links, as (SHA-256, name) pairs;
    None for a row without a line.
    """

    name: str
    model: Any
    rows: Callable[[Leaving], Select[Any]]
    leave_out: Collection[str] = ()
    refers: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Collection[str | None]] = field(default_factory=dict)
    keys: Collection[str] = ()
    files: Callable[[Record], list[tuple[Any, str]]] = lambda _record: []
    also: Callable[[Any, Leaving], Record] = lambda _row, _leaving: {}
    misfit: Callable[[Record], str] = lambda _record: ""
    prepare: Callable[[Record, Arriving], Record | None] = lambda _record, _arriving: {}
    brought: Callable[[Any, Record, Arriving], None] = lambda _row, _record, _arriving: None
    finish: Callable[[Arriving], None] = lambda _arriving: None
    title: Any = ""
    line: Callable[[Record], tuple[str, list[tuple[str, str]]]] | None = None

    @property
    def has_public_ids(self) -> bool:
        """Whether its rows are known by public ids; the others are numbered from 1."""
        return "public_id" in self.model.__table__.columns


def all_parts() -> list[Part]:
    """Return the parts of every feature, in the order in which they come back."""
    return [part for filler in fillers("space.archive") for part in filler()]


def by_name(parts: Iterable[Part]) -> dict[str, Part]:
    """Return parts by their names."""
    return {part.name: part for part in parts}
