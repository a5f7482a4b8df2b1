"""Opening an archive somebody brings: what is not exactly one of ours is refused, before anything is read from it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.core.i18n import lazy_gettext as _l
from app.core.i18n import local
from app.core.storage import CHUNK
from app.spaces.archive.columns import ArchiveError, cleaned
from app.spaces.archive.leaving import DATA, FILES, FORMAT, MANIFEST, PAGE, VERSION
from app.spaces.archive.parts import Record

MOST_ENTRIES, LARGEST_MANIFEST, LONGEST_LINE = 500_000, 4 * 1024 * 1024, 16 * 1024 * 1024
LARGEST_DIRECTORY = 128 * 1024 * 1024
MOST_ROWS, MOST_DATA = 5_000_000, 4 * 1024 * 1024 * 1024
LARGEST_FILE = 2 * 1024 * 1024 * 1024
MOST_SWOLLEN, SWOLLEN_FROM = 200, 256 * 1024 * 1024
_NAME = re.compile(rf"{MANIFEST}|{PAGE}|{DATA}/[a-z_]{{1,40}}\.jsonl|{FILES}/[0-9a-f]{{64}}(?:\.[a-z0-9]{{1,10}})?")
_ENCRYPTED = 0x1
_BROKEN = (BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error)

DAMAGED = _l("Cette archive est abîmée ou incomplète : elle ne s'ouvre pas. Copiez-la de nouveau.")
NOT_OURS = _l("Ce fichier n'est pas l'archive d'un espace.")
STRANGE = _l("Cette archive contient des éléments qui n'ont rien à y faire : elle n'est pas reprise.")
SWOLLEN = _l("Cette archive est anormalement construite : une fois ouverte, elle prendrait trop de place.")
NEWER = _l("Cette archive vient d'une version plus récente de Beffroi. Mettez d'abord ce site à jour.")
FALSE_SUM = _l("Cette archive a été modifiée ou abîmée : ses sommes de contrôle ne sont pas les bonnes.")


class _Gulps(io.RawIOBase):
    """A file that refuses to be read in one gulp: zipfile reads the whole directory of an archive at once."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def read(self, size: int | None = -1) -> bytes:
        wanted = LARGEST_DIRECTORY + 1 if size is None or size < 0 else size
        content = self._source.read(min(wanted, LARGEST_DIRECTORY + 1))
        if len(content) > LARGEST_DIRECTORY:
            raise ArchiveError(SWOLLEN)
        return content


