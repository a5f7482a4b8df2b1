"""Reading XML parts of a ZIP package (OOXML, OpenDocument): one part at a time, bounded, no entity, no outside."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.parsers import expat

from .trouble import CannotRead

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PART_MOST = 64 * 1024 * 1024
_MEDIA = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".emf", ".wmf", ".bmp", ".webp", ".svg")

Attributes = dict[str, str]


class Package:
    """An open package whose parts are read by name."""

    def __init__(self, path: Path) -> None:
        """Open it; raises CannotRead when it is no ZIP."""
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise CannotRead("unreadable", "damaged") from error
        self.names = self._archive.namelist()

    def part(self, name: str) -> bytes:
        """Return the bytes of a part, empty when there is none; raises CannotRead when it is too large or broken."""
        if name not in self.names:
            return b""
        try:
            with self._archive.open(name) as part:
                content = part.read(PART_MOST + 1)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise CannotRead("unreadable", "damaged") from error
        if len(content) > PART_MOST:
            raise CannotRead("too_big", "part")
        return content

    def holds_pictures(self) -> bool:
        """Tell whether the package carries pictures besides its own thumbnail."""
        return any(name.lower().endswith(_MEDIA) and "thumbnail" not in name.lower() for name in self.names)


def walk(
    content: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call back for each element and piece of text, names as written ("a:t"); raises CannotRead.

    A document type declaration, the only way to declare entities, ends the reading: no format of ours has one.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it by position
    except expat.ExpatError as error:
        raise CannotRead("unreadable", "damaged") from error


def _refuse_doctype(*_declaration: object) -> None:
    raise CannotRead("unreadable", "doctype")
