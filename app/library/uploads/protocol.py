"""The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload): what they say, and what is wrong with them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
LONGEST_METADATA = 4000
LONGEST_NUMBER = 15
UNCLEAR = _l("Cet envoi n'est pas complet. Choisissez de nouveau le fichier.")


class MalformedError(DomainError):
    """A header is missing or cannot be read."""

    status = 400

    def __init__(self) -> None:
        super().__init__(UNCLEAR)


class VersionError(DomainError):
    """Another version of the protocol is spoken."""

    status = 412


class WrongTypeError(DomainError):
    """The body of a PATCH is not announced as a piece of a file."""

    status = 415


class ChecksumError(DomainError):
    """The piece is not what its sender meant; nothing of it is kept (tus: 460 Checksum Mismatch)."""

    status = 460


class GoneError(DomainError):
    """The upload has been: it has expired, or its file was refused."""

    status = 410


@dataclass(frozen=True)
class Checksum:
    """What the bytes of a piece must come to."""

    algorithm: str
    digest: bytes

    def check(self, computed: bytes) -> None:
        """Raise ChecksumError when it is something else."""
        if computed != self.digest:
            raise ChecksumError(UNCLEAR)


def number_of(header: str | None) -> int:
    """Return the number of ``Upload-Offset`` or ``Upload-Length``. Raises MalformedError."""
    if not header or not header.isascii() or not header.isdigit() or len(header) > LONGEST_NUMBER:
        raise MalformedError
    return int(header)


def metadata_of(header: str | None) -> dict[str, str]:
    """Return ``Upload-Metadata``: pairs separated by commas, a key and its value in Base64. Raises MalformedError."""
    if not header:
        return {}
    if len(header) > LONGEST_METADATA:
        raise MalformedError
    pairs = (pair.strip().partition(" ") for pair in header.split(",") if pair.strip())
    return {key: _decoded(value.strip()).decode("utf-8", "replace") for key, _space, value in pairs}


def checksum_of(header: str | None) -> Checksum | None:
    """Return ``Upload-Checksum``: an algorithm and a digest in Base64. Raises MalformedError."""
    if header is None:
        return None
    algorithm, _space, digest = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise MalformedError
    return Checksum(algorithm, _decoded(digest))


def digester(algorithm: str) -> hashlib._Hash:
    """Return what computes a digest; it guards against accidents, not against people."""
    return hashlib.new(algorithm, usedforsecurity=False)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError from error


def moment_header(moment: datetime) -> str:
    """Return the form of ``Upload-Expires`` (RFC 9110, 5.6.7)."""
    return format_datetime(moment, usegmt=True)


def modified_of(metadata: dict[str, str]) -> str:
    """Return when the file was last changed, as far as its client says so."""
    return one_line(metadata.get("modified", ""))[:20]
