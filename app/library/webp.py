"""The size of a WebP picture, read from its first bytes."""

from __future__ import annotations

LOSSY_START, LOSSLESS_START, EXTENDED_START = 26, 21, 24


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels from the first 32 bytes of a WebP file, None for anything else.

    RFC 9649 section 2.5 to 2.7: the frame is lossy (VP8), lossless (VP8L) or announced by an extended header (VP8X).
    """
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":  # noqa: PLR2004 - the longest of the three headers
        return None
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = _number(head, LOSSY_START, 2), _number(head, LOSSY_START + 2, 2)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = _number(head, LOSSLESS_START, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return _number(head, EXTENDED_START, 3) + 1, _number(head, EXTENDED_START + 3, 3) + 1
    return None


def _number(head: bytes, start: int, length: int) -> int:
    return int.from_bytes(head[start : start + length], "little")
