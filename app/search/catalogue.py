"""What there is to find and who may find it: arrays over all things, a mask for each person, counts under it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from app.search.columns import Bools, Column, Group, Numbers, Value
from app.search.query import Field

__all__ = ["Allowed", "Aspect", "Audience", "Bools", "Catalogue", "CatalogueRow", "Facets", "Numbers", "Scope"]

Keys = NDArray[np.bytes_]

KEY_BYTES = 32
"""Longest key ("resource:12") in bytes."""

PART_SIZE = 1_000_000
"""How many numbers of passages each part of a thing has (`engine.PART`)."""
MOST_PARTS = 8192
NO_SPACE = -1
_NO_DATE = 0
_serial = count(1)


class Audience(StrEnum):
    """Who reads a thing: the people of its home space, or every member of the network too."""

    SPACE = "space"
    NETWORK = "network"


class Aspect(StrEnum):
    """What results are narrowed by beside the fields of the language: what they are (a tab), the size of the city."""

    WHAT = "what"
    SIZE = "size"


_FIELD_OF = {Aspect.WHAT: Field.KIND, Aspect.SIZE: Field.CITY}


@dataclass(frozen=True)
class Scope:
    """What one person may read: everything of `space_ids`, and what is for the network if the person is a member.

    `shown_space_ids` are the spaces this person may know of by name (all of `space_ids`, and the listed ones);
    results never name another.
    """

    person_id: int | None
    is_member: bool
    space_ids: frozenset[int]
    shown_space_ids: frozenset[int] = frozenset()

    @property
    def nameable(self) -> frozenset[int]:
        """The spaces whose name may be shown."""
        return self.space_ids | self.shown_space_ids


@dataclass(frozen=True)
class CatalogueRow:
    """One thing that can be found, as its feature declares it."""

    key: str
    kind: str
    space_id: int | None
    audience: Audience
    published: bool
    date: dt.date | None = None
    lang: str | None = None
    tags: tuple[str, ...] = ()
    #: The parts whose passages count (see `engine.PART`): those of a file replaced or taken away do not, although the
    #: index may still hold them. None: all of them do.
    parts: tuple[int, ...] | None = None
    #: Who wrote it: ids of accounts, and names of people who have none.
    authors: tuple[int | str, ...] = ()
    #: How many people said that it is useful.
    useful: int = 0
    #: Other spaces that show it too, for those who read it already and read them.
    also_in: tuple[int, ...] = ()
    #: The key of what it speaks of, when it does nothing else: the comments of a resource.
    about: str = ""
    #: Whose word is the last in it, where several speak in one thing; None: its authors'.
    last_by: int | None = None
    #: What lists are ordered by: its name (``sort_key``), and when it came in (microseconds since 1970, UTC).
    name: str = ""
    came_in: int = 0
    #: Put aside by its space: still found, left out of lists unless they ask for it.
    archived: bool = False
    #: What the lists of its feature filter it by beside the fields, as "name:value".
    labels: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The feature's name for such things: what stands before the colon of the key."""
        return self.key.partition(":")[0]

    def values(self, one: Field) -> tuple[Value, ...]:
        """Give what the thing has for a field, as filters and counts know it."""
        match one:
            case Field.TAG:
                return self.tags
            case Field.AUTHOR:
                return self.authors
            case Field.CITY:
                # Where people belong may change without a word to search: a city is asked for by its people.
                return tuple(one for one in self.authors if isinstance(one, int))
            case Field.KIND:
                value: Value | None = self.kind
            case Field.SPACE:
                value = self.space_id
            case Field.YEAR:
                value = self.date.year if self.date else None
            case Field.LANG:
                value = self.lang
        return () if value is None else (value,)


@dataclass(frozen=True)
class Facets:
    """Counts of the results by the values of each field; of spaces, only those the person may know of.

    The values of a city are the ids of the accounts of its people.
    """

    counts: Mapping[Field, Mapping[Value, int]] = field(default_factory=dict)
    #: What was found and passes every filter but those of a field or aspect; only things the person may read.
    found: Mapping["Field | Aspect", Bools] = field(default_factory=dict, compare=False, repr=False)
    columns: Mapping[Field, Column] = field(default_factory=dict, compare=False, repr=False)

    @property
    def kinds(self) -> Mapping[str, int]:
        """Counts by kind."""
        return {str(kind): n for kind, n in self.counts.get(Field.KIND, {}).items()}

    @property
    def spaces(self) -> Mapping[int, int]:
        """Counts by the id of the space."""
        return {int(space): n for space, n in self.counts.get(Field.SPACE, {}).items()}

    def grouped(self, one: "Field | Aspect", groups: Mapping[Value, Group]) -> Mapping[Group, int]:
        """Count by groups of values; a thing counts once in a group."""
        column = self._column(one)
        return column.grouped(self.found[one], groups) if column else {}

    def having(self, one: "Field | Aspect", values: Collection[Value]) -> int:
        """Count what has one of these values."""
        column = self._column(one)
        return int((column.having(values) & self.found[one]).sum()) if column else 0

    def total(self, one: "Field | Aspect") -> int:
        """Count what is found without the filters of one field or aspect."""
        return int(self.found[one].sum()) if one in self.found else 0

    def _column(self, one: "Field | Aspect") -> Column | None:
        return self.columns.get(_field_of(one))


