"""The versions of files, in words: which one it is, who brought it and when, what took its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.i18n import format_day_number, format_size, local
from app.core.i18n import gettext as _
from app.extensions import db
from app.library.addresses import download_url, version_url
from app.library.models import Attachment, FileVersion, Resource
from app.library.reading.names import split_extension
from app.library.states import file_facts


@dataclass(frozen=True)
class VersionLine:
    """One version of a file, as ``library/files.html`` shows it; ``url`` opens it, ``download`` gives its bytes."""

    n: int
    title: str
    name: str
    facts: str
    by: User | None
    at: datetime
    note: str
    url: str
    download: str
    is_current: bool


@dataclass(frozen=True)
class FileHistory:
    """A file of a resource with its versions, the current one first."""

    public_id: str
    name: str
    versions: list[VersionLine]

    @property
    def current(self) -> VersionLine:
        """The version shown."""
        return self.versions[0]


def is_replaced(version: FileVersion) -> bool:
    """Tell whether a later version has taken the place of this one."""
    return version.n != version.attachment.current.n


def replaced_words(version: FileVersion) -> str:
    """Return « Version 2 sur 3, remplacée le 5 mars 2026 par Jeanne Aubertin. »."""
    attachment = version.attachment
    after = next(one for one in attachment.versions if one.n > version.n)
    said: dict[str, Any] = {
        "n": version.n,
        "total": attachment.current.n,
        "day": format_day_number(local(after.at).date()),
        "name": after.by.name if after.by else _("Ancien compte"),
    }
    return _("Version %(n)s sur %(total)s, remplacée le %(day)s par %(name)s.", **said)


def saved_name(version: FileVersion) -> str:
    """Return the name under which a version is saved: « Bilan (version 2).pdf » once another has taken its place."""
    if not is_replaced(version):
        return version.name
    stem, ending = split_extension(version.name)
    return f"{stem} (version {version.n}){ending}"


def histories_of(resource: Resource, attachments: list[Attachment]) -> list[FileHistory]:
    """Return some files of a resource with all their versions, in the same number of statements for one and for ten."""
    authors = {one.by_id for attachment in attachments for one in attachment.versions if one.by_id}
    known = select(User).where(User.id.in_(authors)).options(joinedload(User.organisation))
    people = {one.id: one for one in db.session.scalars(known)} if authors else {}
    return [_history(resource, one, people) for one in attachments]


def _history(resource: Resource, attachment: Attachment, people: dict[int, User]) -> FileHistory:
    lines = [_line(resource, one, attachment.current, people) for one in reversed(attachment.versions)]
    return FileHistory(attachment.public_id, attachment.current.name, lines)


def _line(resource: Resource, version: FileVersion, current: FileVersion, people: dict[int, User]) -> VersionLine:
    is_current = version.n == current.n
    again = _("Retour à la version %(n)s", n=version.back_to) if version.back_to else ""
    return VersionLine(
        n=version.n,
        title=_("Version %(n)s, actuelle", n=version.n) if is_current else _("Version %(n)s", n=version.n),
        name=version.name,
        facts=f"{file_facts(version.name, version.blob)}, {format_size(version.blob.size)}",
        by=people.get(version.by_id or 0),
        at=version.at,
        note=version.note or again,
        url=version_url(resource, version),
        download=download_url(version),
        is_current=is_current,
    )
