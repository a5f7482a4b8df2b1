"""Files sent in pieces: the addresses a tus 1.0.0 client speaks to (https://tus.io/protocols/resumable-upload).

A POST begins an upload, HEAD tells how far it has come, PATCH adds to it, DELETE gives it up. Each belongs to one
person and one space, and their rights are asked at every request.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import IO, TYPE_CHECKING

from flask import Response, current_app, request, url_for
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import TooLargeError
from app.core.parts import OutOfPlaceError, parts
from app.extensions import db
from app.library.permissions import can_add_resource
from app.library.uploads import protocol
from app.library.uploads.models import Upload
from app.library.uploads.operations import begin, finish, give_up, look_again, refuse_if_over
from app.library.uploads.queries import read_again, upload_for
from app.library.views.sending import UPLOADS
from app.spaces.blueprint import SpaceBlueprint
from app.spaces.models import Space
from config import MEBIBYTE

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

uploads = SpaceBlueprint("uploads", __name__, section="library")
BASE = "/ressources/depot/envois"
ONE = f"{BASE}/<string(length=10):public_id>"
PIECE = 256 * 1024


@uploads.before_request
def speak_one_version() -> None:
    """Refuse another version of the protocol, and bound what is read of a request. Raises VersionError."""
    request.max_content_length = current_app.config["SETTINGS"].max_file_mb * MEBIBYTE
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != protocol.VERSION:
        raise protocol.VersionError(protocol.UNCLEAR)


@uploads.after_request
def say_version(answer: Response) -> Response:
    """Say on every answer which version is spoken, and that it is nobody's to keep."""
    answer.headers["Tus-Resumable"] = protocol.VERSION
    answer.headers["Cache-Control"] = "no-store"
    if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
        answer.headers["Tus-Version"] = protocol.VERSION
    return answer


@uploads.route(BASE, methods=["OPTIONS"], provide_automatic_options=False)
@signed_in
def capabilities(space: Space) -> ResponseReturnValue:
    """Say what the server can do."""
    can_add_resource.require(person(), space)
    return _empty(
        HTTPStatus.NO_CONTENT,
        {
            "Tus-Version": protocol.VERSION,
            "Tus-Extension": protocol.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(protocol.ALGORITHMS),
            "Tus-Max-Size": str(current_app.config["SETTINGS"].max_file_mb * MEBIBYTE),
        },
    )


@uploads.post(BASE, provide_automatic_options=False)
@signed_in
def create(space: Space) -> ResponseReturnValue:
    """Begin an upload; a body of the right type is its first piece."""
    size = protocol.number_of(request.headers.get("Upload-Length"))
    UPLOADS.take(str(person().id))
    with transaction():
        upload = begin(person(), space, size, request.headers.get("Upload-Metadata", ""))
        public_id, expires = upload.public_id, protocol.moment_header(upload.expires_at)
    offset = _add(upload, 0) if request.mimetype == protocol.CONTENT_TYPE else 0
    headers = {
        "Location": url_for("uploads.add", slug=space.slug, public_id=public_id),
        "Upload-Expires": expires,
        "Upload-Offset": str(offset),
    }
    return _empty(HTTPStatus.CREATED, headers)


@uploads.route(ONE, methods=["HEAD"], provide_automatic_options=False)
@signed_in
def how_far(space: Space, public_id: str) -> ResponseReturnValue:
    """Say how many bytes have come."""
    upload = _upload(space, public_id)
    headers = {"Upload-Offset": str(_come(upload)), "Upload-Length": str(upload.size), **_expiry(upload)}
    if upload.said:
        headers["Upload-Metadata"] = upload.said
    return _empty(HTTPStatus.OK, headers)


@uploads.route(ONE, methods=["PATCH"], provide_automatic_options=False)
@signed_in
def add(space: Space, public_id: str) -> ResponseReturnValue:
    """Add a piece where the upload ends; the last one has the file taken in."""
    upload = _upload(space, public_id)
    if request.mimetype != protocol.CONTENT_TYPE:
        raise protocol.WrongTypeError(protocol.UNCLEAR)
    at = protocol.number_of(request.headers.get("Upload-Offset"))
    headers = _expiry(upload)
    return _empty(HTTPStatus.NO_CONTENT, {"Upload-Offset": str(_add(upload, at)), **headers})


