"""What is done with the files of a resource: replaced, taken back, put away, put back, put in order.

Every version stays: a file is never changed in place. All inside ``transaction()``; each deed checks the right again,
keeps what stood there before in the history of the resource and has it indexed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, NotFoundError
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.core.revisions import keep_revision
from app.core.text import one_line
from app.extensions import db
from app.library.carriers import version_numbered
from app.library.events import FileVersionAdded, ResourceChanged
from app.library.files import (
    as_received,
    attach,
    claim_received,
    forget_received,
    keep_all,
    keep_blob,
    next_part,
    received_for,
)
from app.library.models import Attachment, FileVersion, Resource
from app.library.operations import as_written
from app.library.permissions import can_edit_resource, can_prepare_resource
from app.library.quotas import hold_place, require_room
from app.library.receiving import MOST_FILES, Received
from app.library.scanning.safety import refuse_infected

LONGEST_NOTE = 300
#: How long a file taken away can be put back; then it is forgotten, and the place it took is free.
PUT_BACK_WITHIN = timedelta(days=30)


class NothingSentError(DomainError):
    """No file came with what was to be done with one."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_l("Choisissez un fichier."))


def replace_file(person: User, attachment: Attachment, received: Received, note: str = "") -> FileVersion:
    """Give a file a new version and return it; the earlier ones stay.

    Two people who replace it at once make two versions. Raises RefusedError, NotFoundError for a file taken away
    meanwhile, DomainError when the bytes are those of the current version, QuotaReachedError.
    """
    resource = _held(person, attachment)
    hold_place(resource.space)
    blob = keep_blob(received)
    if attachment.current.blob_id == blob.id:
        raise DomainError(_l("Ce fichier est exactement la version actuelle : rien n'a changé.", name=received.name))
    refuse_infected(received.name, blob)
    require_room(resource.space, [(received.name, blob)])
    return _add(person, resource, attachment, FileVersion(name=received.name, blob=blob, note=_noted(note)))


def replace_by_sent(person: User, attachment: Attachment, form: str, note: str = "") -> FileVersion:
    """Give a file a new version: the one file this person has sent for ``form``.

    Raises as ``replace_file``, and DomainError when they sent none, or several.
    """
    _held(person, attachment)  # pressed twice at once: the second waits here, and finds the file gone
    waiting = received_for(person, form)
    if not waiting:
        raise NothingSentError
    if len(waiting) > 1:
        raise DomainError(_l("Un fichier se remplace par un seul : retirez ceux qui sont de trop."))
    version = replace_file(person, attachment, as_received(waiting[0]), note)
    forget_received(person, form)
    return version


def go_back(person: User, attachment: Attachment, n: int) -> FileVersion:
    """Make the bytes of an earlier version the current ones again: a new version, which says so. Raises as above."""
    resource = _held(person, attachment)
    earlier = version_numbered(attachment, n)
    refuse_infected(earlier.name, earlier.blob)
    if earlier.blob_id == attachment.current.blob_id:
        raise DomainError(_l("La version actuelle a déjà ce contenu : rien n'a changé."))
    return _add(person, resource, attachment, FileVersion(name=earlier.name, blob=earlier.blob, back_to=earlier.n))


def _add(person: User, resource: Resource, attachment: Attachment, version: FileVersion) -> FileVersion:
    _keep(person, resource)
    version.n, version.part, version.by_id = attachment.current.n + 1, next_part(resource), person.id
    attachment.versions.append(version)
    db.session.flush()
    again = {"back_to": version.back_to} if version.back_to else {}
    record("resource.file_replaced", person, resource, name=version.name, version=version.n, **again)
    announce(FileVersionAdded(resource.id, version.id, person.id, now()))
    _changed(person, resource)
    return version


def add_files(person: User, resource: Resource, received: list[Received]) -> list[FileVersion]:
    """Add files to a published resource, after those it has. Raises RefusedError, DomainError over their number."""
    return _add_all(person, resource, lambda: attach(person, resource, keep_all(received)))


def add_sent(person: User, resource: Resource, form: str, shown: Sequence[str] | None) -> list[FileVersion]:
    """Add to a published resource the files this person has sent for ``form`` (see ``received_and_shown``).

    Raises as ``add_files``, and DomainError when they sent none.
    """
    return _add_all(person, resource, lambda: claim_received(person, resource, form, shown))


