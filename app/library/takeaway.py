"""What the library holds of a person, and how it forgets them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from app.accounts.models import User
from app.core.clock import now
from app.core.events import announce
from app.core.i18n import gettext as _
from app.core.revisions import Revision, revisions_of
from app.core.slots import collect, fill
from app.core.takeaway import ExportedFile, ExportPart
from app.extensions import db
from app.library.collecting.claiming import drop_page_of_another
from app.library.collecting.operations import forget_pages_of
from app.library.derived import keep_derived
from app.library.events import ResourceRemoved
from app.library.incoming.operations import forget_lists_of
from app.library.kinds import kind_of
from app.library.models import Attachment, Blob, FileVersion, ReceivedFile, Resource, Safety, SentBack
from app.library.permissions import can_read_resource
from app.library.staging.models import StagedPublication, StagedResource
from app.library.uploads.models import Upload


@fill("person.export", order=30)
def library_parts(user: User) -> list[ExportPart]:
    """Return what the person shared, in the trash or not, with the files they brought."""
    query = select(Resource).where(Resource.author_id == user.id).order_by(Resource.id)
    resources = db.session.scalars(query.options(selectinload(Resource.tags), selectinload(Resource.attachments))).all()
    brought = select(FileVersion).where(FileVersion.by_id == user.id).order_by(FileVersion.id)
    files = [ExportedFile(one.name, one.blob.sha256) for one in db.session.scalars(brought) if not _put_away(one.blob)]
    waiting = select(ReceivedFile).where(ReceivedFile.person_id == user.id).order_by(ReceivedFile.id)
    files += [ExportedFile(one.name, one.blob.sha256) for one in db.session.scalars(waiting) if not _put_away(one.blob)]
    answers = db.session.scalars(select(SentBack).where(SentBack.by_id == user.id).order_by(SentBack.id)).all()
    said = [{_("Date"): one.at.isoformat(), _("Texte"): one.words} for one in answers]
    staged = select(StagedResource).where(StagedResource.person_id == user.id).order_by(StagedResource.id)
    begun = [_staged_record(one) for one in db.session.scalars(staged)]
    return [
        ExportPart("resources", _("Mes ressources"), [_record(user, one) for one in resources], files),
        *([ExportPart("sent_back", _("Ce que j'ai répondu à des propositions"), said)] if said else []),
        *([ExportPart("staged", _("Mes fichiers à compléter"), begun)] if begun else []),
    ]


def _staged_record(one: StagedResource) -> dict[str, Any]:
    return {
        _("Titre"): one.typed.get("title", ""),
        _("Type"): one.typed.get("kind", ""),
        _("Mots-clés"): one.typed.get("tags", ""),
        _("Déposée le"): one.at.isoformat(),
    }


def _put_away(blob: Blob) -> bool:
    return blob.safety == Safety.INFECTED


def _record(user: User, one: Resource) -> dict[str, Any]:
    reads = can_read_resource(user, one)
    said = {} if reads else _as_left_by(user, one)
    files = [attachment.current for attachment in one.attachments]
    return {
        _("Titre"): said.get("title", one.title),
        _("Adresse"): f"/ressources/{one.public_id}",
        _("Espace"): one.space.name if reads else "",
        _("Type"): said.get("kind", one.kind),
        _("Déposée le"): one.created_at.isoformat(),
        _("Résumé"): said.get("summary", one.summary),
        _("Texte"): said.get("body", one.body),
        _("Source"): said.get("source", one.source),
        _("Mots-clés"): said.get("tags", [tag.name for tag in one.tags]),
        _("Champs"): _fields(said.get("kind", one.kind), said.get("fields", one.fields)),
        _("Fichiers"): [file.name for file in files if reads or file.by_id == user.id],
    }


def _fields(kind: str, values: dict[str, Any]) -> dict[str, str]:
    """Return the fields of a kind as they may be typed again, under their labels; one it has no more by its name."""
    known = kind_of(kind)
    labels = {field.name: str(field.label) for field in known.fields}
    written = known.written(values)
    return {labels.get(name, name): written.get(name) or str(value) for name, value in values.items()}


def _as_left_by(user: User, one: Resource) -> dict[str, Any]:
    """Return what others have changed of a resource since the person last wrote it, as it was before them.

    Who may not read it any more takes away what they wrote, not what came after.
    """
    said: dict[str, Any] = {}
    for revision in reversed(revisions_of(one)):  # each holds what was said before somebody changed it
        if revision.person_id == user.id:
            break
        said |= revision.fields
    return said


@fill("person.erase", order=30)
def forget_in_library(user: User, withdraw: bool) -> None:  # noqa: FBT001 - the slot's own form
    """Drop files of forms never published and lists brought; with ``withdraw``, empty what nobody else answered."""
    for model in (ReceivedFile, Upload, StagedPublication, StagedResource):
        db.session.execute(delete(model).where(model.person_id == user.id))
    forget_lists_of(user)
    forget_pages_of(user)
    if not withdraw:
        return
    living = select(Resource).where(Resource.author_id == user.id, Resource.deleted_at.is_(None))
    mine = db.session.scalars(living).all()
    answered = set().union(*collect("resource.answered", [one.id for one in mine], user))
    for resource in mine:
        if resource.id not in answered:
            _empty(user, resource)


def _empty(user: User, resource: Resource) -> None:
    """Take everything out of a resource; its place stays in the trash, so that its address says it is gone."""
    resource.title, resource.summary, resource.body, resource.body_html = _("Ressource retirée"), "", "", ""
    resource.source, resource.fields, resource.tags, resource.dated_on = "", {}, [], None
    keep_derived(resource)
    drop_page_of_another(resource)
    db.session.execute(delete(Attachment).where(Attachment.resource_id == resource.id))
    db.session.expire(resource, ["attachments"])
    of_resource = (Revision.subject_type == resource.__tablename__) & (Revision.subject_id == resource.id)
    db.session.execute(delete(Revision).where(of_resource))
    db.session.execute(delete(SentBack).where(SentBack.resource_id == resource.id))
    resource.deleted_at, resource.deleted_by_id = now(), user.id
    db.session.flush()
    announce(ResourceRemoved(resource.id, user.id, now()))