class Opened:
    """An archive whose outline has been checked; ``manifest`` says what it claims."""

    def __init__(self, source: BinaryIO) -> None:
        """Read the outline. Raises ArchiveError with a sentence."""
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        try:
            self._zip = ZipFile(_Gulps(source))
        except _BROKEN as error:
            raise ArchiveError(DAMAGED) from error
        entries = self._zip.infolist()
        _check_outline(entries, size)
        self.entries = {one.filename: one for one in entries}
        self.manifest = self._manifest()
        files = [name for name in self.entries if name.startswith(f"{FILES}/")]
        self.files = {name[len(FILES) + 1 :][:64]: name for name in files}
        listed = {f"{DATA}/{part}.jsonl" for part in self.manifest["parts"]}
        if self.entries.keys() - {MANIFEST, PAGE, *files, *listed} or len(self.files) != len(files):
            raise ArchiveError(STRANGE)

    def _manifest(self) -> dict[str, Any]:
        if MANIFEST not in self.entries or self.entries[MANIFEST].file_size > LARGEST_MANIFEST:
            raise ArchiveError(NOT_OURS)
        try:
            said = cleaned(_loaded(self._zip.read(MANIFEST)))
        except (*_BROKEN, RecursionError) as error:
            raise ArchiveError(DAMAGED) from error
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise ArchiveError(NOT_OURS)
        if said.get("version") != VERSION:
            raise ArchiveError(NEWER)
        space, parts = said.get("space"), said.get("parts")
        named = isinstance(space, dict) and all(isinstance(space.get(name), str) for name in ("id", "slug", "name"))
        counted = isinstance(parts, dict) and all(_is_count(one) for one in parts.values())
        counted = counted and all(isinstance(said.get(name), int) for name in ("files", "bytes"))
        if not (named and counted and isinstance(said.get("site"), str) and day_of(said)):
            raise ArchiveError(DAMAGED)
        if sum(one["rows"] for one in said["parts"].values()) > MOST_ROWS:
            raise ArchiveError(SWOLLEN)
        return said

    def records(self, part: str) -> Iterator[Record]:
        """Yield the records of a part, in order. Raises ArchiveError for a line that is none, or a wrong checksum."""
        name = f"{DATA}/{part}.jsonl"
        claimed = self.manifest["parts"].get(part)
        if claimed is None:
            return
        if name not in self.entries:
            raise ArchiveError(DAMAGED)
        digest, rows = hashlib.sha256(), 0
        try:
            with self._zip.open(name) as file:
                while line := file.readline(LONGEST_LINE + 1):
                    digest.update(line)
                    rows += 1
                    if rows > claimed["rows"]:
                        raise ArchiveError(FALSE_SUM)
                    yield _record(line)
        except _BROKEN as error:
            raise ArchiveError(DAMAGED) from error
        if (rows, digest.hexdigest()) != (claimed["rows"], claimed["sha256"]):
            raise ArchiveError(FALSE_SUM)

    def check_files(self) -> int:
        """Read every file once; return how many bytes they are. Raises ArchiveError where one is not what it says."""
        total = 0
        for sha256, name in self.files.items():
            digest = hashlib.sha256()
            try:
                with self._zip.open(name) as file:
                    while chunk := file.read(CHUNK):
                        digest.update(chunk)
                        total += len(chunk)
            except _BROKEN as error:
                raise ArchiveError(DAMAGED) from error
            if digest.hexdigest() != sha256:
                raise ArchiveError(FALSE_SUM)
        return total

    def file(self, sha256: str) -> Any:
        """Open one of its files for reading. Raises KeyError when it is not there."""
        return self._zip.open(self.files[sha256])


def _loaded(text: bytes) -> Any:
    """Read JSON as RFC 8259 has it: without the NaN and Infinity that Python would take, and no database."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def day_of(manifest: dict[str, Any]) -> date | None:
    """Return the reader's day on which an archive says it was made; None when it says nothing that is one."""
    try:
        moment = datetime.fromisoformat(manifest["made_at"])
        return local(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).date()
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _is_count(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("rows"), int) and isinstance(one.get("sha256"), str)


def _record(line: bytes) -> Record:
    try:
        record = cleaned(_loaded(line)) if len(line) <= LONGEST_LINE else None
    except (ValueError, RecursionError) as error:
        raise ArchiveError(DAMAGED) from error
    if not isinstance(record, dict):
        raise ArchiveError(DAMAGED)
    return record


def _check_outline(entries: list[ZipInfo], size: int) -> None:
    """Refuse names that lead elsewhere, links, secrets, doubles and bombs. Raises ArchiveError."""
    names = {one.filename for one in entries}
    if MANIFEST not in names:
        raise ArchiveError(NOT_OURS)
    if len(entries) > MOST_ENTRIES or len(names) != len(entries):
        raise ArchiveError(STRANGE)
    for one in entries:
        mode = one.external_attr >> 16
        odd = stat.S_IFMT(mode) not in {0, stat.S_IFREG} or one.flag_bits & _ENCRYPTED
        if odd or not _NAME.fullmatch(one.filename) or one.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise ArchiveError(STRANGE)
        if one.file_size > LARGEST_FILE:
            raise ArchiveError(SWOLLEN)
    unpacked, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    data = sum(one.file_size for one in entries if one.filename.startswith(f"{DATA}/"))
    if data > MOST_DATA or packed > size or (unpacked > SWOLLEN_FROM and unpacked > MOST_SWOLLEN * size):
        raise ArchiveError(SWOLLEN)