def _add_all(person: User, resource: Resource, attaching: Callable[[], list[FileVersion]]) -> list[FileVersion]:
    lock(resource)
    can_edit_resource.require(person, resource)
    _keep(person, resource)
    hold_place(resource.space)
    added = attaching()
    if not added:
        raise NothingSentError
    for one in added:
        record("resource.file_added", person, resource, name=one.name)
    _changed(person, resource)
    return added


def remove_file(person: User, attachment: Attachment) -> None:
    """Take a file away from its resource; it can be put back for a while. Raises RefusedError, NotFoundError."""
    resource = _held(person, attachment)
    _keep(person, resource)
    attachment.removed_at = now()
    record("resource.file_removed", person, resource, name=attachment.current.name)
    _changed(person, resource)


def put_back_file(person: User, resource: Resource, public_id: str) -> Attachment:
    """Put back a file that was taken away, after the others. Raises RefusedError, NotFoundError, DomainError."""
    lock(resource)
    can_edit_resource.require(person, resource)
    gone = (Attachment.public_id == public_id) & (Attachment.resource_id == resource.id)
    attachment: Attachment | None = db.session.scalar(
        select(Attachment).where(gone, Attachment.removed_at.is_not(None))
    )
    if attachment is None:
        raise NotFoundError
    if len(resource.attachments) >= MOST_FILES:
        raise DomainError(_l("Une ressource porte au plus %(most)s fichiers.", most=MOST_FILES))
    _keep(person, resource)
    last = db.session.scalar(select(func.max(Attachment.position)).where(Attachment.resource_id == resource.id))
    attachment.removed_at, attachment.position = None, (last or 0) + 1
    record("resource.file_put_back", person, resource, name=attachment.current.name)
    _changed(person, resource)
    return attachment


def move_file(person: User, attachment: Attachment, step: int) -> None:
    """Put a file one place earlier (``step`` -1) or later (1) in its resource; at an end nothing changes."""
    resource = _held(person, attachment)
    order = list(resource.attachments)
    at = order.index(attachment)
    to = at + step
    if not 0 <= to < len(order):
        return
    _keep(person, resource)
    order.insert(to, order.pop(at))
    for position, one in enumerate(order):
        one.position = position
    record("resource.files_ordered", person, resource, name=attachment.current.name)
    _changed(person, resource)


def erase_version(person: User, attachment: Attachment, n: int) -> str:
    """Erase one earlier version of a file for good and return its name; the sweep removes bytes that nothing carries.

    For what should never have been shared, such as somebody's data. Raises RefusedError, NotFoundError, DomainError for
    the version shown.
    """
    resource = _held(person, attachment)
    version = version_numbered(attachment, n)
    if version.n == attachment.current.n:
        raise DomainError(_l("La version actuelle ne s'efface pas : remplacez-la d'abord, ou retirez le fichier."))
    name = version.name
    attachment.versions.remove(version)
    record("resource.file_version_erased", person, resource, name=name, version=n)
    db.session.flush()
    return name


def forget_removed() -> None:
    """Forget the files that were taken away long ago: the sweep then removes bytes that nothing carries."""
    db.session.execute(delete(Attachment).where(Attachment.removed_at < now() - PUT_BACK_WITHIN))


def _held(person: User, attachment: Attachment) -> Resource:
    """Hold the resource of a file, read anew, once the person may change it. Raises RefusedError, NotFoundError."""
    resource = attachment.resource
    lock(resource, attachment)
    (can_edit_resource | can_prepare_resource).require(person, resource)
    if attachment.removed_at is not None:
        raise NotFoundError
    return resource


def _keep(person: User, resource: Resource) -> None:
    """Keep what the resource says and which versions it shows, before they change."""
    keep_revision(resource, person, as_written(resource) | {"edit_version": resource.edit_version})


def _changed(person: User, resource: Resource) -> None:
    resource.edit_version += 1
    resource.updated_at = now()
    db.session.flush()
    db.session.expire(resource, ["attachments"])
    announce(ResourceChanged(resource.id, person.id, now()))


def _noted(note: str) -> str:
    return one_line(note)[:LONGEST_NOTE]
