"""The place that files take in a space: counted on all its resources hold, equal bytes once, and never gone over.

Whatever holds a file counts: drafts, earlier versions, files and resources that can still be put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.core.i18n import format_size
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.core.slots import fill
from app.extensions import db
from app.library.models import Attachment, Blob, FileVersion, Resource
from app.library.receiving import FileRefusedError
from app.library.staging.models import FORM, StagedResource
from app.spaces.models import Space
from app.spaces.queries import facilitators_of
from app.spaces.quotas import is_nearly_full, quota_of

#: Below this share, the next time the space fills up is told again.
ROOM_AGAIN = 0.8
_OF_SPACE = re.compile(r"/espaces/([^/]+)/")
_OF_RESOURCE = re.compile(r"/ressources/([a-z2-7]{10})(?:/|$)")


class QuotaReachedError(FileRefusedError):
    """A file takes more place than is left in its space; the message names it and says how much there is."""

    def __init__(self, name: str, size: int, used: int, quota: int) -> None:
        sentence = _l(
            "« %(name)s » (%(size)s) ne tient plus dans l'espace : %(used)s utilisés sur %(quota)s. Retirez des "
            "fichiers, ou demandez de la place à l'administration du réseau.",
            name=name,
            size=format_size(size),
            used=format_size(used),
            quota=format_size(quota),
        )
        super().__init__(sentence, "quota")


def _held_by(space_id: int) -> Any:
    """Return the ids of the files that a space holds, wherever they stand in it."""
    carried = select(FileVersion.blob_id).join(FileVersion.attachment).join(Attachment.resource)
    return carried.where(Resource.space_id == space_id)


@fill("space.stored")
def stored_by_library(space: Space) -> int:
    """Return the bytes of the files of a space's resources, each once."""
    return _stored(space.id)


def _stored(space_id: int) -> int:
    total = db.session.scalar(select(func.sum(Blob.size)).where(Blob.id.in_(_held_by(space_id))))
    return int(total or 0)


def require_room(space: Space, files: Iterable[tuple[str, Blob]]) -> None:
    """Make sure that files about to be held by a space fit into it, and tell those who run it when it fills up.

    Inside ``transaction()``, before the files are held; two who add files at once are counted one after the other.
    Raises QuotaReachedError for the first that does not fit.
    """
    given = list(files)
    if not given:
        return
    hold_place(space)
    quota, used = quota_of(space), _stored(space.id)
    if quota is None:
        return
    there = set(db.session.scalars(_held_by(space.id).where(FileVersion.blob_id.in_({blob.id for _n, blob in given}))))
    after = used
    for name, blob in given:
        if blob.id in there:
            continue
        if after + blob.size > quota:
            raise QuotaReachedError(name, blob.size, after, quota)
        there.add(blob.id)
        after += blob.size
    _tell(space, used, after, quota)


def refuse_announced(space: Space, name: str, size: int) -> None:
    """Refuse a file before any of it travels when its size does not fit beside what its space holds.

    What is exact is asked again when it is held (``require_room``). Raises QuotaReachedError.
    """
    quota = quota_of(space)
    used = _stored(space.id) if quota is not None else 0
    if quota is not None and used + size > quota:
        raise QuotaReachedError(name, size, used, quota)


def hold_place(space: Space) -> None:
    """Let nobody else add files to a space until this transaction ends; before the rows of new files are made.

    The row is not locked against those who only name the space (``FOR NO KEY UPDATE``).
    """
    db.session.execute(select(Space.id).where(Space.id == space.id).with_for_update(key_share=True))


def require_room_for(space: Space, resource: Resource) -> None:
    """Make sure that all the files of a resource about to move fit into its new space. Raises QuotaReachedError."""
    require_room(space, files_held([resource.id]))


def files_held(resource_ids: Sequence[int]) -> list[tuple[str, Blob]]:
    """Return the files of some resources with their names, all their versions: one statement."""
    held = select(FileVersion).join(FileVersion.attachment).where(Attachment.resource_id.in_(resource_ids))
    query = held.order_by(FileVersion.id).options(joinedload(FileVersion.blob))
    return [(one.name, one.blob) for one in db.session.scalars(query)] if resource_ids else []


