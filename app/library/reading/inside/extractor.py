"""kreuzberg, told to keep nothing and to guess nothing: no cache, no reading of pictures, no rewriting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kreuzberg

if TYPE_CHECKING:
    from pathlib import Path


def extract_file(path: Path, media_type: str) -> kreuzberg.ExtractionResult:
    """Return what kreuzberg reads in a file of a known type; raises kreuzberg.KreuzbergError."""
    return kreuzberg.extract_file_sync(path, media_type, _config())


def extract_bytes(content: bytes, media_type: str) -> kreuzberg.ExtractionResult:
    """Return what kreuzberg reads in these bytes; raises kreuzberg.KreuzbergError."""
    return kreuzberg.extract_bytes_sync(content, media_type, _config())


def _config() -> kreuzberg.ExtractionConfig:
    return kreuzberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,  # type: ignore[call-arg] # accepted, but missing from the published types
        enable_quality_processing=False,
    )
