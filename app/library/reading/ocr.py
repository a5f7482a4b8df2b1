"""Reading scans where the host has tesseract: which languages it knows, and one page at a time in a bounded child."""

from __future__ import annotations

import functools
import logging
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bounded import bounded_child
from .limits import MIB, Limits
from .opened import OpenReading

if TYPE_CHECKING:
    from pathlib import Path

    from .filetypes import FileType
    from .results import PageText

#: One page of a scan takes two to ten seconds; a page that takes a minute is a map or a carpet of noise.
PAGE_LIMITS = Limits(cpu=60, wall=75.0, output=64 * MIB)
RECOGNISED_FAMILIES = frozenset({"pdf", "image"})
_WANTED = ("fra", "eng")
_PLACES = "/usr/local/bin:/usr/bin:/bin"
_LAYOUT, _LAYOUT_TURNED = "3", "1"  # tesseract's --psm: whole pages; the same after finding which way is up

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tesseract:
    """The program found on the host, and how it is asked."""

    program: str
    languages: str
    layout: str


@functools.cache
def find_tesseract() -> Tesseract | None:
    """Return the tesseract of this host with French or English data, None where there is none; looked for once."""
    program = shutil.which("tesseract", path=_PLACES)
    if program is None:
        return None
    try:
        listed = subprocess.run(  # noqa: S603 - a program of the system, no shell, a fixed argument
            [program, "--list-langs"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    known = set((listed.stdout + listed.stderr).decode("utf-8", "replace").split())
    languages = [one for one in _WANTED if one in known]
    return Tesseract(program, "+".join(languages), _LAYOUT_TURNED if "osd" in known else _LAYOUT) if languages else None


def may_be_recognised(filetype: FileType) -> bool:
    """Tell whether words may be read on the pictures of a type."""
    return filetype.family in RECOGNISED_FAMILIES


def recognise_page(
    path: Path, filetype: FileType, page: int, reader: Tesseract, *, limits: Limits = PAGE_LIMITS
) -> PageText | None:
    """Return the words read on one page (from 1) of a scan, None where none could be.

    Never raises for what the file holds. Raises OSError when the machine has no room for a process or its results.
    """
    request = {
        "path": str(path.absolute()),
        "family": filetype.family,
        "code": filetype.code,
        "page": page,
        "program": reader.program,
        "languages": reader.languages,
        "layout": reader.layout,
    }
    with bounded_child("recognise", request, limits) as outcome:
        if outcome.failure:
            log.warning("page %s of a %s was not recognised: %s", page, filetype.code, outcome.failure)
        return next(iter(OpenReading(outcome).pages()), None)
