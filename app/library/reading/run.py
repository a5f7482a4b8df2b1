"""Reading a document: the one door through which the application learns what a file says."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import fields
from typing import TYPE_CHECKING

from .bounded import bounded_child
from .limits import Limits
from .opened import OpenReading
from .results import READER_VERSION, PageText, Reading, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .filetypes import FileType

__all__ = ["READER_VERSION", "Limits", "OpenReading", "PageText", "Reading", "Summary", "open_reading", "read_document"]

log = logging.getLogger(__name__)


@contextlib.contextmanager
def open_reading(path: Path, filetype: FileType, *, limits: Limits = Limits()) -> Iterator[OpenReading]:  # noqa: B008 - frozen
    """Read a file in a bounded child and yield its summary and its pages, which live on disk until the end.

    Never raises for what the file holds: that is told by `summary.status`. Raises OSError when the machine has no
    room for a process or its results.
    """
    request = {"path": str(path.absolute()), "family": filetype.family, "code": filetype.code, "unit": filetype.unit}
    with bounded_child("read", request, limits) as outcome:
        if outcome.failure:
            log.warning("reading a %s ended with %s: %s", filetype.code, outcome.failure, outcome.said[-500:])
        yield OpenReading(outcome)


def read_document(path: Path, filetype: FileType, *, limits: Limits = Limits()) -> Reading:  # noqa: B008 - frozen
    """Read a whole file into memory; `open_reading` is for those that may have thousands of pages."""
    with open_reading(path, filetype, limits=limits) as opened:
        summary = {field.name: getattr(opened.summary, field.name) for field in fields(Summary)}
        return Reading(**summary, pages=list(opened.pages()))
