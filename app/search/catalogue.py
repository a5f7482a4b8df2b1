"""What there is to find and who may find it: arrays over all things, a mask for each person, counts under it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]
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

    @property
    def type(self) -> str:
        """The feature's name for such things: what stands before the colon of the key."""
        return self.key.partition(":")[0]


@dataclass(frozen=True)
class Facets:
    """Counts of the results: by kind, and by space (only spaces the person may know of)."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    spaces: Mapping[int, int] = field(default_factory=dict)


class Catalogue:
    """Every thing that can be found, sorted by key, a column an array. Never changed: `with_changes` makes another."""

    def __init__(self, rows: Iterable[CatalogueRow], version: int = 0) -> None:
        self._rows = {row.key: row for row in rows}
        self.version = version
        self.serial = next(_serial)
        ordered = sorted(self._rows.values(), key=lambda row: row.key.encode())
        size = len(ordered)
        self.keys: Keys = np.array([row.key.encode() for row in ordered], dtype=f"S{KEY_BYTES}")
        self.kind_names = sorted({row.kind for row in ordered})
        codes = {name: code for code, name in enumerate(self.kind_names)}
        self.kinds: Numbers = np.fromiter((codes[row.kind] for row in ordered), np.int64, size)
        self.spaces: Numbers = np.fromiter((_space_of(row) for row in ordered), np.int64, size)
        self.network: Bools = np.fromiter((row.audience == Audience.NETWORK for row in ordered), np.bool_, size)
        self.published: Bools = np.fromiter((row.published for row in ordered), np.bool_, size)
        self.dates: Numbers = np.fromiter((_day_of(row) for row in ordered), np.int64, size)
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

    def counted(self, places: Numbers, passages: Numbers) -> Numbers:
        """Give the places of documents again, -1 for a passage of a part that counts no more (`passages` their n)."""
        if not len(self._in_parts):
            return places
        bounded = (places >= 0) & self._in_parts[places] & (passages != 0)
        standing = np.isin(places * MOST_PARTS + passages.astype(np.int64) // PART_SIZE, self._parts)
        return np.where(bounded & ~standing, -1, places)

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


@dataclass(frozen=True)
class Allowed:
    """A catalogue as one person sees it, with the kinds and spaces ticked (None: no filter).

    Everything an engine returns or counts lies under `mask`.
    """

    catalogue: Catalogue
    mask: Bools
    nameable: frozenset[int] = frozenset()
    kinds: frozenset[str] | None = None
    spaces: frozenset[int] | None = None

    @classmethod
    def to(
        cls,
        catalogue: Catalogue,
        scope: Scope,
        kinds: frozenset[str] | None = None,
        spaces: frozenset[int] | None = None,
    ) -> "Allowed":
        """Give what a scope lets through; a ticked space the person may not know of is an unknown one."""
        known = None if spaces is None else spaces & scope.nameable
        return cls(catalogue, catalogue.mask(scope), scope.nameable, kinds, known)

    def of_kinds(self, places: Numbers) -> Bools:
        """Tell which of these things are of a ticked kind."""
        if self.kinds is None:
            return np.ones(len(places), np.bool_)
        codes = [code for code, name in enumerate(self.catalogue.kind_names) if name in self.kinds]
        return np.isin(self.catalogue.kinds[places], codes)

    def of_spaces(self, places: Numbers) -> Bools:
        """Tell which of these things are at home in a ticked space."""
        if self.spaces is None:
            return np.ones(len(places), np.bool_)
        return np.isin(self.catalogue.spaces[places], list(self.spaces))

    def facets(self, places: Numbers) -> Facets:
        """Count things by kind and by space, each without its own filter."""
        kinds = self.catalogue.kinds[places[self.of_spaces(places)]]
        by_kind = np.bincount(kinds, minlength=len(self.catalogue.kind_names))
        spaces, numbers = np.unique(self.catalogue.spaces[places[self.of_kinds(places)]], return_counts=True)
        by_space = zip(spaces.tolist(), numbers.tolist(), strict=True)
        return Facets(
            {name: int(n) for name, n in zip(self.catalogue.kind_names, by_kind, strict=True) if n},
            {space: n for space, n in by_space if space in self.nameable},
        )
