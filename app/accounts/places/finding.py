"""Finding a place by the beginning of a name, in a file compiled once from the published data."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields, replace
from fcntl import LOCK_EX, flock
from pathlib import Path

from flask import current_app

from app.accounts.places.sources import FRANCE, Place, all_places, mark
from app.core.db import sort_key

FORMAT = 3
FOLDER = "places"
SHORTEST_SEARCH = 2
MOST_FOUND = 8
MOST_NAMESAKES = 50
LONGEST_SEARCH = 80
LONGEST_REF = 200
COLUMNS = tuple(one.name for one in fields(Place) if one.name != "words")
SMALL_WORDS = frozenset(
    {"les", "des", "aux", "sur", "sous", "dans", "saint", "sainte", "von", "der", "the", "del", "dela"}
)
SHORTEST_WORD = 3
FAME = 20  # by its name in another language, a city is looked for so many times less than by its own

SCHEMA = f"""
CREATE TABLE place ({", ".join(COLUMNS)}, PRIMARY KEY (ref)) WITHOUT ROWID;
CREATE TABLE word (
  folded TEXT, rank INTEGER, ref TEXT, said TEXT, is_whole INTEGER, PRIMARY KEY (folded, rank, ref, said, is_whole)
) WITHOUT ROWID;
"""
FIND = f"""
SELECT {", ".join(COLUMNS)} FROM place JOIN (
  SELECT ref, max(is_whole AND folded = :whole) AS exact, min(rank) AS rank FROM word
  WHERE folded >= :whole AND folded < :beyond GROUP BY ref ORDER BY exact DESC, rank LIMIT :most
) USING (ref) ORDER BY exact DESC, rank, ref
"""  # noqa: S608 - our own column names
SAID = "SELECT ref, said FROM word WHERE folded = ? AND said != ''"


def places_called(words: str, most: int = MOST_FOUND) -> list[Place]:
    """Return the places whose name, or a word of it, begins so: exact names first, in France before elsewhere.

    A city asked for by its whole name in another language (« Genève ») is given under that name.
    """
    whole = sort_key(words[:LONGEST_SEARCH])
    if len(whole) < SHORTEST_SEARCH:
        return []
    with closing(_opened()) as connection:
        asked = {"whole": whole, "beyond": f"{whole}\U0010ffff", "most": most}
        found = [Place(*row) for row in connection.execute(FIND, asked)]
        said: dict[str, list[str]] = {}
        for ref, name in connection.execute(SAID, (whole,)):
            said.setdefault(ref, []).append(name)
    found = [_renamed(one, said.get(one.ref, []), words.strip()) for one in found]
    exact = [one for one in found if sort_key(one.name) == whole]
    return sorted(exact, key=lambda one: one.country != FRANCE) + [one for one in found if one not in exact]


def _renamed(place: Place, said: list[str], words: str) -> Place:
    """Return a place under the one of these names that was typed, else the first; ``place_of`` knows its new ref."""
    if not said or sort_key(place.name) == sort_key(words):
        return place
    name = words if words in said else said[0]
    return replace(place, name=name, ref=f"{place.ref}:{name}")


def place_without_doubt(name: str, code: str = "") -> Place | None:
    """Return the one place of a code, else the one that bears this whole name: in France first, then elsewhere.

    Of namesakes none is: a wrong population is worse than none.
    """
    if code:
        return next((one for one in places_called(code) if one.code == code), None)
    whole = sort_key(name)
    alike = [one for one in places_called(name, MOST_NAMESAKES) if sort_key(one.name) == whole]
    near = [one for one in alike if one.country == FRANCE] or alike
    return near[0] if len(near) == 1 else None


def place_of(ref: str) -> Place | None:
    """Return a place by its name in our file, called as it was found."""
    own, _colon, name = ref[:LONGEST_REF].partition(":")
    with closing(_opened()) as connection:
        found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM place WHERE ref = ?", (own,)).fetchone()  # noqa: S608 - same
        known = (own, name) in connection.execute(SAID, (sort_key(name),)).fetchall()
    if not found:
        return None
    return replace(Place(*found), name=name) if known else Place(*found)


def compile_places() -> Path:
    """Return the compiled file, made now if these data were not compiled yet; older ones are removed."""
    folder = current_app.config["SETTINGS"].instance / FOLDER
    known = hashlib.sha256(f"{FORMAT} {mark()}".encode()).hexdigest()[:12]
    path: Path = folder / f"{known}.sqlite3"
    if path.exists():
        return path
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as waiting:
        flock(waiting, LOCK_EX)  # of several processes, one compiles and the others find the file
        if not path.exists():
            draft = folder / f".{known}.draft"
            _write(draft)
            draft.replace(path)
            for old in folder.glob("*.sqlite3"):
                if old != path:
                    old.unlink()
    return path


def _opened() -> sqlite3.Connection:
    return sqlite3.connect(f"{compile_places().as_uri()}?mode=ro&immutable=1", uri=True)


def _write(draft: Path) -> None:
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {SCHEMA} BEGIN;")
        marks = ", ".join("?" * len(COLUMNS))
        for place in all_places():
            row = [getattr(place, name) for name in COLUMNS]
            connection.execute(f"INSERT OR IGNORE INTO place VALUES ({marks})", row)  # noqa: S608 - marks alone
            words = [
                (one.folded, -(place.population or 0) // one.share, place.ref, one.said, one.is_whole)
                for one in _ways_to(place)
            ]
            connection.executemany("INSERT OR IGNORE INTO word VALUES (?, ?, ?, ?, ?)", words)
        connection.execute("COMMIT")


@dataclass(frozen=True)
class _Way:
    """What one may begin to type to find a place, and what its rank is divided by.

    ``is_whole``: a whole name or a code; ``said``: the name of a city in another language, as it is written there.
    """

    folded: str
    share: int
    is_whole: bool = False
    said: str = ""


def _ways_to(place: Place) -> Iterator[_Way]:
    """Yield the ways to a place: its name, its name from each further word on, its other names, its codes."""
    for name in (place.name, *place.words):
        is_foreign = place.country != FRANCE and name != place.name
        folded, share = sort_key(name), FAME if is_foreign else 1
        yield _Way(folded, share, is_whole=True, said=name if is_foreign else "")
        words = folded.split()
        for start in range(1, len(words)):
            if len(words[start]) >= SHORTEST_WORD and words[start] not in SMALL_WORDS:
                yield _Way(" ".join(words[start:]), share)
