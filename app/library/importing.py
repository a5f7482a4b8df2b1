"""Bringing a folder of files into a space: what each file is called, and what became of it."""

from __future__ import annotations

import enum
import os
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.accounts.models import User
from app.core.db import lock, sort_key, transaction
from app.core.errors import DomainError
from app.core.jobs import BULK
from app.core.sheets import decoded
from app.core.text import clean_text, one_line
from app.library.carriers import holds_bytes
from app.library.exchange.columns import PATH, Columns, is_file_format
from app.library.exchange.tables import BrokenTableError, rows_in
from app.library.exchange.understanding import kinds_by_name
from app.library.kinds import KINDS, OTHER, Kind, UnreadableError
from app.library.kinds.moments import moment_of
from app.library.kinds.registry import AUTHOR
from app.library.operations import ResourceDetails, share_resource, taken_in
from app.library.receiving import FileRefusedError, Received, receive
from app.library.tags import split_tags
from app.spaces.models import LONGEST_TITLE, Space

LONGEST_SOURCE, LONGEST_SUMMARY = 300, 2000
LONGEST_MANIFEST = 64 * 1024 * 1024


class ImportProblemError(Exception):
    """The import cannot begin: the message says why, for the person at the terminal."""


class Outcome(enum.StrEnum):
    """What became of one file."""

    IMPORTED = "imported"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"


@dataclass(frozen=True)
class Entry:
    """One file to bring in: its path, its name in the folder, and what a manifest says of it.

    ``trouble`` is a reason that keeps it out before it is even opened.
    """

    path: Path
    shown: str
    said: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of one file, and the resource it has become.

    ``reason`` says why it did not come in, or what of its row in the manifest could not be read.
    """

    shown: str
    outcome: Outcome
    reason: str = ""
    resource: str = ""
    blob_id: int | None = None


def entries_of(folder: Path, manifest: Path | None) -> list[Entry]:
    """Return the files of a folder in order of path; with a manifest, those it lists, and the others as left out.

    Raises ImportProblemError when the folder or the manifest cannot be read.
    """
    if not folder.is_dir():
        raise ImportProblemError(f"not a folder: {folder}")
    found = dict(_files_in(folder))
    if manifest is None:
        return [_listed(folder, shown, {}) for shown in found]
    known = {_plain_path(shown): shown for shown in found}
    said = {known.get(_plain_path(shown), shown): row for shown, row in rows_of(manifest).items()}
    kept_aside = {shown for shown, path in found.items() if path.resolve() == manifest.resolve()}
    listed = [_listed(folder, shown, row) for shown, row in said.items()]
    unlisted = [
        Entry(path, shown, trouble="not listed in the manifest")
        for shown, path in found.items()
        if shown not in said and shown not in kept_aside
    ]
    return [*listed, *unlisted]


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                path = Path(place) / name
                yield path.relative_to(folder).as_posix(), path


def _plain_path(shown: str) -> str:
    """Return a path as any system writes it: Windows parts folders otherwise, macOS parts letters from accents."""
    return unicodedata.normalize("NFC", shown.replace("\\", "/")).removeprefix("./")


def rows_of(manifest: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a manifest by path: a CSV with a head, whatever its encoding and its separator.

    Columns are ``path, title, author, date, lang, kind, tags`` and those of the fields of the kinds, under these names
    or as the pages call them (docs/kinds.md); others are ignored. Raises ImportProblemError.
    """
    try:
        if manifest.stat().st_size > LONGEST_MANIFEST:
            raise ImportProblemError(f"the manifest is too long: {manifest}")
        heads, *rows = list(rows_in(decoded(manifest.read_bytes()).lstrip("\ufeff"))) or [[]]
    except OSError as error:
        raise ImportProblemError(f"the manifest cannot be read: {error.strerror}") from error
    except BrokenTableError as error:
        raise ImportProblemError("the manifest cannot be read to its end: a quotation mark is never closed") from error
    columns = Columns(heads)
    if not rows or PATH not in columns:
        raise ImportProblemError(
            "the manifest needs a first line of column names, with « path » (« chemin », « fichier ») among them"
        )
    said = [_said(columns, row) for row in rows]
    return {path: row for row in said if (path := one_line(row.get(PATH, "")))}


def _said(columns: Columns, row: list[str]) -> dict[str, str]:
    """Return what a row says; of several columns of one name, the first that says something."""
    said: dict[str, str] = {}
    for name, cell in columns.cells(row):
        said[name] = said.get(name) or clean_text(cell).strip()
    return said


