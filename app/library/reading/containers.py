"""Looking into ZIP and OLE containers without unpacking them: what they hold, and whether they are bombs."""

from __future__ import annotations

import io
import mmap
import zipfile
from typing import TYPE_CHECKING, BinaryIO

from .refusals import NotAccepted

if TYPE_CHECKING:
    from .limits import Bounds

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIRECTORY_ENTRY = 128
_MIMETYPE_MAX = 200
_CONTENT_TYPES_MAX = 1024 * 1024
_MANIFEST_MAX = 4 * 1024 * 1024
_ENCRYPTED = 0x1

# The stream that makes an OLE file a Word, Excel or PowerPoint one ([MS-DOC], [MS-XLS], [MS-PPT] section 2.1),
# or the wrapping of a password-protected docx, xlsx or pptx ([MS-OFFCRYPTO] 2.3.4.4).
_OLE_STREAMS = {
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
    "EncryptedPackage": "encrypted",
    "__properties_version1.0": "msg",  # [MS-OXMSG] 2.2
}
# The main document's content type in [Content_Types].xml (ECMA-376 part 2).
_OOXML_MAIN = {
    b"wordprocessingml.document.main+xml": "docx",
    b"wordprocessingml.template.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"spreadsheetml.template.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
    b"presentationml.slideshow.main+xml": "pptx",
    b"presentationml.template.main+xml": "pptx",
}
_MACROS = b"macroEnabled"
_ODF_MIMETYPES = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.spreadsheet-template": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.presentation-template": "odp",
    "application/epub+zip": "epub",
}


class _Careful(io.RawIOBase):
    """A file that refuses to be read in one gulp: zipfile reads the whole directory of an archive at once."""

    def __init__(self, source: BinaryIO, most: int) -> None:
        self._source = source
        self._most = most

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._most + 1 if size is None or size < 0 else size
        content = self._source.read(min(wanted, self._most + 1))
        if len(content) > self._most:
            raise NotAccepted("too_many_entries")
        return content


def kind_of_zip(source: BinaryIO, bounds: Bounds) -> tuple[str, bool]:
    """Name what a ZIP holds ("docx", "odt", "epub", … or "zip") and say whether a password protects it.

    Only the central directory and two or three small entries are read. Raises NotAccepted for a bomb, a
    damaged archive or one with encrypted entries.
    """
    size = source.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(_Careful(source, bounds.directory)) as archive:
            refuse_bombs(archive.infolist(), size, bounds)
            return _zip_content(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError) as error:
        raise NotAccepted("damaged") from error
    except (NotImplementedError, RuntimeError) as error:  # a compression method or a cipher zipfile does not know
        raise NotAccepted("encrypted") from error


def refuse_bombs(entries: list[zipfile.ZipInfo], size: int, bounds: Bounds) -> None:
    """Raise NotAccepted when an archive of `size` bytes promises too many entries or too much data."""
    if len(entries) > bounds.entries:
        raise NotAccepted("too_many_entries", count=len(entries), most=bounds.entries)
    unpacked = sum(entry.file_size for entry in entries)
    swollen = unpacked > bounds.ratio_from and unpacked > bounds.ratio * max(size, 1)
    # Entries that overlap (one stretch of data announced many times) add up to more than the file.
    overlapping = sum(entry.compress_size for entry in entries) > size
    if unpacked > bounds.unpacked or swollen or overlapping:
        raise NotAccepted("unpacks_too_large", unpacked=unpacked)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise NotAccepted("encrypted")


def _zip_content(archive: zipfile.ZipFile) -> tuple[str, bool]:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return _ooxml_kind(_start_of(archive, "[Content_Types].xml", _CONTENT_TYPES_MAX)), False
    if "mimetype" not in names:
        return "zip", False
    declared = _start_of(archive, "mimetype", _MIMETYPE_MAX).decode("ascii", "replace").strip()
    manifest = "META-INF/manifest.xml"
    protected = manifest in names and b"encryption-data" in _start_of(archive, manifest, _MANIFEST_MAX)
    return _ODF_MIMETYPES.get(declared, "zip"), protected


def _ooxml_kind(content_types: bytes) -> str:
    if _MACROS in content_types:
        return "macros"
    return next((kind for mark, kind in _OOXML_MAIN.items() if mark in content_types), "zip")


def _start_of(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as entry:
        return entry.read(most)


def kinds_of_ole(source: BinaryIO) -> set[str]:
    """Name what an OLE file holds, from its directory entries: a set, since one document may embed another.

    Entries are 128 bytes on 128-byte boundaries, beginning with a UTF-16 name followed by its length
    ([MS-CFB] 2.6); the length is what tells an entry from the same words in the text.
    """
    try:
        content: mmap.mmap | bytes = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
    except io.UnsupportedOperation:  # a stream in memory, whose size was bounded when it was received
        source.seek(0)
        content = source.read()
    return {kind for name, kind in _OLE_STREAMS.items() if _has_entry(content, name)}


def _has_entry(content: mmap.mmap | bytes, name: str) -> bool:
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = content.find(wanted)
    while at != -1:
        length = content[at + 64 : at + 66]
        if at % _DIRECTORY_ENTRY == 0 and length == len(wanted).to_bytes(2, "little"):
            return True
        at = content.find(wanted, at + 1)
    return False
