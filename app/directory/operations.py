"""What people do with their profile: say who they are, show a photo, be in the directory or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date

from app.accounts.models import Expertise, User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock, sort_key
from app.core.errors import EditConflictError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line
from app.directory.photos import forget_small
from app.extensions import db

LONGEST_SUBJECT = 80
MOST_SUBJECTS = 15
_SEPARATORS = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Profile:
    """What a person says of themselves and to whom they show it, clean and ready to be kept."""

    name: str
    function: str
    mandate: str | None
    mandate_start: date | None
    mandate_end: date | None
    spoken_languages: list[str]
    about: str
    phone: str
    email_shown_to: str
    phone_shown_to: str
    photo_shown_to: str


def split_subjects(text: str) -> list[str]:
    """Return the subjects typed in a field, by commas or lines, each spelling once."""
    found: dict[str, str] = {}
    for piece in _SEPARATORS.split(text):
        label = one_line(piece).strip(" .#")
        if sort_key(label):
            found.setdefault(sort_key(label), label)
    return list(found.values())


def save_profile(person: User, profile: Profile, subjects: list[str], seen_version: int) -> None:
    """Keep what a person says of themselves. Call inside ``transaction()``.

    Raises EditConflictError when the profile has changed since the person opened it.
    """
    lock(person)
    if person.edit_version != seen_version:
        raise EditConflictError(
            _l(
                "Votre profil a changé depuis que vous avez ouvert cette page. Ce que vous avez écrit est gardé : "
                "relisez-le, puis enregistrez de nouveau."
            )
        )
    changed = [one.name for one in fields(profile) if getattr(person, one.name) != getattr(profile, one.name)]
    for name in changed:
        setattr(person, name, getattr(profile, name))
    if _set_expertise(person, subjects):
        changed.append("expertise")
    if changed:
        person.edit_version += 1
        record("profile.changed", person, person, fields=changed)


def _set_expertise(person: User, subjects: list[str]) -> bool:
    """Keep the subjects a person knows about; the rows of those already said are kept. Tell whether any changed."""
    wanted = {sort_key(label): label[:LONGEST_SUBJECT] for label in subjects[:MOST_SUBJECTS]}
    said = {one.sort_key: one for one in person.expertise}
    if wanted == {key: one.label for key, one in said.items()}:
        return False
    for key, one in said.items():
        if key not in wanted:
            person.expertise.remove(one)
        else:
            one.label = wanted[key]
    person.expertise.extend(Expertise(label=label) for key, label in wanted.items() if key not in said)
    db.session.flush()
    return True


def answer_about_directory(person: User, *, listed: bool) -> None:
    """Keep whether a person wants to be in the directory. Call inside ``transaction()``.

    Raises RefusedError for a guest, who neither sees it nor appears in it.
    """
    if not person.is_member:
        raise RefusedError
    if person.directory_answered_at is None or person.in_directory != listed:
        person.in_directory, person.directory_answered_at = listed, now()
        record("profile.directory_answered", person, person, listed=listed)


def set_photo(person: User, sha256: str | None) -> None:
    """Show another photo, or none. Call inside ``transaction()``."""
    if person.photo_sha256 != sha256:
        if person.photo_sha256:
            forget_small(person.photo_sha256)
        person.photo_sha256 = sha256
        record("profile.photo_changed" if sha256 else "profile.photo_removed", person, person)
