"""Which pages of a file are pictures, whose words are read by a program of the host where it has one."""

from __future__ import annotations

from app.library.models import Blob, Reading
from app.library.reading.results import MOST_SCANNED


def pages_of_scan(blob: Blob) -> list[int]:
    """Return the pages whose words are to be read on their picture, in order: some, or all where none has text."""
    return blob.scanned or list(range(1, min(blob.page_count, MOST_SCANNED) + 1))


def has_pictures_to_read(blob: Blob) -> bool:
    """Tell whether a file has pages that are pictures, whoever could read them."""
    return bool(blob.scanned) or (blob.reading == Reading.IMAGE_ONLY and blob.page_count > 0)


def is_being_recognised(blob: Blob) -> bool:
    """Tell whether the words of pages are being read on their pictures."""
    return has_pictures_to_read(blob) and blob.recognised is not None and blob.recognised < len(pages_of_scan(blob))
