"""What one looks for in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, or_, select

from app.accounts.models import User
from app.accounts.queries import holds
from app.core.audit import ACTIONS, AuditEntry
from app.core.db import sort_key
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import reader_timezone
from app.core.journal import about_people, about_spaces
from app.core.text import one_line
from app.extensions import db
from app.spaces.models import Space

LONGEST_WORDS = 200
BATCH = 500

#: What the families of actions are called.
FAMILIES: dict[str, LazyString] = {
    "user": _l("Comptes et connexions"),
    "profile": _l("Profils"),
    "people": _l("Listes de personnes"),
    "guest": _l("Invités"),
    "invitation": _l("Invitations"),
    "organisation": _l("Collectivités"),
    "space": _l("Espaces"),
    "access": _l("Demandes d'accès au réseau et consultations"),
    "journal": _l("Journal"),
    "charter": _l("Charte"),
    "resource": _l("Ressources"),
    "library": _l("Imports et exports de références"),
    "keyword": _l("Mots-clés"),
    "list": _l("Dossiers de lecture"),
    "post": _l("Messages"),
    "thread": _l("Discussions"),
    "search": _l("Recherches et index"),
    "search_rule": _l("Règles de la recherche"),
}


def families() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the families of actions, each with its name and its actions: (key, words) pairs, by name."""
    keys = sorted({action.partition(".")[0] for action in ACTIONS})
    found = []
    for key in keys:
        actions = sorted((str(words), name) for name, words in ACTIONS.items() if name.startswith(f"{key}."))
        found.append((key, str(FAMILIES.get(key, key)), [(name, words) for words, name in actions]))
    return sorted(found, key=lambda family: sort_key(family[1]))


@dataclass(frozen=True)
class Wanted:
    """The lines asked for; an empty field asks for nothing."""

    action: str = ""
    person: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, source: Any) -> Wanted:
        """Read the fields of an address or of a form; anything unreadable is left out."""
        action = source.get("action", "")
        known = action in ACTIONS or any(name.startswith(f"{action}.") for name in ACTIONS if action)
        return cls(
            action if known else "",
            one_line(source.get("personne", ""))[:LONGEST_WORDS],
            one_line(source.get("objet", ""))[:LONGEST_WORDS],
            _day(source.get("du", "")),
            _day(source.get("au", "")),
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The fields as an address holds them, empty ones left out."""
        days = {"du": self.since, "au": self.until}
        words = {"action": self.action, "personne": self.person, "objet": self.about}
        return {**{name: one for name, one in words.items() if one}, **{k: d.isoformat() for k, d in days.items() if d}}

    def query(self) -> Select[Any]:
        """Return the query of the lines, newest first."""
        return select(AuditEntry).where(*self._conditions()).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.action in ACTIONS:
            yield AuditEntry.action == self.action
        elif self.action:
            yield AuditEntry.action.startswith(f"{self.action}.", autoescape=True)
        if self.person:
            yield AuditEntry.person_id.in_(select(User.id).where(_alike(self.person)))
        if self.about:
            yield _about(self.about)
        if self.since:
            yield AuditEntry.at >= _start_of(self.since)
        if self.until:
            yield AuditEntry.at < _start_of(self.until + timedelta(days=1))

    def batches(self, most: int) -> Iterator[list[AuditEntry]]:
        """Yield the lines by batches, newest first, ``most`` in all."""
        for start in range(0, most, BATCH):
            found = list(db.session.scalars(self.query().limit(min(BATCH, most - start)).offset(start)))
            if found:
                yield found
            if len(found) < BATCH:
                return


def _alike(words: str) -> ColumnElement[bool]:
    return holds(words, User.sort_key, User.email)


def _about(words: str) -> ColumnElement[bool]:
    named = or_(holds(words, Space.sort_key), Space.slug == words)
    spaces = list(db.session.scalars(select(Space.id).where(named)))
    people = list(db.session.scalars(select(User.id).where(_alike(words))))
    return or_(about_spaces(spaces), about_people(people))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 < found.year < 9000 else None  # noqa: PLR2004 - years whose next day exists


def _start_of(day: date) -> datetime:
    """Return the first moment of a day where the reader lives."""
    return datetime.combine(day, time(), ZoneInfo(reader_timezone())).astimezone(UTC)
