"""Pictures people send of themselves or of their space: checked, then drawn anew in the bounded child."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO

from app.core.i18n import format_size
from app.core.i18n import lazy_gettext as _l
from app.core.slots import fill
from app.library.reading.filetypes import recognise
from app.library.reading.limits import MIB, Limits
from app.library.reading.names import safe_name
from app.library.reading.pictures import render_pages
from app.library.reading.refusals import NotAccepted
from app.library.receiving import FileRefusedError, refusal_sentence

LARGEST = 10 * MIB
CODES = frozenset({"jpeg", "png", "webp"})
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
LIMITS = Limits(cpu=15, wall=20.0, output=16 * MIB)


@fill("picture.redrawn")
def redrawn(stream: BinaryIO, name: str, width: int) -> bytes:
    """Return a picture as WebP, at most so wide, turned upright, without what the camera wrote in it.

    Its number of pixels is read before any is decoded; a child with limits decodes them. Raises FileRefusedError.
    """
    shown = safe_name(name)
    if stream.seek(0, 2) > LARGEST:
        raise FileRefusedError(
            _l("Cette image est trop lourde : la limite est de %(limit)s. Réduisez-la.", limit=format_size(LARGEST)),
            "too_large",
        )
    try:
        filetype = recognise(stream, shown)
    except NotAccepted as refusal:
        if not shown.lower().endswith(ENDINGS):
            raise _not_a_picture() from refusal
        raise FileRefusedError(refusal_sentence(refusal, shown), refusal.reason) from refusal
    if filetype.code not in CODES:
        raise _not_a_picture()
    stream.seek(0)
    with tempfile.TemporaryDirectory(prefix="picture-") as folder:
        place = Path(folder) / f"sent.{filetype.extensions[0]}"
        place.write_bytes(stream.read(LARGEST))
        drawn = render_pages(place, filetype, [1], width, limits=LIMITS)
    if 1 not in drawn:
        raise FileRefusedError(_l("Cette image ne s'ouvre pas. Enregistrez-la de nouveau, puis envoyez-la."), "damaged")
    return drawn[1]


def _not_a_picture() -> FileRefusedError:
    return FileRefusedError(_l("Choisissez une image JPEG, PNG ou WebP."), "not_a_picture")
