"""What is done with resources: share, change, remove, put back. Plain functions, inside ``transaction()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import EditConflictError
from app.core.events import announce
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import NORMAL
from app.core.revisions import keep_revision
from app.core.text import RENDERER_VERSION, render_markdown
from app.extensions import db
from app.library.collecting.claiming import claim_page, drop_page_of_another
from app.library.derived import keep_derived
from app.library.events import ResourceChanged, ResourcePublished, ResourceRemoved
from app.library.files import attach, claim_received, keep_all
from app.library.models import Resource
from app.library.permissions import (
    can_add_resource,
    can_edit_resource,
    can_prepare_resource,
    can_remove_resource,
    can_restore_resource,
)
from app.library.publishing import publish_or_propose
from app.library.quotas import hold_place
from app.library.receiving import Received
from app.library.tags import judge_words, tags_named
from app.library.thesaurus.models import tag_refused
from app.library.validity import begin_checks
from app.spaces.models import Audience, Space, State, fields_of

#: What is typed, and so kept as a revision before each change.
WRITTEN = ("kind", "title", "summary", "body", "source", "lang", "audience", "fields")


@dataclass(frozen=True)
class ResourceDetails:
    """What a person says of a resource.

    ``dated_on`` is a date as far as it is known (``PartialDate``), ``lang`` empty when the file is to say it; ``tags``
    are labels.
    """

    kind: str
    title: str
    summary: str = ""
    body: str = ""
    source: str = ""
    dated_on: str | None = None
    lang: str = ""
    tags: Sequence[str] = ()
    audience: str = Audience.SPACE
    fields: dict[str, Any] = field(default_factory=dict)
    body_html: str = ""

    @classmethod
    def of(cls, **given: Any) -> ResourceDetails:
        """Return details with the Markdown of the body rendered: done here, before any transaction."""
        return cls(**given, body_html=render_markdown(given["body"]) if given.get("body") else "")


def share_resource(
    person: User,
    space: Space,
    details: ResourceDetails,
    *,
    files: Sequence[Received] = (),
    form: str | None = None,
    shown: Sequence[str] | None = None,
    priority: int = NORMAL,
) -> Resource:
    """Publish a resource in a space and return it; where what members share is read first, it is proposed.

    ``files`` are attached in their order, after those of ``shown`` that waited for ``form`` (see
    ``received_and_shown``). Raises RefusedError unless the person writes in the space.
    """
    can_add_resource.require(person, space)
    if files:
        hold_place(space)
    resource = Resource(space=space, author_id=person.id, state=State.DRAFT)
    _write(resource, details)
    db.session.add(resource)
    db.session.flush()
    keep_derived(resource)
    if form is not None:
        claim_received(person, resource, form, shown)
        claim_page(person, resource, form)
    attach(person, resource, keep_all(files, priority=priority))
    publish_or_propose(person, resource)
    return resource


def prepare_resource(
    person: User, space: Space, details: ResourceDetails, *, form: str | None = None, shown: Sequence[str] | None = None
) -> Resource:
    """Keep a resource as a draft that the colleagues of the person's authority read and complete; return it.

    They are those who write in the space. Raises RefusedError unless the person does.
    """
    can_add_resource.require(person, space)
    resource = Resource(space=space, author_id=person.id, state=State.DRAFT, shared_draft=True)
    _write(resource, details)
    db.session.add(resource)
    db.session.flush()
    keep_derived(resource)
    if form is not None:
        claim_received(person, resource, form, shown)
        claim_page(person, resource, form)
    record("resource.prepared", person, resource, space_id=space.id)
    return resource


def edit_resource(
    person: User,
    resource: Resource,
    details: ResourceDetails,
    seen_version: int,
    *,
    form: str | None = None,
    shown: Sequence[str] | None = None,
) -> Resource:
    """Change what is said of a resource; what it said before is kept.

    ``seen_version`` is the version the person had in front of them; ``form`` and ``shown`` name the files that waited
    for it (see ``received_and_shown``). Raises EditConflictError when somebody else changed it meanwhile, RefusedError
    when the person may not.
    """
    lock(resource)
    (can_edit_resource | can_prepare_resource).require(person, resource)
    if resource.edit_version != seen_version:
        raise EditConflictError(
            _l("Quelqu'un d'autre a modifié cette ressource pendant que vous écriviez. Votre texte est gardé.")
        )
    keep_revision(resource, person, as_written(resource) | {"edit_version": resource.edit_version})
    was = resource.kind
    _write(resource, details)
    if resource.kind != was and resource.state == State.PUBLISHED:
        begin_checks(resource)
    keep_derived(resource)
    if form is not None:
        claim_received(person, resource, form, shown)
    drop_page_of_another(resource)
    _changed(person, resource)
    return resource


def remove_resource(person: User, resource: Resource, reason: str = "") -> None:
    """Put a resource in the trash: nobody reads it, and it can be put back. Raises RefusedError."""
    lock(resource)
    can_remove_resource.require(person, resource)
    resource.deleted_at, resource.deleted_by_id, resource.deleted_reason = now(), person.id, reason[:400]
    record("resource.removed", person, resource, reason=reason[:400])
    announce(ResourceRemoved(resource.id, person.id, now()))


def restore_resource(person: User, resource: Resource) -> None:
    """Take a resource out of the trash. Raises RefusedError."""
    lock(resource)
    can_restore_resource.require(person, resource)
    resource.deleted_at, resource.deleted_by_id, resource.deleted_reason = None, None, ""
    record("resource.restored", person, resource)
    event = ResourceChanged if resource.state == State.DRAFT else ResourcePublished
    announce(event(resource.id, person.id, now()))


def _changed(person: User, resource: Resource) -> None:
    resource.edit_version += 1
    resource.updated_at = now()
    db.session.flush()
    record("resource.edited", person, resource, edit_version=resource.edit_version)
    announce(ResourceChanged(resource.id, person.id, now()))


def _write(resource: Resource, details: ResourceDetails) -> None:
    for name in WRITTEN:
        setattr(resource, name, getattr(details, name))
    resource.fields = dict(details.fields)
    resource.dated_on = details.dated_on
    resource.body_html, resource.renderer_version = details.body_html, RENDERER_VERSION
    resource.tags = tags_named(details.tags, resource.space, [tag.slug for tag in resource.tags])
    if resource.id is not None:
        db.session.execute(delete(tag_refused).where(tag_refused.c.resource_id == resource.id))


def taken_in(details: ResourceDetails, space: Space) -> tuple[ResourceDetails, str]:
    """Return details with the keywords a space takes, and a remark that names the others: for what no form checks."""
    judged = judge_words(details.tags, space)
    if not judged.left_out:
        return details, ""
    names = ", ".join(judged.left_out)
    return replace(details, tags=judged.accepted), _("mots-clés que l'espace ne prend pas : %(names)s", names=names)


def as_written(resource: Resource) -> dict[str, Any]:
    """Return what people wrote of a resource and which versions of files it shows, as a revision keeps it."""
    kept = fields_of(resource, *WRITTEN)
    kept["dated_on"] = resource.dated_on
    kept["tags"] = [tag.label for tag in resource.tags]
    files = [(one, one.current) for one in resource.attachments]
    kept["files"] = [{"id": one.public_id, "name": current.name, "n": current.n} for one, current in files]
    return kept
