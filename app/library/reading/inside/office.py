"""Reading word processing, sheets, presentations and books: kreuzberg, and our own reader for slides."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kreuzberg

from ..containers import OLE_MAGIC  # noqa: TID252 - the child loads this package under another name
from . import slides
from .extractor import extract_file
from .package import Package
from .trouble import CannotRead
from .writing import Writer

if TYPE_CHECKING:
    from .output import Output

_MEDIA_TYPES = {
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "ppt": "application/vnd.ms-powerpoint",
    "epub": "application/epub+zip",
}
_PACKAGES = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"})
_SLIDES = {"pptx": slides.read_pptx, "odp": slides.read_odp}
# kreuzberg leaves a mark where a picture stands, in brackets or as Markdown.
_PICTURE_MARKS = re.compile(
    r"^!?\[(?:Image|image)[^\]\n]{0,300}\](?:\([^)\n]*\))?$|!\[[^\]\n]{0,300}\]\([^)\n]*\)", re.MULTILINE
)
# What an empty slide of a PPT asks its author to write, which kreuzberg takes for text.
_MASTER_MARKS = re.compile(
    r"^(Click to edit Master (title|text|subtitle) styles?|(Second|Third|Fourth|Fifth) level"
    r"|(Cliquez|Modifiez) (pour modifier )?les? styles? du (titre|texte|sous-titre)s?( du masque)?"
    r"|(Deuxième|Troisième|Quatrième|Cinquième) niveau)$",
    re.MULTILINE | re.IGNORECASE,
)
_PICTURE_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"\\pict")
_LOOKED_AT = 8 * 1024 * 1024
_SECTOR = 512


def run(request: dict[str, Any], _limits: dict[str, Any], output: Output) -> None:
    """Write the units of an Office, OpenDocument, RTF or EPUB file and its summary. Raises CannotRead."""
    path, code = Path(request["path"]), request["code"]
    package = _package(path, code)
    writer = Writer(output)
    if package and code in _SLIDES:
        _SLIDES[code](package, writer)
        writer.end(slides.described(package), drawn=package.holds_pictures())
        return
    result = _extract(path, code)
    if request["unit"] == "sheet":
        _write_sheets(result, writer)
    else:
        writer.passages(_MASTER_MARKS.sub("", _PICTURE_MARKS.sub("", result.content)))
    writer.end(_claims(result), result.metadata.get("language"), drawn=_drawn(path, package))


def _package(path: Path, code: str) -> Package | None:
    """Open the ZIP kinds, first asking whether a password locks them; raises CannotRead."""
    if code not in _PACKAGES:
        return None
    with path.open("rb") as file:
        if file.read(len(OLE_MAGIC)) == OLE_MAGIC:
            raise CannotRead("protected", "password")
    package = Package(path)
    if code != "epub" and b"encryption-data" in package.part("META-INF/manifest.xml"):
        raise CannotRead("protected", "password")
    return package


def _extract(path: Path, code: str) -> kreuzberg.ExtractionResult:
    try:
        return extract_file(path, _MEDIA_TYPES[code])
    except kreuzberg.KreuzbergError as error:
        words = str(error).lower()
        if "password" in words or "encrypt" in words or (code == "doc" and is_locked_doc(path)):
            raise CannotRead("protected", "password") from error
        raise CannotRead("unreadable", "damaged") from error


def is_locked_doc(path: Path) -> bool:
    """Tell whether a Word 97 file is encrypted: the flag fEncrypted of its first structure ([MS-DOC] 2.5.2)."""
    with path.open("rb") as file:
        while sector := file.read(_SECTOR):
            if sector.startswith(b"\xec\xa5"):
                return bool(int.from_bytes(sector[10:12], "little") & 0x0100)
    return False


def _write_sheets(result: kreuzberg.ExtractionResult, writer: Writer) -> None:
    names = result.metadata.get("sheet_names") or []
    for table in result.tables:
        number = table.page_number - 1
        writer.sheet(names[number] if 0 <= number < len(names) else "", table.cells)


def _claims(result: kreuzberg.ExtractionResult) -> dict[str, Any]:
    metadata: dict[str, Any] = dict(result.metadata)
    authors = metadata.get("authors") or []
    author = ", ".join(name for name in authors if isinstance(name, str))
    return {"title": metadata.get("title"), "author": author, "date": metadata.get("created_at")}


def _drawn(path: Path, package: Package | None) -> bool:
    """Tell whether a document without text at least holds pictures."""
    if package:
        return package.holds_pictures()
    with path.open("rb") as file:
        content = file.read(_LOOKED_AT)
    return any(signature in content for signature in _PICTURE_SIGNATURES)
