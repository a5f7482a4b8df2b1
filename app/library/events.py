"""What happens in the library, told to whoever listens, in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ResourcePublished:
    """A resource has come into the library (or back out of the trash). Sent once its row has its id."""

    resource_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class ResourceChanged:
    """Something of a resource is no longer the same: its words, audience, tags or files."""

    resource_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class ResourcesChanged:
    """Several resources were changed in one deed: told once, so that those who listen do it in as few statements."""

    resource_ids: tuple[int, ...]
    person_id: int
    at: datetime


@dataclass(frozen=True)
class ResourcePurged:
    """A resource is erased from the trash, for good. Sent just before its row goes."""

    resource_id: int
    at: datetime


@dataclass(frozen=True)
class ResourceRemoved:
    """A resource has gone to the trash: nobody reads it any more, and it can be put back."""

    resource_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class FileVersionAdded:
    """A file of a resource has a new version: somebody replaced it, or took an earlier one again.

    Sent with ResourceChanged, once the version has its id.
    """

    resource_id: int
    version_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class FileQuarantined:
    """The antivirus found something in a file of a resource: nobody opens it any more. Sent once for each resource."""

    resource_id: int
    blob_id: int
    at: datetime
