"""What a feature hands over for the copy of a person's data (GDPR, articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ExportedFile:
    """A stored file of the person: the name they gave it and the SHA-256 it is stored under."""

    name: str
    sha256: str


@dataclass(frozen=True)
class ExportPart:
    """One sort of thing: its ``name`` in the JSON file, its ``title`` on the page, its records and files.

    A record holds plain values (texts, numbers, lists, ISO 8601 dates) under labels a person understands.
    """

    name: str
    title: str
    records: Sequence[Mapping[str, Any]]
    files: Sequence[ExportedFile] = field(default=())
