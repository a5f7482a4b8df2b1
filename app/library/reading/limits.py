"""How much a file, and the child that reads it, may cost."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The bounds of one child process and of what it may say.

    Times are seconds, sizes bytes. `memory` bounds the address space: the 2,415-page manual on which it was set
    needs 768 MiB. `output` bounds the file of results, `text` the characters kept of one document.
    """

    memory: int = 1536 * MIB
    cpu: int = 120
    wall: float = 180.0
    output: int = 256 * MIB
    open_files: int = 64
    text: int = 40_000_000
    page_text: int = 400_000
    pages: int = 20_000


@dataclass(frozen=True)
class Bounds:
    """What an uploaded file may hold before anything opens it: entries and unpacked bytes, or pixels."""

    entries: int = 10_000
    unpacked: int = 1024 * MIB
    ratio: int = 200
    ratio_from: int = 32 * MIB
    directory: int = 4 * MIB
    pixels: int = 100_000_000
    frames: int = 2_000


DEFAULT_BOUNDS = Bounds()
