"""Photos of people: cut square and stripped of what they carry in a bounded child, then kept by their content."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from app.accounts.models import User
from app.core.i18n import format_size
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.library.reading.filetypes import recognise
from app.library.reading.limits import MIB, Bounds
from app.library.reading.names import safe_name
from app.library.reading.pictures import render_squares
from app.library.reading.refusals import NotAccepted
from app.library.receiving import FileRefusedError, refusal_sentence
from app.library.redrawing import ENDINGS

SMALL, LARGE = 96, 320
SIDES = (SMALL, LARGE)
PHOTO_TYPES = frozenset({"jpeg", "png", "webp"})
ACCEPT = ",".join(ENDINGS)
LARGEST_PHOTO = 10 * MIB
PHOTO_BOUNDS = Bounds(pixels=50_000_000)  # what telephones take; counted in the header, before a pixel is decoded


def keep_photo(stream: BinaryIO, name: str) -> str:
    """Store a photo in its two sizes and return the SHA-256 of the large one, which names both.

    The person waits for it: the child has ten seconds. What was sent is not kept: it may say where it was taken.
    ``stream`` can be rewound. Raises FileRefusedError with a sentence. Not inside ``transaction()``.
    """
    shown = safe_name(name)
    size = stream.seek(0, 2)
    if size > LARGEST_PHOTO:
        limit, weight = format_size(LARGEST_PHOTO), format_size(size)
        sentence = _("Cette photo pèse %(size)s ; la limite est de %(limit)s. Réduisez-la.", size=weight, limit=limit)
        raise FileRefusedError(sentence, "too_large")
    squares = _squares(stream, shown)
    stored = storage().put(io.BytesIO(squares[LARGE]))
    storage().put_derived(small_name(stored.sha256), squares[SMALL])
    return stored.sha256


def _squares(stream: BinaryIO, name: str) -> dict[int, bytes]:
    try:
        filetype = recognise(stream, name, PHOTO_BOUNDS)
    except NotAccepted as refusal:
        if not name.lower().endswith(ENDINGS):
            raise _wrong_type() from refusal
        raise FileRefusedError(refusal_sentence(refusal, name), refusal.reason) from refusal
    if filetype.code not in PHOTO_TYPES:
        raise _wrong_type()
    with tempfile.TemporaryDirectory(prefix="photo-") as folder:
        path = Path(folder) / "picture"
        stream.seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        squares = render_squares(path, filetype, SIDES)
    if set(squares) != set(SIDES):
        raise FileRefusedError(refusal_sentence(NotAccepted("damaged"), name), "damaged")
    return squares


def _wrong_type() -> FileRefusedError:
    return FileRefusedError(_("Choisissez une photo en JPEG, PNG ou WebP."), "wrong_type")


def small_name(sha256: str) -> str:
    """Return the name of the small size, kept beside the large one."""
    return f"{sha256[:2]}/{sha256}-s{SMALL}.webp"


def forget_small(sha256: str) -> None:
    """Remove the small size of a photo nobody shows any more; the sweep removes the large one, which no row names."""
    storage().remove_derived(small_name(sha256))


def photo_path(person: User, side: int) -> Path:
    """Return where a photo is kept; the large one stands for a small one that was not restored.

    Raises FileNotFoundError when there is none.
    """
    if not person.photo_sha256:
        raise FileNotFoundError(person.public_id)
    small = storage().derived(small_name(person.photo_sha256)) if side == SMALL else None
    return small or storage().path(person.photo_sha256)
