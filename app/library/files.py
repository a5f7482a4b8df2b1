"""What is done with files, inside ``transaction()``: bytes become blobs, blobs become versions of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select

from app.accounts.models import User
from app.core.clock import now
from app.core.db import insert_into
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import BULK, NORMAL, enqueue
from app.extensions import db
from app.library.models import Attachment, Blob, FileVersion, Reading, ReceivedFile, Resource
from app.library.quotas import refuse_beyond, require_room
from app.library.reading.run import READER_VERSION
from app.library.receiving import MOST_FILES, Received
from app.library.scanning.safety import first_state, refuse_infected
from config import MEBIBYTE

#: From this size on (bytes) a file may take long to read: nobody else's waits behind it.
LARGE = 4 * MEBIBYTE
#: Parts below this number are versions of files (the article of a page fetched is another, see ``indexing``).
MOST_VERSIONS = 900


def keep_blob(received: Received, *, priority: int = NORMAL) -> Blob:
    """Return the row of these bytes, made when they are new, and have their text read unless it has been.

    Two people who send the same bytes at once share one row.
    """
    values = {
        "sha256": received.sha256,
        "size": received.size,
        "type": received.type,
        "created_at": now(),
        "reading": Reading.WAITING,
        "safety": first_state(),
        "signature": "",
        "reading_detail": "",
        "reader_version": 0,
        "page_count": 0,
        "proposed": {},
    }
    db.session.execute(insert_into(Blob).values(values).on_conflict_do_nothing(index_elements=["sha256"]))
    blob = db.session.scalars(select(Blob).where(Blob.sha256 == received.sha256)).one()
    if blob.reader_version < READER_VERSION:
        read_soon(blob, priority=priority)
    return blob


def read_soon(blob: Blob, *, priority: int = NORMAL) -> None:
    """Have the text of a file read, once however often it is asked; a large one apart from the others."""
    name = "library.extract_large" if blob.size > LARGE else "library.extract"
    enqueue(name, {"blob_id": blob.id}, key=f"extract:{blob.sha256}", priority=priority)


def attach(person: User, resource: Resource, files: Iterable[tuple[str, Blob]]) -> list[FileVersion]:
    """Add files to a resource, after those it has.

    Raises DomainError over ``MOST_FILES``, FileRefusedError for one in quarantine or without place in the space.
    """
    given = list(files)
    for name, blob in given:
        refuse_infected(name, blob)
    require_room(resource.space, given)
    last = db.session.scalar(select(func.max(Attachment.position)).where(Attachment.resource_id == resource.id))
    first, part = 0 if last is None else last + 1, next_part(resource)
    versions = []
    for number, (name, blob) in enumerate(given):
        attachment = Attachment(resource=resource, position=first + number)
        one = FileVersion(attachment=attachment, n=1, part=part + number, name=name, by_id=person.id, blob=blob)
        versions.append(one)
        db.session.add(attachment)
    if len(resource.attachments) > MOST_FILES:
        raise DomainError(_l("Une ressource porte au plus %(most)s fichiers.", most=MOST_FILES))
    # One that was read before is not read again: what reading would tell is known.
    said = (str(blob.proposed.get("lang") or "") for _name, blob in given)
    resource.lang = resource.lang or next(filter(None, said), "")[:5]
    db.session.flush()
    return versions


def next_part(resource: Resource) -> int:
    """Return the number by which the search will know the next version of a file of a resource.

    Raises DomainError when there have been too many of them.
    """
    of_resource = select(func.max(FileVersion.part)).join(FileVersion.attachment)
    last = db.session.scalar(of_resource.where(Attachment.resource_id == resource.id))
    if last is not None and last >= MOST_VERSIONS - MOST_FILES:
        raise DomainError(_l("Cette ressource a eu trop de versions de fichiers. Déposez-en une nouvelle."))
    return 0 if last is None else last + 1


def keep_received(person: User, form: str, received: Received, *, whatever_place: bool = False) -> ReceivedFile:
    """Keep a file for a form that is still being filled; the same bytes sent twice are kept once.

    Raises QuotaReachedError when its space has no place for it; not with ``whatever_place``, where nobody is there to
    read it: it is then said when the form is published.
    """
    blob = keep_blob(received)
    refuse_infected(received.name, blob)
    waiting = received_for(person, form)
    for already in waiting:
        if already.blob_id == blob.id:
            return already
    if not whatever_place:
        refuse_beyond(form, blob, received.name, [one.blob for one in waiting])
    kept = ReceivedFile(person_id=person.id, form=form[:300], name=received.name, blob=blob)
    db.session.add(kept)
    db.session.flush()
    return kept


def received_for(person: User, form: str, order: Sequence[str] = ()) -> list[ReceivedFile]:
    """Return the files a person has sent for a form.

    ``order`` holds their public ids as the page shows them: files sent side by side arrive in any order. What it does
    not name comes after, in the order of its coming.
    """
    mine = (ReceivedFile.person_id == person.id) & (ReceivedFile.form == form[:300])
    found = db.session.scalars(select(ReceivedFile).where(mine).order_by(ReceivedFile.id))
    places = {public_id: place for place, public_id in enumerate(order)}
    return sorted(found, key=lambda one: places.get(one.public_id, len(places)))


def received_file_for(person: User, public_id: str) -> ReceivedFile:
    """Return one file this very person has sent. Raises NotFoundError for anybody else."""
    mine = (ReceivedFile.person_id == person.id) & (ReceivedFile.public_id == public_id)
    found: ReceivedFile | None = db.session.scalar(select(ReceivedFile).where(mine))
    if found is None:
        raise NotFoundError
    return found


def forget_received(person: User, form: str, public_id: str | None = None) -> None:
    """Forget one file sent for a form, or all of them; the sweep removes bytes that nothing carries."""
    mine = (ReceivedFile.person_id == person.id) & (ReceivedFile.form == form[:300])
    if public_id is not None:
        mine &= ReceivedFile.public_id == public_id
    db.session.execute(delete(ReceivedFile).where(mine))


def forget_all_but_last(person: User, form: str) -> None:
    """Keep only the file sent last for a form that takes one."""
    for one in received_for(person, form)[:-1]:
        db.session.delete(one)


def as_received(kept: ReceivedFile) -> Received:
    """Return a file that waits for a form as it was when it was taken in."""
    return Received(kept.name, kept.blob.sha256, kept.blob.size, kept.blob.type)


def received_and_shown(person: User, form: str, shown: Sequence[str] | None) -> list[ReceivedFile]:
    """Return the files sent for a form that its page shows, by public id, in their order; None: all of them.

    The others were sent from the same form in another tab: they wait for it.
    """
    if shown is None:
        return received_for(person, form)
    return [one for one in received_for(person, form, shown) if one.public_id in set(shown)]


def claim_received(person: User, resource: Resource, form: str, shown: Sequence[str] | None) -> list[FileVersion]:
    """Give a resource the files that waited for its form (see ``received_and_shown``), and return them."""
    waiting = received_and_shown(person, form, shown)
    attached = attach(person, resource, [(one.name, one.blob) for one in waiting])
    for one in waiting:
        db.session.delete(one)
    return attached


def keep_all(files: Sequence[Received], *, priority: int = BULK) -> list[tuple[str, Blob]]:
    """Return names and rows of several received files."""
    return [(one.name, keep_blob(one, priority=priority)) for one in files]
