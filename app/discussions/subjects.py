"""The kinds of things that have their own discussion, and how to know them again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select

from app.accounts.models import User
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule, Why
from app.discussions.models import Thread
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import State
from app.spaces.permissions import can_read

#: Model of each kind of subject, by the value kept in ``Thread.subject_type`` (the name of its table).
SUBJECTS: dict[str, Any] = {Resource.__tablename__: Resource}


def subject_of(thread: Thread) -> Any:
    """Return the thing a thread is about, None for a thread that stands alone."""
    model = SUBJECTS.get(thread.subject_type or "")
    return db.session.get(model, thread.subject_id) if model is not None else None


def _subject_is_readable(person: User, thread: Thread) -> bool:
    if thread.subject_type is None:
        return True
    subject = subject_of(thread)
    return subject is not None and can_read(type(subject))(person, subject)


def _subject_is_readable_where(person: User) -> ColumnElement[bool]:
    return or_(
        Thread.subject_type.is_(None),
        *(_has_subject(kind, can_read(model).where(person)) for kind, model in SUBJECTS.items()),
    )


def _has_subject(kind: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a thread is about a thing of this kind that fulfils a condition: asked thread by thread.

    A list of all such things would be made anew for a single thread, among ten thousand resources.
    """
    model = SUBJECTS[kind]
    subject = select(model.id).where(model.id == Thread.subject_id, condition).correlate(Thread)
    return and_(Thread.subject_type == kind, subject.exists())


def _subject_is_living(_person: User, thread: Thread) -> bool:
    subject = subject_of(thread)
    return subject is None or subject.state != State.ARCHIVED


def _subject_is_living_where(_person: User) -> ColumnElement[bool]:
    archived = (_has_subject(kind, model.state == State.ARCHIVED) for kind, model in SUBJECTS.items())
    return or_(Thread.subject_type.is_(None), not_(or_(*archived)))


subject_is_living = Rule(
    "subject_is_living",
    _l("ce dont parle la discussion n'est pas archivé"),
    _subject_is_living,
    _subject_is_living_where,
    otherwise=_l("ce dont parle la discussion est archivé"),
    of_thing=True,
)

_reads_what_it_is_about = Rule(
    "reads_what_it_is_about",
    _l("la personne peut lire ce dont parle la discussion"),
    _subject_is_readable,
    _subject_is_readable_where,
    otherwise=_l("la personne ne peut pas lire ce dont parle la discussion"),
)


def _why_subject(person: User, thread: Thread) -> Why:
    """Say what the subject decides; nothing of a discussion that stands alone, where it decides nothing."""
    return Why(holds=True, facts=()) if thread.subject_type is None else _reads_what_it_is_about.why(person, thread)


reads_the_subject = Rule(
    "reads_the_subject",
    _l("la discussion ne porte sur rien d'autre qu'elle-même, ou la personne peut lire ce dont elle parle"),
    _subject_is_readable,
    _subject_is_readable_where,
    otherwise=_l("la personne ne peut pas lire ce dont parle la discussion"),
    explain=_why_subject,
    joined="or",
)
