"""A resource with all its files as one ZIP, written as it is sent: nothing of it is held in memory or on disk."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import current_app, render_template

from app.accounts.models import User
from app.core.clock import now
from app.core.i18n import local
from app.core.storage import CHUNK, storage
from app.library.exchange.leaving import reference_of
from app.library.exchange.tables import RESOURCES, written
from app.library.facts import chapters, essentials, head_facts
from app.library.kinds import kind_of
from app.library.models import FileVersion, Resource
from app.library.reading.names import safe_name, split_extension
from app.library.rows import foreign_lang
from app.library.scanning.safety import is_open
from app.spaces.permissions import shown_space

FORMAT = {"format": "beffroi-resource", "format_version": 1}
FOLDER = "fichiers"
#: What Windows keeps for its devices, whatever the extension (Microsoft, « Naming files, paths and namespaces »).
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{word}{n}" for word in ("com", "lpt") for n in range(1, 10))})
#: Fast, and understood by every program: a stored entry whose size comes after it is not.
_LEVEL = 1
_READABLE = 0o644 << 16


@dataclass(frozen=True)
class Entry:
    """One file of the archive: its name there, when it was made (local time), and its bytes, or where they are."""

    name: str
    at: datetime
    source: Path | bytes


class _Passing:
    """A stream that cannot go back: what is written waits until it is taken to be sent."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._waiting.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        given, self._waiting = b"".join(self._waiting), []
        return given


def zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield a ZIP (PKWARE APPNOTE 6.3, UTF-8 names) piece by piece; a piece holds at most one chunk of a file."""
    passing = _Passing()
    with ZipFile(passing, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for entry in entries:
            info = ZipInfo(entry.name, entry.at.timetuple()[:6])
            info.compress_type, info.external_attr = ZIP_DEFLATED, _READABLE
            with archive.open(info, "w", force_zip64=True) as written:
                for chunk in _chunks(entry.source):
                    written.write(chunk)
                    if given := passing.taken():
                        yield given
            yield passing.taken()
    yield passing.taken()


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def names_apart(names: Iterable[str]) -> list[str]:
    """Return names without path that differ on every system: « Bilan.pdf », « Bilan (2).pdf »."""
    taken: set[str] = set()
    given = []
    for name in names:
        plain = safe_name(name)
        stem, ending = split_extension(plain)
        if stem.partition(".")[0].strip().casefold() in _RESERVED:
            plain, stem = f"_{plain}", f"_{stem}"
        chosen, number = plain, 1
        while _folded(chosen) in taken:
            number += 1
            chosen = f"{stem} ({number}){ending}"
        taken.add(_folded(chosen))
        given.append(chosen)
    return given


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def entries_of(resource: Resource, reader: User) -> list[Entry]:
    """Return what the archive of a resource holds for somebody who may read it: its record, and its current files.

    A file that cannot be given (its bytes are lost, the antivirus has not cleared it) is named there as missing.
    """
    versions = [one.current for one in resource.attachments]
    places = [f"{FOLDER}/{name}" for name in names_apart(one.name for one in versions)]
    sources = [_source(one) for one in versions]
    files = [
        {"version": one, "place": place if source else ""}
        for one, place, source in zip(versions, places, sources, strict=True)
    ]
    moment = local(now())
    page = render_template("library/record.html", **_page(resource, files, moment))
    record = json.dumps(_record(resource, reader, files, moment), ensure_ascii=False, indent=2)
    entries = [Entry("fiche.html", moment, page.encode()), Entry("fiche.json", moment, record.encode())]
    given = zip(versions, places, sources, strict=True)
    return [*entries, *(Entry(place, local(one.at), source) for one, place, source in given if source)]


def _source(version: FileVersion) -> Path | None:
    if not is_open(version.blob):
        return None
    try:
        return storage().path(version.blob.sha256)
    except FileNotFoundError:
        current_app.logger.exception("the bytes of file %s are missing", version.public_id)
        return None


def _page(resource: Resource, files: list[dict[str, Any]], moment: datetime) -> dict[str, Any]:
    return {
        "resource": resource,
        "kind": kind_of(resource.kind),
        "lang": foreign_lang(resource),
        "head": head_facts(resource),
        "essentials": essentials(resource),
        "chapters": chapters(resource),
        "link": reference_of(resource).link,
        "files": files,
        "at": moment,
    }


def _record(resource: Resource, reader: User, files: list[dict[str, Any]], moment: datetime) -> dict[str, Any]:
    """Return the record for programs: as in the JSON lists of the library, which it imports again."""
    space, author, reference = shown_space(reader, resource), resource.author, reference_of(resource)
    return {
        **FORMAT,
        "made_at": moment.isoformat(),
        RESOURCES: [{name: text for name, text in written(reference).items() if text}],
        "about": {
            "id": resource.public_id,
            "space": space.name if space else None,
            "audience": str(resource.audience),
            "shared_by": author.name if author else None,
            "organisation": author.organisation.name if author and author.organisation else None,
            "published_at": resource.published_at.isoformat() if resource.published_at else None,
            "updated_at": resource.updated_at.isoformat(),
        },
        "files": [_file(one["version"], one["place"]) for one in files],
    }


def _file(version: FileVersion, place: str) -> dict[str, Any]:
    return {
        "name": version.name,
        "path": place or None,
        "sha256": version.blob.sha256,
        "size": version.blob.size,
        "version": version.n,
        "brought_at": version.at.isoformat(),
        "note": version.note,
    }
