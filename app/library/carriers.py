"""Files and the resources that carry them, as far as the person may read those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounts.models import User
from app.core.errors import NotFoundError
from app.extensions import db
from app.library.models import Attachment, Blob, FileVersion, Resource
from app.library.permissions import can_edit_resource, can_prepare_resource, can_read_resource, can_review_resource
from app.library.queries import refusal_of
from app.spaces.models import Space


def file_version_for(person: User, public_id: str) -> FileVersion:
    """Return a version of a file of a resource this person reads, prepares or reviews. Raises as ``resource_for``.

    The versions of a file taken away are for those who may put it back.
    """
    of_resource = select(FileVersion).join(FileVersion.attachment).join(Attachment.resource)
    rules = (can_read_resource, can_prepare_resource, can_review_resource)
    opens = or_(*(rule.where(person) for rule in rules))
    changes = or_(can_edit_resource.where(person), can_prepare_resource.where(person))
    query = of_resource.where(FileVersion.public_id == public_id, opens, or_(Attachment.removed_at.is_(None), changes))
    eager = contains_eager(FileVersion.attachment).contains_eager(Attachment.resource)
    version: FileVersion | None = db.session.scalar(query.options(eager, joinedload(FileVersion.blob)))
    if version is None:
        carrier = select(Resource).join(Resource.attachments).join(Attachment.versions)
        raise refusal_of(person, carrier.where(FileVersion.public_id == public_id))
    return version


def attachment_of(resource: Resource, public_id: str) -> Attachment:
    """Return a file of a resource. Raises NotFoundError."""
    found = next((one for one in resource.attachments if one.public_id == public_id), None)
    if found is None:
        raise NotFoundError
    return found


def version_numbered(attachment: Attachment, n: int) -> FileVersion:
    """Return a version of a file by its number. Raises NotFoundError."""
    found = next((one for one in attachment.versions if one.n == n), None)
    if found is None:
        raise NotFoundError
    return found


def removed_files_of(resource: Resource) -> list[Attachment]:
    """Return the files taken away from a resource that can still be put back, the last one first."""
    gone = (Attachment.resource_id == resource.id) & Attachment.removed_at.is_not(None)
    query = select(Attachment).where(gone).order_by(Attachment.removed_at.desc(), Attachment.id.desc())
    versions = selectinload(Attachment.versions)
    return list(db.session.scalars(query.options(versions.joinedload(FileVersion.blob))))


def resources_carrying(blob_ids: Sequence[int], person: User) -> list[Resource]:
    """Return the resources a person may read that carry one of these files, the oldest first."""
    carrying = select(Attachment.resource_id).join(Attachment.versions).where(FileVersion.blob_id.in_(blob_ids))
    carrying = carrying.where(Attachment.removed_at.is_(None))
    query = select(Resource).where(Resource.id.in_(carrying), can_read_resource.where(person)).order_by(Resource.id)
    return list(db.session.scalars(query))


def carrying_by_file(person: User, blob_ids: Iterable[int]) -> dict[int, list[Resource]]:
    """Return the resources a person may read that carry each of some files, in one statement."""
    wanted = set(blob_ids)
    query = (
        select(FileVersion.blob_id, Resource)
        .join(FileVersion.attachment)
        .join(Attachment.resource)
        .where(FileVersion.blob_id.in_(wanted), Attachment.removed_at.is_(None), can_read_resource.where(person))
        .order_by(Resource.id)
    )
    found: dict[int, list[Resource]] = defaultdict(list)
    for blob_id, resource in db.session.execute(query) if wanted else ():
        if resource not in found[blob_id]:
            found[blob_id].append(resource)
    return found


def carried_elsewhere(person: User, resource: Resource) -> dict[str, list[Resource]]:
    """Return, by the public id of a file, the other resources this person may read that carry its bytes."""
    blobs = {one.current.blob_id: one.public_id for one in resource.attachments}
    carrying = carrying_by_file(person, blobs)
    found = {blobs[blob_id]: [one for one in carriers if one != resource] for blob_id, carriers in carrying.items()}
    return {public_id: others for public_id, others in found.items() if others}


def ids_carrying(blob_id: int) -> list[int]:
    """Return the ids of all resources that carry a file, whoever may read them: for indexing, never for a page."""
    carrying = select(Attachment.resource_id).join(Attachment.versions).where(FileVersion.blob_id == blob_id)
    return list(db.session.scalars(carrying.distinct()))


def holds_bytes(space: Space, sha256: str) -> bool:
    """Tell whether a space already has a resource with these bytes: for an import that begins again."""
    query = (
        select(Attachment.id)
        .join(Attachment.versions)
        .join(FileVersion.blob)
        .join(Attachment.resource)
        .where(Blob.sha256 == sha256, Resource.space_id == space.id, Resource.deleted_at.is_(None))
        .where(Attachment.removed_at.is_(None))
    )
    return db.session.scalar(query.limit(1)) is not None