class Catalogue:
    """Every thing that can be found, sorted by key, a column an array. Never changed: `with_changes` makes another."""

    def __init__(self, rows: Iterable[CatalogueRow], version: int = 0) -> None:
        self._rows = {row.key: row for row in rows}
        self.version = version
        self.serial = next(_serial)
        ordered = self._ordered = sorted(self._rows.values(), key=lambda row: row.key.encode())
        size = len(ordered)
        self.keys: Keys = np.array([row.key.encode() for row in ordered], dtype=f"S{KEY_BYTES}")
        self._columns: dict[Field, Column] = {}
        self.spaces: Numbers = np.fromiter((_space_of(row) for row in ordered), np.int64, size)
        self.network: Bools = np.fromiter((row.audience == Audience.NETWORK for row in ordered), np.bool_, size)
        self.published: Bools = np.fromiter((row.published for row in ordered), np.bool_, size)
        self.came_in: Numbers = np.fromiter((row.came_in for row in ordered), np.int64, size)
        self.archived: Bools = np.fromiter((row.archived for row in ordered), np.bool_, size)
        self.dates: Numbers = np.fromiter((_day_of(row) for row in ordered), np.int64, size)
        self.useful: Numbers = np.fromiter((row.useful for row in ordered), np.int64, size)
        self._in_parts: Bools = np.fromiter((row.parts is not None for row in ordered), np.bool_, size)
        pairs = (place * MOST_PARTS + part for place, row in enumerate(ordered) for part in row.parts or ())
        self._parts: Numbers = np.sort(np.fromiter(pairs, np.int64))

    def __len__(self) -> int:
        return len(self.keys)

    def with_changes(self, rows: Iterable[CatalogueRow], gone: Iterable[str], version: int) -> "Catalogue":
        """Give the catalogue with these rows added or replaced and these keys taken out."""
        kept = dict(self._rows)
        for key in gone:
            kept.pop(key, None)
        kept.update((row.key, row) for row in rows)
        return Catalogue(kept.values(), version)

    def column(self, one: Field) -> Column:
        """Give the values of a field, made when they are first asked for."""
        if one not in self._columns:
            self._columns[one] = Column.of(row.values(one) for row in self._ordered)
        return self._columns[one]

    @cached_property
    def also_in(self) -> Column:
        """The other spaces that show each thing."""
        return Column.of(row.also_in for row in self._ordered)

    @cached_property
    def by_name(self) -> Numbers:
        """The rank of each thing by its name."""
        ranks = np.empty(len(self.keys), np.int64)
        ranks[sorted(range(len(self.keys)), key=lambda place: self._ordered[place].name)] = np.arange(len(self.keys))
        return ranks

    @cached_property
    def numbers(self) -> Numbers:
        """The id of each thing among those of its feature."""
        return np.fromiter((int(row.key.partition(":")[2]) for row in self._ordered), np.int64, len(self.keys))

    @cached_property
    def labels(self) -> Column:
        """What the lists of their features filter things by."""
        return Column.of(row.labels for row in self._ordered)

    def of_type(self, type_: str) -> Bools:
        """Tell for every thing whether it is one of a feature: its key begins with the feature's name for them."""
        found = np.zeros(len(self.keys), np.bool_)
        first, last = np.searchsorted(self.keys, np.array([f"{type_}:", f"{type_};"], dtype=self.keys.dtype))
        found[first:last] = True  # « ; » is what follows « : »
        return found

    def mask(self, scope: Scope) -> Bools:
        """Tell for every thing whether this person may read it."""
        mine = np.isin(self.spaces, np.fromiter(scope.space_ids, np.int64, len(scope.space_ids)))
        readable = mine | self.network if scope.is_member else mine
        return np.asarray(self.published & readable, dtype=np.bool_)

    def places(self, keys: Keys) -> Numbers:
        """Give for every key its place in the arrays, -1 when the catalogue does not hold it."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, at, -1)

    def among(self, keys: Collection[str]) -> Bools:
        """Tell for every place whether its key is one of these."""
        found = np.zeros(len(self.keys), np.bool_)
        if keys:
            places = self.places(np.array([key.encode() for key in keys], dtype=self.keys.dtype))
            found[places[places >= 0]] = True
        return found

    def counted(self, places: Numbers, passages: Numbers) -> Numbers:
        """Give the places of documents again, -1 for a passage of a part that counts no more (`passages` their n)."""
        if not len(self._in_parts):
            return places
        bounded = (places >= 0) & self._in_parts[places] & (passages != 0)
        standing = np.isin(places * MOST_PARTS + passages.astype(np.int64) // PART_SIZE, self._parts)
        return np.where(bounded & ~standing, -1, places)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def row(self, key: str) -> CatalogueRow:
        """Give the row of a key. Raises KeyError."""
        return self._rows[key]

    def key(self, place: int) -> str:
        """Give the key at a place."""
        return bytes(self.keys[place]).decode()


def _space_of(row: CatalogueRow) -> int:
    return NO_SPACE if row.space_id is None else row.space_id


def _day_of(row: CatalogueRow) -> int:
    return _NO_DATE if row.date is None else row.date.toordinal()


def _field_of(one: "Field | Aspect") -> Field:
    return _FIELD_OF[one] if isinstance(one, Aspect) else one


Wanted = Mapping[Field, frozenset[Value]]
"""Values by field; an empty set is a filter that nothing passes."""

Narrowed = Mapping[Aspect, frozenset[Value]]
"""The same beside the language: kinds for what a thing is, ids of accounts for the size of the city."""


@dataclass(frozen=True)
class Allowed:
    """A catalogue as one person sees it, with the filters: one value of each field `kept`, none of those `dropped`.

    Everything an engine returns or counts lies under `mask`. A thing stands in its home, and in the spaces of
    `readable` that show it too.
    """

    catalogue: Catalogue
    mask: Bools
    nameable: frozenset[int] = frozenset()
    readable: frozenset[int] = frozenset()
    kept: Wanted = field(default_factory=dict)
    dropped: Wanted = field(default_factory=dict)
    narrowed: Narrowed = field(default_factory=dict)

    @classmethod
    def to(
        cls,
        catalogue: Catalogue,
        scope: Scope,
        kept: Wanted | None = None,
        dropped: Wanted | None = None,
        narrowed: Narrowed | None = None,
    ) -> "Allowed":
        """Give what a scope lets through; a space the person may not know of is an unknown one."""
        kept, dropped = (_known(scope, wanted or {}) for wanted in (kept, dropped))
        mask = catalogue.mask(scope)
        return cls(catalogue, mask, scope.nameable, scope.space_ids, kept, dropped, narrowed or {})

    def passing(self, *aside: Field | Aspect) -> Bools:
        """Tell for every thing whether it passes the filters, those of the fields and aspects `aside` left out."""
        passed = np.ones(len(self.catalogue), np.bool_)
        asked: list[tuple[Field | Aspect, frozenset[Value]]] = [*self.kept.items(), *self.narrowed.items()]
        for one, values in asked:
            if one not in aside:
                passed &= self._having(_field_of(one), values)
        for other, values in self.dropped.items():
            passed &= ~self._having(other, values)
        return passed

    def _having(self, one: Field, values: frozenset[Value]) -> Bools:
        having = self.catalogue.column(one).having(values)
        if one is Field.SPACE:
            having |= self.catalogue.also_in.having(values & self.readable)
        return having

    def facets(self, places: Numbers) -> Facets:
        """Count things by every field and aspect, each without its own filter."""
        found = np.zeros(len(self.catalogue), np.bool_)
        found[places] = True
        everywhere = found & self.passing()
        without: dict[Field | Aspect, Bools] = {
            one: found & self.passing(one) if one in self.kept else everywhere for one in Field
        }
        without |= {one: found & self.passing(one) for one in Aspect}
        columns = {one: self.catalogue.column(one) for one in Field}
        counts = {one: column.counts(without[one]) for one, column in columns.items()}
        counts[Field.SPACE] = self._in_spaces(counts[Field.SPACE], without[Field.SPACE])
        return Facets(counts, without, columns)

    def _in_spaces(self, at_home: Mapping[Value, int], found: Bools) -> Mapping[Value, int]:
        """Count by space: a thing once in each that holds it or shows it, as far as the person may know."""
        counts: Counter[Value] = Counter({space: n for space, n in at_home.items() if space in self.nameable})
        shown = self.catalogue.also_in.counts(found)
        counts.update({space: n for space, n in shown.items() if space in self.readable})
        return counts


def _known(scope: Scope, wanted: Wanted) -> Wanted:
    return {one: values & scope.nameable if one is Field.SPACE else values for one, values in wanted.items()}