def without_room(space: Space, resource_ids: Sequence[int]) -> set[int]:
    """Return those of some resources about to come, in this order, whose files do not fit into a space.

    The number of statements does not grow with the resources.
    """
    quota = quota_of(space) if resource_ids else None
    if quota is None:
        return set()
    files: dict[int, dict[int, int]] = {one: {} for one in resource_ids}
    carried = select(Attachment.resource_id, Blob.id, Blob.size).select_from(FileVersion).join(FileVersion.attachment)
    for resource_id, blob_id, size in db.session.execute(
        carried.join(FileVersion.blob).where(Attachment.resource_id.in_(resource_ids))
    ):
        files[resource_id][blob_id] = size
    held = _held_by(space.id).where(FileVersion.blob_id.in_({one for blobs in files.values() for one in blobs}))
    there, used, left = set(db.session.scalars(held)), _stored(space.id), set[int]()
    for resource_id, blobs in files.items():
        more = {one: size for one, size in blobs.items() if one not in there}
        if more and used + sum(more.values()) > quota:
            left.add(resource_id)
        else:
            there |= set(more)
            used += sum(more.values())
    return left


def _tell(space: Space, before: int, after: int, quota: int) -> None:
    """Mail those who run a space, once, when it fills up to nine tenths."""
    if space.nearly_full_at is not None and before < ROOM_AGAIN * quota:
        space.nearly_full_at = None
    if space.nearly_full_at is not None or not is_nearly_full(after, quota):
        return
    space.nearly_full_at = now()
    for reader in facilitators_of(space):
        send(
            reader.email,
            _l("Un espace que vous animez est bientôt plein"),
            "space_nearly_full",
            language=reader.language,
            timezone=reader.timezone,
            space=space,
            used=after,
            quota=quota,
            link=address("spaces.settings_page", slug=space.slug),
        )


def refuse_beyond(form: str, blob: Blob, name: str, waiting: Sequence[Blob]) -> None:
    """Refuse a file sent for a form as soon as it comes, when its space has no place for it after those that wait.

    What is exact is asked again when they are held (``require_room``). Raises QuotaReachedError.
    """
    left = beyond(form, [*waiting, blob])
    if blob.id in left:
        raise QuotaReachedError(name, blob.size, *left[blob.id])


def beyond(form: str, blobs: Sequence[Blob]) -> dict[int, tuple[int, int]]:
    """Return which of the files that wait for a form, taken in their order, do not fit into its space.

    By the id of the file: what is used by then, and the limit.
    """
    space = _space_of(form) if blobs else None
    quota = quota_of(space) if space is not None else None
    if space is None or quota is None:
        return {}
    there = set(db.session.scalars(_held_by(space.id).where(FileVersion.blob_id.in_({one.id for one in blobs}))))
    used, left = _stored(space.id), {}
    for one in blobs:
        if one.id in there:
            continue
        if used + one.size > quota:
            left[one.id] = (used, quota)
        else:
            there.add(one.id)
            used += one.size
    return left


def _space_of(form: str) -> Space | None:
    """Return the space a form is for, by the path it posts to: it stands there, or the resource changed does.

    A row that waits to be completed says its own.
    """
    by_slug, by_resource = _OF_SPACE.match(form), _OF_RESOURCE.match(form)
    if by_slug:
        wanted = select(Space).where(Space.slug == by_slug[1])
    elif by_resource:
        home = select(Resource.space_id).where(Resource.public_id == by_resource[1])
        wanted = select(Space).where(Space.id.in_(home))
    elif form.startswith(FORM):
        home = select(StagedResource.space_id).where(StagedResource.public_id == form.removeprefix(FORM))
        wanted = select(Space).where(Space.id.in_(home))
    else:
        return None
    space: Space | None = db.session.scalar(wanted)
    return space
