"""What is done with files on their way: begun, taken in when they are whole, given up."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from app.accounts.models import User
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, TooLargeError
from app.core.i18n import lazy_gettext as _l
from app.core.parts import parts
from app.extensions import db
from app.library.permissions import can_add_resource
from app.library.quotas import refuse_announced
from app.library.receiving import FileRefusedError, Received, receive, refuse_early
from app.library.staging.models import StagedResource
from app.library.staging.operations import refuse_too_many_staged, stage
from app.library.uploads.models import Upload
from app.library.uploads.protocol import LONGEST_METADATA, UNCLEAR, GoneError, metadata_of, modified_of
from app.library.uploads.queries import read_again, weight_of_unfinished
from app.spaces.models import Space
from config import MEBIBYTE

KEPT = timedelta(days=7)
MOST_UNFINISHED = 100
#: Of what one person has on their way, in files of the largest size accepted.
MOST_UNFINISHED_FILES = 20


class TooManyUnfinishedError(TooLargeError):
    """A person has too much on its way already."""


def begin(person: User, space: Space, size: int, said: str) -> Upload:
    """Begin an upload of ``size`` bytes; ``said`` is its metadata as the client wrote it.

    Call inside ``transaction()``. Raises RefusedError, FileRefusedError for a file that could not be accepted however
    it ends or for which its space has no place, TooManyUnfinishedError, MalformedError, DomainError when too many files
    wait to be completed already.
    """
    can_add_resource.require(person, space)
    metadata = metadata_of(said)
    name = refuse_early(metadata.get("filename", ""), size)
    refuse_announced(space, name, size)
    refuse_too_many_staged(person, space)
    _refuse_too_many(person, size)
    begun = Upload(
        person_id=person.id,
        space_id=space.id,
        name=name,
        size=size,
        modified=modified_of(metadata),
        said=said[:LONGEST_METADATA],
        expires_at=now() + KEPT,
    )
    db.session.add(begun)
    db.session.flush()
    parts().begin(begun.public_id)  # of no row if the transaction fails: swept like any other
    return begun


def _refuse_too_many(person: User, size: int) -> None:
    number, weight = weight_of_unfinished(person)
    most = MOST_UNFINISHED_FILES * current_app.config["SETTINGS"].max_file_mb * MEBIBYTE
    if number >= MOST_UNFINISHED or weight + size > most:
        raise TooManyUnfinishedError(
            _l("Trop d'envois sont restés en chemin. Terminez-les ou abandonnez-les, puis recommencez.")
        )


def refuse_if_over(upload: Upload) -> None:
    """Raise GoneError for an upload to which nothing can be added any more: expired, or its file refused."""
    if upload.refusal:
        raise GoneError(upload.refusal)
    if upload.finished_at is None and upload.expires_at <= now():
        raise GoneError(_l("Cet envoi a expiré. Choisissez de nouveau le fichier."))


def finish(person: User, upload: Upload) -> StagedResource | None:
    """Take a whole file in and return the row that waits to be completed; None when it was completed already.

    Done again, it changes nothing. Not inside ``transaction()``. Raises FileRefusedError, and keeps why;
    RefusedError; DomainError while bytes are missing.
    """
    refuse_if_over(upload)
    if upload.finished_at is None:
        try:
            _take_in(person, upload)
        except FileNotFoundError:
            look_again(upload)
    parts().remove(upload.public_id)
    return db.session.get(StagedResource, upload.staged_id) if upload.staged_id else None


def _take_in(person: User, upload: Upload) -> None:
    name, part, upload_id = upload.name, upload.public_id, upload.id
    if parts().size(part) != upload.size:
        raise DomainError(_l("Cet envoi n'est pas terminé."))
    db.session.rollback()  # copying takes a while: no transaction stays open meanwhile
    try:
        with parts().open(part) as stream:
            received = receive(stream, name)
    except FileRefusedError as refusal:
        _conclude(upload_id, refusal=str(refusal.message))
        raise
    _conclude(upload_id, person=person, received=received)


def look_again(upload: Upload) -> None:
    """Read an upload again whose part is not there: another request has just taken it in, or it is lost.

    Raises GoneError when it is, NotFoundError when it was given up.
    """
    db.session.rollback()
    if read_again(upload).finished_at is None or upload.refusal:
        raise GoneError(UNCLEAR)


def _conclude(
    upload_id: int, *, person: User | None = None, received: Received | None = None, refusal: str = ""
) -> None:
    """Write how an upload ended, once. Raises NotFoundError when it was given up meanwhile."""
    with transaction():
        upload = db.session.get(Upload, upload_id, with_for_update=True, populate_existing=True)
        if upload is None:
            raise NotFoundError
        if upload.finished_at is None:
            if person is not None and received is not None:
                upload.staged_id = stage(person, db.session.get_one(Space, upload.space_id), received).id
            upload.refusal, upload.finished_at = refusal[:400], now()
        part = upload.public_id
    if refusal:
        parts().remove(part)


def give_up(upload: Upload) -> str:
    """Forget an upload; what it became stays. Returns the part to remove once this is written.

    Call inside ``transaction()``.
    """
    part = upload.public_id
    db.session.delete(upload)
    return part
