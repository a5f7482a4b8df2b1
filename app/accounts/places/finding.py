"""Finding a place by the beginning of a name, in a file compiled once from the published data."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from fcntl import LOCK_EX, flock
from pathlib import Path

from flask import current_app

from app.accounts.places.sources import FRANCE, Place, all_places, mark
from app.core.db import sort_key

FORMAT = 2
FOLDER = "places"
SHORTEST_SEARCH = 2
MOST_FOUND = 8
MOST_NAMESAKES = 50
LONGEST_SEARCH = 80
COLUMNS = tuple(one.name for one in fields(Place) if one.name != "words")
SMALL_WORDS = frozenset(
    {"les", "des", "aux", "sur", "sous", "dans", "saint", "sainte", "von", "der", "the", "del", "dela"}
)
SHORTEST_WORD = 3

SCHEMA = f"""
CREATE TABLE place ({", ".join(COLUMNS)}, PRIMARY KEY (ref)) WITHOUT ROWID;
CREATE TABLE word (
  folded TEXT, rank INTEGER, ref TEXT, is_whole INTEGER, PRIMARY KEY (folded, rank, ref, is_whole)
) WITHOUT ROWID;
"""
FIND = f"""
SELECT {", ".join(COLUMNS)} FROM place JOIN (
  SELECT ref, max(is_whole AND folded = :whole) AS exact, min(rank) AS rank FROM word
  WHERE folded >= :whole AND folded < :beyond GROUP BY ref ORDER BY exact DESC, rank LIMIT :most
) USING (ref) ORDER BY exact DESC, rank, ref
"""  # noqa: S608 - our own column names


def places_called(words: str, most: int = MOST_FOUND) -> list[Place]:
    """Return the places whose name, or a word of it, begins so: exact names first, in France before elsewhere."""
    whole = sort_key(words[:LONGEST_SEARCH])
    if len(whole) < SHORTEST_SEARCH:
        return []
    with closing(_opened()) as connection:
        asked = {"whole": whole, "beyond": f"{whole}\U0010ffff", "most": most}
        found = [Place(*row) for row in connection.execute(FIND, asked)]
    exact = [one for one in found if sort_key(one.name) == whole]
    return sorted(exact, key=lambda one: one.country != FRANCE) + [one for one in found if one not in exact]


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
    """Return a place by its name in our file."""
    with closing(_opened()) as connection:
        found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM place WHERE ref = ?", (ref[:40],)).fetchone()  # noqa: S608 - same
    return Place(*found) if found else None


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
            words = [(word, -(place.population or 0), place.ref, is_whole) for word, is_whole in _ways_to(place)]
            connection.executemany("INSERT OR IGNORE INTO word VALUES (?, ?, ?, ?)", words)
        connection.execute("COMMIT")


def _ways_to(place: Place) -> Iterator[tuple[str, bool]]:
    """Yield what one may begin to type, and whether it is a whole name.

    The name, other names and codes are; the name from each of its further words on is not.
    """
    for name in (place.name, *place.words):
        folded = sort_key(name)
        yield folded, True
        words = folded.split()
        for start in range(1, len(words)):
            if len(words[start]) >= SHORTEST_WORD and words[start] not in SMALL_WORDS:
                yield " ".join(words[start:]), False
