"""Asking to enter a space, and what those who run it answer. Called inside ``transaction()``."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock, transaction
from app.core.deciding import TOO_LATE, Answer, begin_decision, decide, take_back, takes_effect
from app.core.errors import DomainError
from app.core.events import announce
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.core.text import clean_text
from app.extensions import db
from app.spaces.events import AccessRequested
from app.spaces.models import JoinRequest, Space
from app.spaces.operations import add_member, keep_oneself_out
from app.spaces.permissions import can_ask_for_space, can_run_space, can_see_space
from app.spaces.queries import facilitators_of

LONGEST_MESSAGE = 600
APPLY = "spaces.apply_answer"
NOT_ASKED = _l("Cette personne n'a pas demandé à entrer dans cet espace.")


def request_access(person: User, space: Space, message: str = "") -> bool:
    """Ask to enter a space; tell whether this was the first time. Those who run the space are told by mail, once.

    Raises DomainError when the space does not take requests from this person.
    """
    lock(space)
    if _request_of(space, person) is not None:
        return False
    if not can_ask_for_space(person, space):
        raise DomainError(_l("On n'entre dans cet espace que sur invitation."))
    message = clean_text(message).strip()[:LONGEST_MESSAGE]
    db.session.add(JoinRequest(space_id=space.id, user_id=person.id, message=message))
    db.session.flush()
    record("space.access_requested", person, space)
    announce(AccessRequested(space.id, person.id))
    _tell_facilitators(person, space, message)
    return True


def accept(space: Space, user: User, *, by: User | None = None) -> JoinRequest:
    """Say yes to a request: decided now, in effect a moment later, until when it can be taken back.

    Raises DomainError when there is no request of theirs that waits, or when the space is archived; RefusedError.
    """
    asked = _begin(space, user, by)
    keep_oneself_out(space, user, by)
    if space.archived_at is not None:
        raise DomainError(_l("L'espace est archivé : personne n'y entre plus."))
    decide(asked, Answer.ACCEPTED, by, APPLY)
    record("space.request_accepted", by, space, user_id=user.id)
    return asked


def refuse(space: Space, user: User, reason: str, *, by: User | None = None) -> JoinRequest:
    """Say no to a request, with a reason that is sent to the person once it cannot be taken back any more.

    Raises DomainError without a reason, or when there is no request of theirs that waits; RefusedError.
    """
    asked = _begin(space, user, by)
    reason = clean_text(reason).strip()[:LONGEST_MESSAGE]
    if not reason:
        raise DomainError(_l("Dites pourquoi : la raison est envoyée à la personne."))
    decide(asked, Answer.REFUSED, by, APPLY, reason=reason)
    record("space.request_refused", by, space, user_id=user.id, reason=reason)
    return asked


def _begin(space: Space, user: User, by: User | None) -> JoinRequest:
    asked = _request_to_answer(space, user, by)
    begin_decision(asked)
    return asked


def _request_to_answer(space: Space, user: User, by: User | None, *, missing: Any = NOT_ASKED) -> JoinRequest:
    lock(space)
    if by is not None:
        can_run_space.require(by, space)
    asked = _request_of(space, user)
    if asked is None:
        raise DomainError(missing)
    return asked


def take_answer_back(space: Space, user: User, *, by: User | None = None) -> None:
    """Let a request wait again, its answer having no effect yet. Raises DomainError after that, RefusedError."""
    if take_back(_request_to_answer(space, user, by, missing=TOO_LATE)):
        record("space.answer_taken_back", by, space, user_id=user.id)


def put_into_effect(asked: JoinRequest) -> None:
    """Do what was decided: let the person in, or not, and tell them by mail if they may still know of the space."""
    space, user, answer, reason, by = asked.space, asked.user, asked.state, asked.reason, asked.decided_by
    db.session.delete(asked)
    db.session.flush()
    if answer == Answer.ACCEPTED:
        add_member(space, user, by=by)
    if can_see_space(user, space):
        tell_person(user, space, "admitted" if answer == Answer.ACCEPTED else "refused", reason=reason)


@job(APPLY)
def apply_answer(payload: dict[str, Any]) -> None:
    """Put the answer to a request into effect, unless it was taken back."""
    with transaction():
        asked = db.session.get(JoinRequest, payload["request"])
        if asked is None:
            return
        lock(asked.space)
        lock(asked)
        if takes_effect(asked, payload):
            put_into_effect(asked)


def tell_person(user: User, space: Space, what: str, **more: str) -> None:
    """Mail a person what became of their place in a space: ``admitted``, ``added``, ``entrusted``, ``refused``."""
    link = address("spaces.space_page", slug=space.slug) if what != "refused" else address("space_list.spaces_page")
    with force_locale(user.language):
        subject = _subject(space, what)
    send(user.email, subject, what, language=user.language, user=user, space=space, link=link, **more)


def _subject(space: Space, what: str) -> str:
    """Return the subject of a mail; that of a private space does not name it, for subjects are read over shoulders."""
    if what == "refused":
        return _("Votre demande pour « %(space)s »", space=space.name)
    if what == "entrusted":
        return _("Vous animez un espace") if space.is_private else _("Vous animez « %(space)s »", space=space.name)
    if space.is_private:
        return _("Vous participez maintenant à un nouvel espace")
    return _("Vous participez maintenant à « %(space)s »", space=space.name)


def _request_of(space: Space, user: User) -> JoinRequest | None:
    query = select(JoinRequest).where(JoinRequest.space_id == space.id, JoinRequest.user_id == user.id)
    found: JoinRequest | None = db.session.scalar(query)
    return found


def _tell_facilitators(person: User, space: Space, message: str) -> None:
    """Mail the request to those who run the space, or to the contact of the site when nobody does."""
    link = address("spaces.members_page", slug=space.slug)
    readers = [(one.email, one.language) for one in facilitators_of(space)]
    for email, language in readers or [(current_app.config["SETTINGS"].contact, "fr")]:
        with force_locale(language):
            subject = _("%(name)s demande à participer à « %(space)s »", name=person.name, space=space.name)
        send(email, subject, "join_request", language=language, user=person, space=space, link=link, message=message)