@uploads.delete(ONE, provide_automatic_options=False)
@signed_in
def abandon(space: Space, public_id: str) -> ResponseReturnValue:
    """Give an upload up."""
    upload = upload_for(person(), space, public_id)
    with transaction():
        part = give_up(upload)
    parts().remove(part)
    return _empty(HTTPStatus.NO_CONTENT)


@uploads.post(ONE, provide_automatic_options=False)
@signed_in
def by_another_name(space: Space, public_id: str) -> ResponseReturnValue:
    """Do what ``X-HTTP-Method-Override`` says: some networks let only GET and POST through."""
    override = request.headers.get("X-HTTP-Method-Override", "").upper()
    if override == "PATCH":
        return add(space, public_id)
    if override == "DELETE":
        return abandon(space, public_id)
    raise protocol.MalformedError


def _upload(space: Space, public_id: str) -> Upload:
    """Return an upload to which this person may still add. Raises NotFoundError, GoneError, RefusedError."""
    upload = upload_for(person(), space, public_id)
    can_add_resource.require(person(), space)
    refuse_if_over(upload)
    return upload


def _come(upload: Upload) -> int:
    """Return how many bytes have come. Raises GoneError when they are lost."""
    if upload.finished_at is None:
        try:
            return parts().size(upload.public_id)
        except FileNotFoundError:
            look_again(upload)
    return upload.size


def _add(upload: Upload, at: int) -> int:
    """Add the body of this request to an upload; return where it ends now, taken in when it is whole.

    Raises OutOfPlaceError, TooLargeError, ChecksumError, and what ``finish`` raises.
    """
    come, size, part = _come(upload), upload.size, upload.public_id
    if come != at:
        raise OutOfPlaceError(come)
    if (request.content_length or 0) > size - at:
        raise TooLargeError
    checksum = protocol.checksum_of(request.headers.get("Upload-Checksum"))
    if upload.finished_at is None:
        db.session.rollback()  # a slow line takes its time: no transaction stays open meanwhile
        try:
            with _verified(checksum) as body:
                come = parts().add(part, at, _pieces(body, size - at))
        except FileNotFoundError as error:
            look_again(upload)
            raise OutOfPlaceError(size) from error
        if come == size:
            finish(person(), read_again(upload))
    return come


@contextmanager
def _verified(checksum: protocol.Checksum | None) -> Iterator[IO[bytes]]:
    """Give the body; one that carries a checksum is set aside and verified before any of it is kept."""
    if checksum is None:
        yield request.stream
        return
    digest = protocol.digester(checksum.algorithm)
    with tempfile.SpooledTemporaryFile(max_size=MEBIBYTE) as aside:
        for piece in _pieces(request.stream, current_app.config["SETTINGS"].max_file_mb * MEBIBYTE):
            digest.update(piece)
            aside.write(piece)
        checksum.check(digest.digest())
        aside.seek(0)
        yield aside


def _pieces(body: IO[bytes], room: int) -> Iterator[bytes]:
    """Yield the body piece by piece until it ends or the line is cut. Raises TooLargeError beyond ``room`` bytes."""
    while True:
        try:
            piece = body.read(PIECE)
        except RequestEntityTooLarge as error:
            raise TooLargeError from error
        except (ClientDisconnected, OSError):
            return  # what has come is kept: the client asks how far, and goes on
        if not piece:
            return
        if len(piece) > room:
            raise TooLargeError
        room -= len(piece)
        yield piece


def _expiry(upload: Upload) -> dict[str, str]:
    return {} if upload.finished_at else {"Upload-Expires": protocol.moment_header(upload.expires_at)}


def _empty(status: HTTPStatus, headers: dict[str, str] | None = None) -> Response:
    return Response(status=status, headers=headers)
