"""What a file says of itself, once it may be told: never believed, always proposed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.clock import now
from app.library.models import ReceivedFile

#: How long reading a file takes at the least, and for each of its pages (measured: four milliseconds).
SHORTEST_READING, READING_A_PAGE = timedelta(seconds=1.5), timedelta(milliseconds=5)


def may_be_told(received: ReceivedFile) -> bool:
    """Tell whether what was read in a file may be said already: not before reading it would have taken its time.

    Equal bytes are stored and read once. An answer given at once would tell that they were already here, perhaps in a
    space this person must not know of.
    """
    return now() >= received.at + SHORTEST_READING + received.blob.page_count * READING_A_PAGE


def said_by(received: ReceivedFile) -> dict[str, Any]:
    """Return ``title``, ``author``, ``date``, ``lang`` as far as a file says them; its name may stand for a title."""
    said: dict[str, Any] = dict(received.blob.proposed) if may_be_told(received) else {}
    return {**said, "title": said.get("title") or stem_of(received.name)}


def stem_of(name: str) -> str:
    """Return what the name of a file says in words."""
    return name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip()
