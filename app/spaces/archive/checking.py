"""Reading a whole archive without writing: every record, every reference, every file; what would come in is counted."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.accounts.elsewhere import people_by_digest
from app.accounts.organisations.details import MOST_PEOPLE
from app.core.db import PUBLIC_ID_ALPHABET, PUBLIC_ID_LENGTH
from app.core.i18n import format_size
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.extensions import db
from app.spaces.archive.columns import (
    ORGANISATION,
    PERSON,
    ArchiveError,
    WrongValueError,
    check_record,
    target_of,
    travelling,
)
from app.spaces.archive.opening import DAMAGED, FALSE_SUM, NEWER, STRANGE, Opened
from app.spaces.archive.parts import Part, Record, all_parts, by_name
from app.spaces.models import Audience, Space
from app.spaces.quotas import limit_of

PUBLIC_ID = re.compile(rf"[{PUBLIC_ID_ALPHABET}]{{{PUBLIC_ID_LENGTH}}}")
DIGEST = re.compile(r"[0-9a-f]{64}")
PEOPLE, PLACES, SPACE_PART = "people", "organisations", "space"
_KNOWN = {
    PEOPLE: {"id", "name", "function", "kind", "organisation", "erased", "email_sha256", "email"},
    PLACES: {"id", "name", "kind", "country", "region", "insee_code", "population", "latitude", "longitude"},
}
_BETWEEN = {"population": (0, MOST_PEOPLE), "latitude": (-90, 90), "longitude": (-180, 180)}
ROOM_KEPT = 512 * 1024 * 1024
#: Missing files named in a sentence.
MOST_NAMED = 5


@dataclass
class Checked:
    """What an archive holds, once all of it has been read: counts for people to see, refs of each part, files."""

    manifest: dict[str, Any]
    rows: dict[str, int] = field(default_factory=dict)
    refs: dict[str, set[str | int]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    known_people: int = 0
    unknown_people: int = 0
    to_network: int = 0
    bytes: int = 0

    @property
    def summary(self) -> dict[str, Any]:
        """What is kept of it for the page: plain values."""
        numbers = ("rows", "known_people", "unknown_people", "to_network", "bytes")
        return {"manifest": self.manifest, **{name: getattr(self, name) for name in numbers}}


def check_archive(opened: Opened) -> Checked:
    """Read all of an archive. Raises ArchiveError with a sentence: then nothing of it comes in."""
    parts = by_name(all_parts())
    unknown = opened.manifest["parts"].keys() - {*parts, PEOPLE, PLACES}
    if unknown:
        raise ArchiveError(NEWER)
    checked = Checked(opened.manifest)
    _check_named(opened, checked)
    for part in parts.values():
        _check_part(opened, part, checked)
    if checked.rows.get(SPACE_PART) != 1:
        raise ArchiveError(DAMAGED)
    _check_files(opened, checked)
    free = shutil.disk_usage(current_app.config["SETTINGS"].instance).free
    if checked.bytes + ROOM_KEPT > free:
        raise ArchiveError(_l("Il n'y a pas assez de place sur ce serveur pour les fichiers de cette archive."))
    return checked


def _check_files(opened: Opened, checked: Checked) -> None:
    """Compare the files with what the data names and the manifest counts, and read them.

    A file may be named and not be there where the site it left had lost its bytes: the manifest does not count it.
    """
    if opened.files.keys() - checked.files.keys():
        raise ArchiveError(STRANGE)
    missing = [name for sha256, name in checked.files.items() if sha256 not in opened.files]
    if missing and len(opened.files) != opened.manifest["files"]:
        names = f"{', '.join(missing[:MOST_NAMED])}{', …' if missing[MOST_NAMED:] else ''}"
        raise ArchiveError(
            _("Cette archive est incomplète, il y manque : %(names)s. Copiez-la de nouveau.", names=names)
        )
    checked.bytes = opened.check_files()
    if (len(opened.files), checked.bytes) != (opened.manifest["files"], opened.manifest["bytes"]):
        raise ArchiveError(FALSE_SUM)


def _check_named(opened: Opened, checked: Checked) -> None:
    """Read the people and the cities that the archive names."""
    digests = people_by_digest()
    places = checked.refs[PLACES] = set()
    for n, record in enumerate(opened.records(PLACES), 1):
        _check_known(PLACES, record, n)
        places.add(record["id"])
    people = checked.refs[PEOPLE] = set()
    for n, record in enumerate(opened.records(PEOPLE), 1):
        _check_known(PEOPLE, record, n)
        if record.get("organisation") not in {None, *places}:
            raise _wrong(PEOPLE, n, "organisation")
        people.add(record["id"])
        if record.get("email_sha256") in digests:
            checked.known_people += 1
        else:
            checked.unknown_people += 1


def _check_known(name: str, record: Record, n: int) -> None:
    if record.keys() - _KNOWN[name]:
        raise ArchiveError(NEWER)
    ref = record.get("id")
    if not isinstance(ref, str) or not PUBLIC_ID.fullmatch(ref):
        raise _wrong(name, n, "id")
    for key in _BETWEEN.keys() & record.keys():
        if not _is_within(key, record[key]):
            raise _wrong(name, n, key)
    texts = _KNOWN[name] - {"id", "erased", *_BETWEEN}
    for key in texts & record.keys():
        if not (isinstance(record[key], str) or record[key] is None) or len(record[key] or "") > 254:  # noqa: PLR2004
            raise _wrong(name, n, key)
    if not str(record.get("name") or "").strip():
        raise _wrong(name, n, "name")


def _is_within(name: str, value: Any) -> bool:
    least, most = _BETWEEN[name]
    kinds = (int,) if name == "population" else (int, float)
    return value is None or (type(value) in kinds and least <= value <= most)


def _check_part(opened: Opened, part: Part, checked: Checked) -> None:
    refs = checked.refs[part.name] = set()
    for n, record in enumerate(opened.records(part.name), 1):
        try:
            check_record(part, record)
        except WrongValueError as error:
            raise _wrong(part.name, n, str(error)) from error
        ref = record.get("id")
        good = isinstance(ref, str) and PUBLIC_ID.fullmatch(ref) if part.has_public_ids else ref == n
        if not good or ref in refs:
            raise _wrong(part.name, n, "id")
        refs.add(ref)  # type: ignore[arg-type] # it is one of the two
        for column in travelling(part):
            value = record.get(column.name)
            if value is not None and not _refers_well(part, column, value, checked):
                raise _wrong(part.name, n, column.name)
        for sha256, name in part.files(record):
            if not isinstance(sha256, str) or not DIGEST.fullmatch(sha256):
                raise _wrong(part.name, n, name)
            checked.files.setdefault(sha256, name)
        checked.to_network += record.get("audience") == Audience.NETWORK
    checked.rows[part.name] = len(refs)


def _refers_well(part: Part, column: Any, value: Any, checked: Checked) -> bool:
    if not isinstance(value, str | int):
        return not (column.name in part.refers or target_of(column))
    if column.name in part.refers:
        return value in checked.refs.get(part.refers[column.name], set())
    target = target_of(column)
    named = {PERSON: PEOPLE, ORGANISATION: PLACES}.get(target)
    return named is None or value in checked.refs[named]


def _wrong(part: str, n: int, name: str) -> ArchiveError:
    return ArchiveError(
        _(
            "Cette archive ne peut pas être reprise : « %(part)s », ligne %(line)s, ne se lit pas (%(name)s).",
            part=part,
            line=n,
            name=name[:60],
        )
    )


def beyond_limit(held: int, quota: int | None = None) -> int | None:
    """Return the limit that so many bytes go beyond, in a space with this value of its own; None when they fit."""
    limit = limit_of(quota)
    return limit if limit is not None and held > limit else None


def require_place(held: int, quota: int | None) -> None:
    """Make sure that the files of an archive fit into a space of this site. Raises ArchiveError."""
    limit = beyond_limit(held, quota)
    if limit is not None:
        raise ArchiveError(
            _l(
                "Les fichiers de cette archive prennent %(size)s, et cet espace n'en aurait que %(limit)s. Donnez-lui "
                "une limite plus haute, qui ne vaudra que pour lui.",
                size=format_size(held),
                limit=format_size(limit),
            )
        )


def words_of(rows: dict[str, int]) -> list[tuple[str, int]]:
    """Return the parts of an archive that people have a word for, with how many of each."""
    titles = {part.name: part.title for part in all_parts() if part.title}
    return [(str(titles[name]), number) for name, number in rows.items() if name in titles and number]


def same_space(manifest: dict[str, Any]) -> Space | None:
    """Return the space of this site that the archive was made of, or came back as."""
    found: Space | None = db.session.scalar(select(Space).where(Space.public_id == manifest["space"]["id"]))
    return found
