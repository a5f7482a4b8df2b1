"""Gathers everything the site holds of a person into one ZIP: a page to read, a JSON file, and their files."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import DataExport, User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import NotFoundError
from app.core.i18n import format_day_number, format_time
from app.core.jobs import enqueue
from app.core.slots import fillers
from app.core.storage import CHUNK, storage
from app.core.takeaway import ExportedFile, ExportPart
from app.extensions import db

KEPT = timedelta(days=7)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")


def ask_for_copy(user: User) -> DataExport:
    """Have a copy made in the background; the one being made, if any, is enough. Call inside ``transaction()``."""
    lock(user)
    making = select(DataExport).where(DataExport.user_id == user.id, DataExport.ready_at.is_(None))
    found: DataExport | None = db.session.scalar(making)
    if found is not None:
        return found
    copy = DataExport(user_id=user.id)
    db.session.add(copy)
    db.session.flush()
    record("user.copy_asked", user, user)
    enqueue("accounts.copy", {"export_id": copy.id}, key=f"copy:{copy.id}")
    return copy


def copies_of(user: User) -> list[DataExport]:
    """Return the copies of a person's data that are being made or can be fetched, newest first."""
    query = select(DataExport).where(DataExport.user_id == user.id).order_by(DataExport.id.desc())
    return [one for one in db.session.scalars(query) if one.expires_at is None or one.expires_at > now()]


def copy_for(user: User, public_id: str) -> DataExport:
    """Return a person's own copy, made and not expired. Raises NotFoundError for any other."""
    for one in copies_of(user):
        if one.public_id == public_id and one.sha256:
            return one
    raise NotFoundError


def gather(user: User) -> list[ExportPart]:
    """Return what every feature holds of a person, in the person's language."""
    with force_locale(user.language):
        return [part for filler in fillers("person.export") for part in filler(user)]


@contextmanager
def zipped(user: User) -> Iterator[BinaryIO]:
    """Give the ZIP of a person's data as an open file, gone afterwards."""
    parts = gather(user)
    with tempfile.TemporaryFile(dir=current_app.config["SETTINGS"].instance) as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            names = _put_files(archive, parts)
            content = {part.name: {"title": part.title, "records": part.records} for part in parts}
            archive.writestr("donnees.json", json.dumps(content, ensure_ascii=False, indent=2))
            with force_locale(user.language):
                page = render_template(
                    "accounts/takeaway.html", user=user, parts=parts, names=names, at=now(), readable=readable
                )
            archive.writestr("lisez-moi.html", page)
        file.seek(0)
        yield file


def readable(value: str) -> str:
    """Return a moment or a day of a record (ISO 8601) as one reads it; any other text as it is."""
    if not MOMENT.fullmatch(value):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return format_day_number(moment.date())
    return f"{format_day_number(moment)}, {format_time(moment)}"


def _put_files(archive: ZipFile, parts: list[ExportPart]) -> dict[str, list[str]]:
    """Copy the person's files into the archive; return their names there by part. Bytes that are lost are left out."""
    taken: set[str] = set()
    names: dict[str, list[str]] = {}
    for part in parts:
        for one in part.files:
            name = _free_name(f"fichiers/{part.name}", one, taken)
            try:
                source = storage().open(one.sha256)
            except FileNotFoundError:
                continue
            with source, archive.open(name, "w", force_zip64=True) as copy:
                while chunk := source.read(CHUNK):
                    copy.write(chunk)
            names.setdefault(part.name, []).append(name)
    return names


def _free_name(folder: str, file: ExportedFile, taken: set[str]) -> str:
    """Return a name nothing in the archive has, without a path of its own."""
    plain = PurePosixPath(file.name.replace("\\", "/")).name or "fichier"
    stem, dot, ending = plain.rpartition(".")
    name, number = f"{folder}/{plain}", 1
    while name.lower() in taken:
        number += 1
        name = f"{folder}/{stem or plain}-{number}{dot}{ending if stem else ''}"
    taken.add(name.lower())
    return name
