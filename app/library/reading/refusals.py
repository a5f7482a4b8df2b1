"""Why a file is not taken in."""

from __future__ import annotations

REASONS = frozenset(
    {
        "empty",  # no byte at all
        "no_extension",  # nothing after the last dot; the type cannot agree with anything
        "unknown_extension",  # extension: not on the list
        "forbidden_extension",  # extension: known and refused (programs, scripts, archives, SVG)
        "disagrees",  # extension, content: the bytes are of another type than the name says
        "macros",  # extension: an Office file that may run macros, under an ordinary name
        "encrypted",  # an archive with entries locked by a password
        "damaged",  # a container or picture whose outline cannot be read
        "too_many_entries",  # count, most
        "unpacks_too_large",  # unpacked: bytes promised
        "too_many_pixels",  # pixels, most
    }
)


class NotAccepted(Exception):  # noqa: N818 - read as a sentence
    """A file is refused; `reason` is one of REASONS and `details` fill the sentence that tells it."""

    def __init__(self, reason: str, **details: str | int) -> None:
        """Keep the reason code and what its sentence needs."""
        super().__init__(reason)
        self.reason = reason
        self.details = details
