"""Taking a file in, before any transaction: is it accepted, and its bytes into the storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from flask import current_app

from app.core.errors import DomainError, TooLargeError
from app.core.i18n import format_size
from app.core.i18n import lazy_gettext as _l
from app.core.storage import storage
from app.library.reading.filetypes import ACCEPTED, FileType, accepted_extensions, recognise, type_named
from app.library.reading.names import safe_name
from app.library.reading.refusals import NotAccepted
from config import MEBIBYTE

MOST_FILES = 50
_BY_CODE = {kind.code: kind for kind in ACCEPTED}
_BY_EXTENSION = {extension: kind for kind in ACCEPTED for extension in kind.extensions}

#: What one may send, wherever it is said: where files are asked for, where one is refused.
FORMATS = _l("PDF, Word, PowerPoint, Excel, OpenDocument, image, message (.eml, .msg)")

# What each refusal says to the person: what is wrong with the file, then what can be done.
_SENTENCES: dict[str, Any] = {
    "empty": _l("« %(name)s » est vide. Vérifiez le fichier, puis choisissez-le de nouveau.", name="{name}"),
    "no_extension": _l(
        "« %(name)s » n'a pas d'extension, comme .pdf ou .docx. Renommez-le, puis choisissez-le de nouveau.",
        name="{name}",
    ),
    "unknown_extension": _l(
        "« %(name)s » : ce format (.%(extension)s) n'est pas accepté. Formats : %(formats)s.",
        name="{name}",
        extension="{extension}",
        formats=FORMATS,
    ),
    "disagrees": _l(
        "« %(name)s » n'est pas un vrai fichier .%(extension)s. Enregistrez-le de nouveau dans ce format.",
        name="{name}",
        extension="{extension}",
    ),
    "macros": _l(
        "« %(name)s » contient des macros. Enregistrez-le sans macros, ou en PDF.",
        name="{name}",
    ),
    "encrypted": _l("« %(name)s » est verrouillé par un mot de passe. Envoyez-le sans mot de passe.", name="{name}"),
    "damaged": _l("« %(name)s » est abîmé : il ne s'ouvre pas. Enregistrez-le de nouveau.", name="{name}"),
    "too_many_entries": _l("« %(name)s » est anormalement construit. Enregistrez-le en PDF.", name="{name}"),
    "unpacks_too_large": _l("« %(name)s » est anormalement construit. Enregistrez-le en PDF.", name="{name}"),
    "too_many_pixels": _l("L'image « %(name)s » est trop grande. Réduisez ses dimensions.", name="{name}"),
    "too_many_frames": _l("L'image « %(name)s » contient trop de vues. Gardez-en quelques-unes.", name="{name}"),
}
_SENTENCES["forbidden_extension"] = _SENTENCES["unknown_extension"]


class FileRefusedError(DomainError):
    """A file is not taken in; the message says why and what can be done. ``reason`` is a code for the log."""

    status = 422

    def __init__(self, message: Any, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
        if reason == "too_large":
            self.status = TooLargeError.status


@dataclass(frozen=True)
class Received:
    """A file whose bytes are in the storage: a harmless name, SHA-256 in hexadecimal, size in bytes, type code."""

    name: str
    sha256: str
    size: int
    type: str


def receive(stream: BinaryIO, name: str) -> Received:
    """Take a file in: check its type by content and name, its size, and store its bytes durably.

    ``stream`` can be rewound. Raises FileRefusedError with a sentence for the person. Not inside ``transaction()``.
    """
    shown = safe_name(name)
    size, limit = stream.seek(0, 2), current_app.config["SETTINGS"].max_file_mb * MEBIBYTE
    if size > limit:
        raise _too_large(shown, size, limit)
    try:
        filetype = recognise(stream, shown)
    except NotAccepted as refusal:
        raise FileRefusedError(refusal_sentence(refusal, shown), refusal.reason) from refusal
    stream.seek(0)
    try:
        stored = storage().put(stream, limit)
    except TooLargeError as error:
        raise _too_large(shown, size, limit) from error
    # The sweep of orphans spares what is younger than a day: bytes stored before and sent again are young again.
    storage().path(stored.sha256).touch()
    return Received(shown, stored.sha256, stored.size, filetype.code)


def refuse_early(name: str, size: int) -> str:
    """Return the harmless name of a file about to be sent. Raises FileRefusedError when it could never be accepted."""
    shown, limit = safe_name(name), current_app.config["SETTINGS"].max_file_mb * MEBIBYTE
    if size > limit:
        raise _too_large(shown, size, limit)
    if not size:
        raise FileRefusedError(refusal_sentence(NotAccepted("empty"), shown), "empty")
    try:
        type_named(shown)
    except NotAccepted as refusal:
        raise FileRefusedError(refusal_sentence(refusal, shown), refusal.reason) from refusal
    return shown


def refusal_sentence(refusal: NotAccepted, name: str) -> str:
    """Return the sentence of a refusal, in the reader's language."""
    words = {"name": name, **{key: str(value) for key, value in refusal.details.items()}}
    sentence = str(_SENTENCES.get(refusal.reason, _SENTENCES["damaged"]))
    for key, value in words.items():
        sentence = sentence.replace(f"{{{key}}}", value)
    return sentence


def _too_large(name: str, size: int, limit: int) -> FileRefusedError:
    sentence = _l(
        "« %(name)s » pèse %(size)s ; la limite est de %(limit)s. Réduisez-le ou partagez un lien.",
        name=name,
        size=format_size(size),
        limit=format_size(limit),
    )
    return FileRefusedError(sentence, "too_large")


def filetype_of(code: str) -> FileType:
    """Return an accepted type by its code. Raises KeyError."""
    return _BY_CODE[code]


def filetype_named(name: str) -> FileType:
    """Return the type of a file that was taken in, by its name. Raises KeyError for a name that never was."""
    return _BY_EXTENSION[name.rpartition(".")[2].lower()]


def accepted_for_field() -> str:
    """Return the ``accept`` attribute of the file field."""
    return ",".join(accepted_extensions())
