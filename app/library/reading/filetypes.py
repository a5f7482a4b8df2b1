"""Which files are taken in: the list of types, by content and extension agreeing."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import filetype

from .containers import OLE_MAGIC, kind_of_zip, kinds_of_ole
from .images import measure
from .limits import DEFAULT_BOUNDS
from .names import safe_name, split_extension
from .refusals import NotAccepted
from .textual import looks_like_html, looks_like_mail, looks_like_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .limits import Bounds

__all__ = ["ACCEPTED", "FileType", "NotAccepted", "accepted_extensions", "recognise", "safe_name"]

HEAD = 64 * 1024
_PDF_HEADER_WITHIN = 1024


@dataclass(frozen=True)
class FileType:
    """One accepted type: its code, extensions and media type; the family that reads it and the unit it is cut into.

    `family` is pdf, office, text, mail or image. `unit` is page, slide, sheet or passage, empty for pictures.
    """

    code: str
    extensions: tuple[str, ...]
    media_type: str
    family: str
    unit: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

# | code | extensions | what the bytes must show |
# |------|------------|--------------------------|
# | pdf | .pdf | "%PDF" first, after at most 1 KiB that is no markup |
# | doc xls ppt | .doc .xls .ppt | OLE with the stream WordDocument, Workbook or Book, PowerPoint Document |
# | docx xlsx pptx | the same | ZIP whose [Content_Types].xml names that main part, without macros; or OLE with
#   EncryptedPackage (a password-protected one) |
# | odt ods odp epub | the same | ZIP whose `mimetype` entry says so |
# | rtf | .rtf | "{\rtf" first |
# | csv txt md | .csv .txt .md .markdown | decodes as text: no binary, no known signature |
# | eml | .eml | text whose first lines are headers of a mail |
# | msg | .msg | OLE with the stream __properties_version1.0 |
# | html | .html .htm .xhtml | text with at least one HTML tag |
# | png jpeg webp gif tiff | .png .jpg .jpeg .webp .gif .tif .tiff | their signature, and a bounded size in pixels |
ACCEPTED: tuple[FileType, ...] = (
    FileType("pdf", ("pdf",), "application/pdf", "pdf", "page"),
    FileType("doc", ("doc",), "application/msword", "office", "passage"),
    FileType("docx", ("docx",), _OOXML + "wordprocessingml.document", "office", "passage"),
    FileType("odt", ("odt",), _ODF + "text", "office", "passage"),
    FileType("rtf", ("rtf",), "application/rtf", "office", "passage"),
    FileType("xls", ("xls",), "application/vnd.ms-excel", "office", "sheet"),
    FileType("xlsx", ("xlsx",), _OOXML + "spreadsheetml.sheet", "office", "sheet"),
    FileType("ods", ("ods",), _ODF + "spreadsheet", "office", "sheet"),
    FileType("ppt", ("ppt",), "application/vnd.ms-powerpoint", "office", "slide"),
    FileType("pptx", ("pptx",), _OOXML + "presentationml.presentation", "office", "slide"),
    FileType("odp", ("odp",), _ODF + "presentation", "office", "slide"),
    FileType("epub", ("epub",), "application/epub+zip", "office", "passage"),
    FileType("csv", ("csv",), "text/csv", "text", "sheet"),
    FileType("txt", ("txt",), "text/plain", "text", "passage"),
    FileType("md", ("md", "markdown"), "text/markdown", "text", "passage"),
    FileType("html", ("html", "htm", "xhtml"), "text/html", "text", "passage"),
    FileType("eml", ("eml",), "message/rfc822", "mail", "passage"),
    FileType("msg", ("msg",), "application/vnd.ms-outlook", "mail", "passage"),
    FileType("png", ("png",), "image/png", "image", ""),
    FileType("jpeg", ("jpg", "jpeg"), "image/jpeg", "image", ""),
    FileType("webp", ("webp",), "image/webp", "image", ""),
    FileType("gif", ("gif",), "image/gif", "image", ""),
    FileType("tiff", ("tif", "tiff"), "image/tiff", "image", ""),
)
_BY_EXTENSION = {extension: kind for kind in ACCEPTED for extension in kind.extensions}

# Known and refused, so that the sentence can say more than "unknown": programs, scripts, archives, macros.
_FORBIDDEN_WORDS = (
    "exe com scr pif msi dll bat cmd ps1 vbs vbe js mjs jse wsf hta jar lnk reg app dmg deb rpm apk sh bash py php "
    "svg svgz xml xsl swf iso img zip 7z rar gz bz2 xz tar tgz cab docm dotm xlsm xltm pptm potm ppsm xlam"
)
_FORBIDDEN = frozenset(_FORBIDDEN_WORDS.split())
# What `filetype` says of signatures it knows, in our codes; the rest of its list is refused by name.
_BY_SIGNATURE = {"png": "png", "jpg": "jpeg", "webp": "webp", "gif": "gif", "tif": "tiff", "rtf": "rtf"}
_ZIP_MAGIC = b"PK\x03\x04"
_ZIPPED = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"})
_TEXTUAL = frozenset({"csv", "txt", "md", "html"})
_PROTECTED_OOXML = frozenset({"docx", "xlsx", "pptx"})


def accepted_extensions() -> list[str]:
    """Return every accepted extension with its dot, in the order of the table (for `accept=` of a file field)."""
    return ["." + extension for kind in ACCEPTED for extension in kind.extensions]


def recognise(source: Path | BinaryIO, name: str, bounds: Bounds = DEFAULT_BOUNDS) -> FileType:
    """Return the type of a file from its bytes and its name, which must agree.

    Reads at most the outline of the file and leaves an open stream at its beginning. Raises NotAccepted (see
    `refusals.REASONS`); a missing file raises OSError. Passing does not mean that the document is sound:
    `run.read_document` tells that.
    """
    expected = type_named(name)
    with _opened(source) as stream:
        head = stream.read(HEAD)
        if not head:
            raise NotAccepted("empty")
        found = _contents(stream, head, bounds, expected)
        if expected.code not in found:
            reason = "macros" if "macros" in found else "disagrees"
            raise NotAccepted(reason, extension=expected.extensions[0], content=", ".join(sorted(found)))
        if expected.family == "image":
            measure(stream, expected.code, bounds)
    return expected


def type_named(name: str) -> FileType:
    """Return the type a name promises. Raises NotAccepted."""
    extension = split_extension(safe_name(name))[1].lstrip(".").lower()
    if not extension:
        raise NotAccepted("no_extension")
    if extension in _FORBIDDEN:
        raise NotAccepted("forbidden_extension", extension=extension)
    if extension not in _BY_EXTENSION:
        raise NotAccepted("unknown_extension", extension=extension)
    return _BY_EXTENSION[extension]


@contextlib.contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
        return
    source.seek(0)
    yield source
    source.seek(0)


def _contents(stream: BinaryIO, head: bytes, bounds: Bounds, expected: FileType) -> set[str]:
    """Return the codes of all the types these bytes may honestly be called; names of other things otherwise.

    A container is looked into only where one is expected.
    """
    if head.startswith(OLE_MAGIC):
        kinds = kinds_of_ole(stream)
        return set(_PROTECTED_OOXML) if "encrypted" in kinds else kinds or {"ole"}
    if head.startswith(_ZIP_MAGIC):
        if expected.code not in _ZIPPED:
            return {"zip"}
        return {kind_of_zip(stream, bounds)[0]}
    if is_pdf(head):
        return {"pdf"}
    return _by_signature(head)


def _by_signature(head: bytes) -> set[str]:
    guessed = filetype.guess(head)
    signed = guessed.extension if guessed is not None else "binary"
    if signed in _BY_SIGNATURE:
        return {_BY_SIGNATURE[signed]}
    if looks_like_mail(head):
        return {*_TEXTUAL, "eml"}
    if looks_like_text(head):
        return set(_TEXTUAL) if looks_like_html(head) else set(_TEXTUAL - {"html"})
    return {signed}


def is_pdf(head: bytes) -> bool:
    """Tell whether a file begins as a PDF: "%PDF" in its first KiB (ISO 32000 annex H), after no markup."""
    at = head[:_PDF_HEADER_WITHIN].find(b"%PDF")
    return at == 0 or (at > 0 and not re.search(rb"[<{]", head[:at]))
