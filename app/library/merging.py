"""Two people changed one resource: what each of them wrote, field by field, so that nothing of either is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wtforms import Field as FormField

from app.accounts.models import User
from app.core.revisions import Revision, revisions_of
from app.extensions import db
from app.library.fields_form import BoxesField, MomentField, text_of
from app.library.forms import ResourceForm, as_texts, filled_from
from app.library.kinds import UnreadableError
from app.library.kinds.moments import moment_of
from app.library.models import Resource
from app.library.tags import split_tags, tag_slug
from app.library.thesaurus.reach import own_slugs


@dataclass(frozen=True)
class Difference:
    """What somebody else wrote in a field; ``is_taken``: it stands there now, for the person had not touched it."""

    name: str
    label: Any
    value: str
    shown: str
    is_taken: bool


@dataclass(frozen=True)
class Merge:
    """Who changed the resource meanwhile, when, and where the two texts differ."""

    by: User | None = None
    at: datetime | None = None
    differences: dict[str, Difference] = field(default_factory=dict)

    @property
    def clashing(self) -> list[Difference]:
        """The fields both have changed: to be settled by hand."""
        return [one for one in self.differences.values() if not one.is_taken]

    @property
    def taken(self) -> list[Difference]:
        """The fields only the other has changed."""
        return [one for one in self.differences.values() if one.is_taken]


def merge(form: ResourceForm, resource: Resource, seen_version: int) -> Merge:
    """Bring what somebody else has written into a form begun on an earlier version.

    A field this person has left as it was takes the new text; one that both have changed keeps what this person typed,
    and the other text is shown beside it.
    """
    revisions = revisions_of(resource)
    began = _as_it_was(revisions, seen_version)
    now_there = {name: text for name, text in filled_from(resource).items() if name != "seen_version"}
    began = began or now_there
    differences = {}
    for typed in form:
        if typed.name not in now_there:
            continue
        theirs, mine = (_plain(form, typed, text) for text in (now_there[typed.name], text_of(typed)))
        before = _plain(form, typed, began.get(typed.name, ""))
        if theirs in {mine, before}:
            continue
        is_taken = mine == before and typed.name != "kind"
        if is_taken:
            put(typed, now_there[typed.name])
        shown = _shown(typed, now_there[typed.name])
        differences[typed.name] = Difference(typed.name, typed.label.text, now_there[typed.name], shown, is_taken)
    last = next((one for one in reversed(revisions) if "edit_version" in one.fields), None)
    by = db.session.get(User, last.person_id) if last and last.person_id else None
    return Merge(by, last.at if last else None, differences)


def put(typed: FormField, text: str) -> None:
    """Put a text into a field of a form, whatever its control."""
    if isinstance(typed, BoxesField):
        typed.process_data(text)
    else:
        typed.data = text


def _as_it_was(revisions: list[Revision], seen_version: int) -> dict[str, str] | None:
    """Return the texts of the version a person had before their eyes, kept by the first change made after it."""
    later = (one for one in revisions if int(one.fields.get("edit_version") or 0) >= seen_version)
    first = next(later, None)
    return as_texts(first.fields) if first is not None else None


def _plain(form: ResourceForm, typed: FormField, text: str) -> str:
    """Return a text as its field reads it, so that « 05/07/2021 » and « 2021-07-05 » are the same."""
    known: Mapping[str, Any] = {one.name: one for one in form.of_kind.fields}
    if typed.name == "tags":
        return ", ".join(sorted(own_slugs([tag_slug(label) for label in split_tags(text)])))
    if isinstance(typed, MomentField):
        return moment_of(text) or text
    if typed.name in known and text.strip():
        try:
            return str(known[typed.name].type.written(known[typed.name].type.read(text)))
        except UnreadableError:
            return text
    return text.strip()


def _shown(typed: FormField, text: str) -> str:
    """Return a text for reading: the labels of what is chosen from a list."""
    labels = {str(choice.value): str(choice.label) for choice in getattr(typed, "choices", None) or ()}
    if not labels:
        return text
    return ", ".join(labels.get(piece.strip(), piece.strip()) for piece in text.split(",")) or "–"
