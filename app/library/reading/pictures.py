"""Pictures of a file's pages, drawn in a bounded child, as WebP without metadata."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .bounded import bounded_child
from .limits import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .filetypes import FileType

VIEW_WIDTH = 1000
THUMBNAIL_WIDTH = 160
PICTURED = frozenset({"pdf", "image"})
PICTURE_LIMITS = Limits(cpu=60, wall=90.0, output=64 * MIB)
SQUARE_LIMITS = Limits(cpu=10, wall=15.0, output=4 * MIB)
_LARGEST = 16 * MIB
_SHA256 = re.compile(r"[0-9a-f]{64}")


def picture_name(sha256: str, page: int, width: int) -> str:
    """Return the name under which the picture of a page is kept: "ab/abcd…-p3-w1000.webp".

    It depends on the bytes of the file alone, so a picture never needs to be thrown away. Raises ValueError for
    what is no digest, page (from 1) or width: nothing else can enter a name.
    """
    if not _SHA256.fullmatch(sha256) or page < 1 or width < 1:
        raise ValueError((sha256, page, width))
    return f"{sha256[:2]}/{sha256}-p{page}-w{width}.webp"


def has_pictures(filetype: FileType) -> bool:
    """Tell whether pages of this type can be drawn: PDF and pictures can, the rest is shown as text."""
    return filetype.family in PICTURED


def render_squares(path: Path, filetype: FileType, sides: Iterable[int]) -> dict[int, bytes]:
    """Return {side: WebP} of the middle square of a picture, upright, without EXIF or place; empty if unreadable.

    The bounds are short: somebody waits in front of a page.
    """
    request = {"path": str(path.absolute()), "code": filetype.code, "sides": sorted(set(sides))}
    with bounded_child("portray", request, SQUARE_LIMITS) as outcome:
        done = [line["picture"] for line in outcome.lines() if "picture" in line]
        return {side: (outcome.folder / f"{side}.webp").read_bytes() for side in done}


def render_pages(
    path: Path, filetype: FileType, pages: Iterable[int], width: int = VIEW_WIDTH, *, limits: Limits = PICTURE_LIMITS
) -> dict[int, bytes]:
    """Return {page: WebP} for the asked pages (from 1) at one width, as ``render_widths`` does."""
    drawn = render_widths(path, filetype, {page: [width] for page in pages}, limits=limits)
    return {page: content for (page, _width), content in drawn.items()}


def render_widths(
    path: Path, filetype: FileType, wanted: Mapping[int, Iterable[int]], *, limits: Limits = PICTURE_LIMITS
) -> dict[tuple[int, int], bytes]:
    """Return {(page, width): WebP} for the pages (from 1) and widths in pixels of ``wanted`` that could be drawn.

    A picture file has one page (a TIFF one for each of its images), turned upright, never enlarged, without EXIF
    or place. A page that cannot be drawn, or does not exist, is left out; never raises for what the file holds.
    """
    if not has_pictures(filetype):
        return {}
    request = {
        "path": str(path.absolute()),
        "family": filetype.family,
        "code": filetype.code,
        "pages": [[page, sorted(set(widths))] for page, widths in sorted(wanted.items())],
    }
    with bounded_child("render", request, limits) as outcome:
        done = [(line["picture"], line["width"]) for line in outcome.lines() if "picture" in line]
        files = {(page, width): outcome.folder / f"{page}-{width}.webp" for page, width in done}
        return {drawn: file.read_bytes() for drawn, file in files.items() if file.stat().st_size <= _LARGEST}
