"""The states of a resource: proposed, published, sent back, archived, brought back. Inside ``transaction()``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, EditConflictError
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.core.revisions import keep_revision
from app.core.text import clean_text
from app.extensions import db
from app.library.events import ResourceChanged, ResourcePublished
from app.library.models import Resource, SentBack
from app.library.permissions import (
    can_archive_resource,
    can_bring_back_resource,
    can_prepare_resource,
    can_publish_at_once,
    can_read_resource,
    can_review_resource,
)
from app.library.validity import begin_checks
from app.spaces.models import Space, State, fields_of
from app.spaces.queries import facilitators_of

LONGEST_WORDS = 2000
LONGEST_REASON = 400


def publish_prepared(person: User, resource: Resource) -> None:
    """Publish a draft as it stands now, or propose it where it is read first; it stays its author's.

    Raises RefusedError.
    """
    lock(resource)
    can_prepare_resource.require(person, resource)
    resource.edit_version += 1
    publish_or_propose(person, resource)


def publish_or_propose(person: User, resource: Resource) -> None:
    """Publish a draft, or have it wait for those who run the space; proposed again, it keeps its place."""
    if can_publish_at_once(person, resource.space):
        _bring_out(person, resource)
    elif resource.proposed_at is None:
        is_first = _waiting_in(resource.space) == 0
        resource.proposed_at = now()
        db.session.flush()
        record("resource.proposed", person, resource, space_id=resource.space_id, files=len(resource.attachments))
        if is_first:
            _tell_facilitators(person, resource)


def take_proposal_back(person: User, resource: Resource) -> None:
    """Make a proposal a draft again, to go on with it. Raises RefusedError."""
    lock(resource)
    can_prepare_resource.require(person, resource)
    if resource.proposed_at is not None:
        resource.proposed_at = None
        record("resource.proposal_taken_back", person, resource)


def publish_proposed(person: User, resource: Resource, seen_version: int) -> None:
    """Publish what somebody proposed, as it was read: ``seen_version`` is the one the person had before their eyes.

    The author is told by mail. Raises RefusedError, and EditConflictError when it has changed since.
    """
    lock(resource)
    can_review_resource.require(person, resource)
    if resource.edit_version != seen_version:
        raise EditConflictError(_l("Elle a changé depuis que vous l'avez ouverte : relisez-la avant de publier."))
    resource.edit_version += 1
    _bring_out(person, resource)
    _tell_author(person, resource, "proposal_published")


def send_back(person: User, resource: Resource, words: str) -> None:
    """Send a proposal back to its author with words that they read by mail and above their draft.

    Raises DomainError without words, RefusedError.
    """
    words = clean_text(words).strip()[:LONGEST_WORDS]
    lock(resource)
    can_review_resource.require(person, resource)
    if not words:
        raise DomainError(_l("Dites ce qu'il manque : vos mots sont envoyés à la personne qui a proposé la ressource."))
    resource.proposed_at = None
    db.session.add(SentBack(resource_id=resource.id, by_id=person.id, words=words))
    db.session.flush()
    record("resource.sent_back", person, resource, reason=words[:LONGEST_REASON])
    _tell_author(person, resource, "proposal_sent_back", words=words)


def last_words(resource: Resource) -> SentBack | None:
    """Return what was last answered to who proposed a resource."""
    of_resource = select(SentBack).where(SentBack.resource_id == resource.id)
    found: SentBack | None = db.session.scalar(of_resource.order_by(SentBack.id.desc()).limit(1))
    return found


def archive_resource(person: User, resource: Resource) -> None:
    """Put a resource aside: it is read and found as before, marked, and nobody changes it. Raises RefusedError."""
    lock(resource)
    can_archive_resource.require(person, resource)
    _change_state(person, resource, State.ARCHIVED, "resource.archived")


def bring_back_resource(person: User, resource: Resource) -> None:
    """Put an archived resource among the others again. Raises RefusedError."""
    lock(resource)
    can_bring_back_resource.require(person, resource)
    _change_state(person, resource, State.PUBLISHED, "resource.brought_back")


def _change_state(person: User, resource: Resource, state: State, action: str) -> None:
    keep_revision(resource, person, fields_of(resource, "state"))
    resource.state = state
    resource.edit_version += 1
    db.session.flush()
    record(action, person, resource)
    announce(ResourceChanged(resource.id, person.id, now()))


def _bring_out(person: User, resource: Resource) -> None:
    resource.state, resource.shared_draft, resource.proposed_at = State.PUBLISHED, False, None
    resource.published_at, resource.published_by_id = now(), person.id
    begin_checks(resource)
    db.session.flush()
    record("resource.shared", person, resource, space_id=resource.space_id, files=len(resource.attachments))
    announce(ResourcePublished(resource.id, person.id, now()))


def _waiting_in(space: Space) -> int:
    waiting = (Resource.space_id == space.id) & Resource.proposed_at.is_not(None) & Resource.deleted_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Resource).where(waiting)) or 0


def _tell_facilitators(person: User, resource: Resource) -> None:
    """Mail those who run the space that something waits: once, until they have read all that does."""
    space = resource.space
    link = address("space_library.proposals_page", slug=space.slug)
    subject = _l("Une ressource attend votre relecture")
    if not space.is_private:
        subject = _l("Une ressource attend votre relecture dans « %(space)s »", space=space.name)
    given: dict[str, Any] = {"user": person, "resource": resource, "space": space, "link": link}
    for reader in facilitators_of(space):
        send(reader.email, subject, "proposal_waiting", language=reader.language, **given)


def _tell_author(person: User, resource: Resource, what: str, **more: str) -> None:
    """Mail the author what became of the proposal, if they may still read it."""
    author = resource.author
    if author is None or author.id == person.id or author.disabled_at or not can_read_resource(author, resource):
        return
    is_out = resource.state == State.PUBLISHED
    page = "library.resource_page" if is_out else "library.prepare_page"
    subject = _l("Votre ressource est publiée") if is_out else _l("Votre ressource est à compléter")
    given: dict[str, Any] = {"author": author, "by": person, "resource": resource, "space": resource.space}
    send(
        author.email,
        subject,
        what,
        language=author.language,
        link=address(page, public_id=resource.public_id),
        **given,
        **more,
    )
