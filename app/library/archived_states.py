"""Earlier states in the archive of a space: what they may say, and whom and where they name, on another site too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import first_day
from app.core.revisions import Revision
from app.extensions import db
from app.library.models import Says
from app.spaces.archive.arriving import Arriving
from app.spaces.archive.columns import is_sane
from app.spaces.archive.leaving import Leaving
from app.spaces.archive.parts import Record
from app.spaces.models import Audience, Space, State

#: The place of a state that was said in a space this site does not know: nobody reads there.
NOWHERE = 0
_TEXTS = {"kind", "title", "summary", "body", "source", "lang"}
_STATES: dict[str, set[str]] = {"state": set(State), "audience": set(Audience)}


def is_plain(value: Any) -> bool:
    """Tell whether a value is what fields of kinds hold: a text, a number, yes or no, a list of texts."""
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | int | bool)


def resource_state_misfit(record: Record) -> str:
    """Return the name of what an earlier state of a resource cannot say, empty when all of it can."""
    return next((name for name, value in _fields(record).items() if not _fits(name, value)), "")


def _fits(name: str, value: Any) -> bool:
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _STATES:
        return value in _STATES[name] if isinstance(value, str) else False
    known: Mapping[str, Any] = {
        "dated_on": lambda: value is None or _reads(first_day, value),
        "review_on": lambda: value is None or _reads(date.fromisoformat, value),
        "verified_at": lambda: value is None or _is_moment(value),
        "tags": lambda: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "fields": lambda: isinstance(value, dict) and all(map(is_plain, value.values())),
        "files": lambda: isinstance(value, list) and all(map(_is_file, value)),
        "edit_version": lambda: isinstance(value, int),
        "space_id": lambda: value is None or isinstance(value, str | int),
    }
    return bool(name in known and known[name]())


def adoption_state_misfit(record: Record) -> str:
    """Return the name of what an earlier word of a city cannot say, empty when all of it can."""
    said = _fields(record)
    good = {
        "says": isinstance(said.get("says"), str) and said["says"] in set(Says),
        "since": isinstance(said.get("since"), str),
        "words": isinstance(said.get("words"), str),
        "at": _is_moment(said.get("at")),
        "by_id": said.get("by_id") is None or isinstance(said["by_id"], str | int),
        "own_id": said.get("own_id") is None or isinstance(said["own_id"], str | int),
    }
    return next((name for name, is_good in good.items() if not is_good), min(said.keys() - good.keys(), default=""))


def resource_state_leaving(revision: Revision, _leaving: Leaving) -> Record:
    """Name the space of an earlier state by its public id, None for one that is nowhere: its number is this site's."""
    if "space_id" not in revision.fields:
        return {}
    public_id = db.session.scalar(select(Space.public_id).where(Space.id == revision.fields["space_id"]))
    return {"fields": {**revision.fields, "space_id": public_id}}


def resource_state_arriving(record: Record, arriving: Arriving) -> Record | None:
    """Find the space of an earlier state again; one that is not here is nowhere."""
    said = _fields(record)
    if "space_id" not in said:
        return {}
    ref = said["space_id"]
    if ref == arriving.checked.manifest["space"]["id"]:
        return {"fields": {**said, "space_id": arriving.space_id}}
    known = select(Space.id).where(Space.public_id == ref, Space.deleted_at.is_(None)) if isinstance(ref, str) else None
    found = db.session.scalar(known) if known is not None else None
    return {"fields": {**said, "space_id": found or NOWHERE}}


def adoption_state_leaving(revision: Revision, leaving: Leaving) -> Record:
    """Name who spoke as the archive names people; the practice of their own that they named stays behind."""
    by_id = revision.fields.get("by_id")
    is_here = db.session.scalar(select(User.id).where(User.id == by_id)) if isinstance(by_id, int) else None
    return {"fields": {**revision.fields, "by_id": leaving.person(is_here), "own_id": None}}


def adoption_state_arriving(record: Record, arriving: Arriving) -> Record | None:
    """Find who spoke again."""
    said = _fields(record)
    ref = said.get("by_id")
    return {"fields": {**said, "by_id": arriving.person(ref) if isinstance(ref, str) else None, "own_id": None}}


def _fields(record: Record) -> dict[str, Any]:
    said = record.get("fields")
    return said if isinstance(said, dict) else {"fields": said}


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str) and isinstance(value.get("n"), int)


def _is_moment(value: Any) -> bool:
    return _reads(datetime.fromisoformat, value) and is_sane(datetime.fromisoformat(value))


def _reads(read: Any, value: Any) -> bool:
    try:
        read(value)
    except (TypeError, ValueError):
        return False
    return True
