"""Pages of Office documents where the host has LibreOffice: a PDF made in a bounded child, without network."""

from __future__ import annotations

import contextlib
import functools
import logging
import shutil
from typing import TYPE_CHECKING

from .bounded import bounded_child
from .limits import MIB, Limits
from .opened import OpenReading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .filetypes import FileType

CONVERT_LIMITS = Limits(memory=3072 * MIB, cpu=120, wall=150.0, output=128 * MIB, open_files=512)
LARGEST = 96 * MIB
#: What LibreOffice shows as it is meant: not books in EPUB, which it only writes.
CONVERTED = frozenset({"doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "ppt", "pptx", "odp"})
_PLACES = "/usr/local/bin:/usr/bin:/bin"

log = logging.getLogger(__name__)


@functools.cache
def find_soffice() -> str | None:
    """Return the LibreOffice of this host, None where there is none; looked for once."""
    return shutil.which("soffice", path=_PLACES)


def may_be_converted(filetype: FileType) -> bool:
    """Tell whether pages of a type may be shown as LibreOffice lays them out."""
    return filetype.code in CONVERTED


@contextlib.contextmanager
def converted(
    path: Path, filetype: FileType, program: str, *, limits: Limits = CONVERT_LIMITS
) -> Iterator[tuple[bytes, OpenReading] | None]:
    """Yield the PDF of a document and what is read in it, None where none could be made.

    A spreadsheet has one page for each sheet. Never raises for what the file holds.
    """
    request = {
        "path": str(path.absolute()),
        "extension": filetype.extensions[0],
        "unit": filetype.unit,
        "program": program,
    }
    with bounded_child("convert", request, limits) as outcome:
        made = outcome.folder / "source.pdf"
        opened = OpenReading(outcome)
        if outcome.failure or not made.is_file() or not 0 < made.stat().st_size <= LARGEST:
            log.warning("no PDF of a %s: %s", filetype.code, outcome.failure or opened.summary.detail)
            yield None
        else:
            yield made.read_bytes(), opened