def _listed(folder: Path, shown: str, row: dict[str, str]) -> Entry:
    path = folder / shown
    inside = path.resolve().is_relative_to(folder.resolve())
    if not inside:
        return Entry(path, shown, row, "outside the folder")
    return Entry(path, shown, row, "" if path.is_file() else "not in the folder")


def import_entry(person: User, space: Space, entry: Entry) -> Fate:
    """Bring one file into a space, unless it is there already: each in a transaction of its own.

    A file that cannot come in is told with its reason; nothing is raised for what a file holds.
    """
    if entry.trouble:
        return Fate(entry.shown, Outcome.REFUSED, entry.trouble)
    try:
        with entry.path.open("rb") as stream:
            received = receive(stream, entry.path.name)
    except FileRefusedError as refusal:
        return Fate(entry.shown, Outcome.REFUSED, str(refusal.message))
    except OSError as error:
        return Fate(entry.shown, Outcome.REFUSED, error.strerror or type(error).__name__)
    return _shared(person, space, entry, received)


def _shared(person: User, space: Space, entry: Entry, received: Received) -> Fate:
    details, remark = details_of(entry)
    try:
        with transaction():
            lock(space)  # two imports at once into one space wait for each other, so neither doubles the other's files
            if holds_bytes(space, received.sha256):
                return Fate(entry.shown, Outcome.ALREADY_THERE, "the same bytes are in this space already")
            details, left_out = taken_in(details, space)
            resource = share_resource(person, space, details, files=[received], priority=BULK)
            blob_id = resource.attachments[0].current.blob_id
            return Fate(
                entry.shown, Outcome.IMPORTED, " ".join(filter(None, (remark, left_out))), resource.public_id, blob_id
            )
    except DomainError as error:
        return Fate(entry.shown, Outcome.REFUSED, str(error.message) or "not allowed in this space")


def import_all(
    person: User, space: Space, entries: list[Entry], tell: Callable[[Fate], None] = lambda _fate: None
) -> list[Fate]:
    """Bring in many files, one after the other; ``tell`` hears of each as it is done."""
    fates = []
    for entry in entries:
        fate = import_entry(person, space, entry)
        tell(fate)
        fates.append(fate)
    return fates


def details_of(entry: Entry) -> tuple[ResourceDetails, str]:
    """Return what is known of a file and a remark: the manifest's words, else its name.

    Its language is left to the reading. The remark names what of the manifest could not be read as its field asks;
    the file comes in without it.
    """
    said = {name: value for name, value in entry.said.items() if value}
    kind, unknown = _kind(one_line(said.get("kind", "")))
    fields, remarks = _fields(kind, said)
    takes_author = any("author" in one.columns for one in kind.fields)
    details = ResourceDetails.of(
        kind=kind.key,
        title=(one_line(said.get("title", "")) or title_of(entry.path.name))[:LONGEST_TITLE],
        summary=said.get("summary", "")[:LONGEST_SUMMARY],
        source="" if takes_author else one_line(next(filter(None, map(said.get, AUTHOR)), ""))[:LONGEST_SOURCE],
        dated_on=moment_of(said.get("date", "")) or kind.date_of(fields),
        lang=_lang(said.get("lang", "")),
        tags=split_tags(one_line(said.get("tags", ""))),
        fields=fields,
    )
    return details, " ".join([*unknown, *remarks])


def _kind(said: str) -> tuple[Kind, list[str]]:
    """Return the kind a row names, by its key or by any of its names, and a remark where none is called so."""
    known = KINDS.get(said.casefold()) or (kinds_by_name().get(sort_key(said)) if said else None)
    is_unknown = bool(said) and known is None and not is_file_format(said)
    return known or OTHER, [f"kind: « {said[:40]} » is not known here."] if is_unknown else []


def _fields(kind: Kind, said: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of a kind as a row of a manifest says them, and a remark for each that cannot be read."""
    fields, remarks = {}, []
    for one in kind.fields:
        text = one.read_from(said)
        if text:
            try:
                fields[one.name] = one.type.read(text)
            except UnreadableError as refusal:
                remarks.append(f"{one.name}: {refusal}")
    return fields, remarks


def title_of(name: str) -> str:
    """Return a readable title for a file without one: its name without extension, underscores as spaces."""
    stem = name.rpartition(".")[0] or name
    return one_line(os.fsencode(stem).decode("utf-8", "replace").replace("_", " ")) or name


def _lang(text: str) -> str:
    code = text.casefold()[:2]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""  # noqa: PLR2004 - ISO 639-1
